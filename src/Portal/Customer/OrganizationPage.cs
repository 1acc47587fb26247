using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal.Customer;

/// <summary>A page about the organization of whoever looks at it, for its organization-admins.</summary>
public abstract class OrganizationPage : PortalPage
{
    private const int Named = 50;

    protected Guid Organization => Session.Organization;

    protected DateTimeOffset Now => DateTimeOffset.TryParse(Session.AsOf, out var moment) ? moment : Clock.GetUtcNow();

    /// <summary>Users of the organization have nothing to see here: they are sent to what is theirs.</summary>
    public override Task SetParametersAsync(Microsoft.AspNetCore.Components.ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        if (Session.IsOrganizationAdmin)
            return base.SetParametersAsync(parameters);
        Navigation.NavigateTo("/portal/my/licenses");
        return Task.CompletedTask;
    }

    protected override async Task<IReadOnlyDictionary<Guid, string>> NamesIn(Preview? preview)
    {
        var changes = preview is null ? [] : preview.Access.Gained.Take(Named).Concat(preview.Access.Lost.Take(Named)).ToList();
        if (changes.Count == 0)
            return new Dictionary<Guid, string>();

        var (users, licenses) = await (
            Api.Ask(Contract.ListOrganizationUsers(Organization, OneOf(changes.Select(change => change.UserId)))),
            Api.Ask(Contract.ListOrganizationLicenses(Organization, OneOf(changes.Select(change => change.LicenseId)))));
        return users.Select(user => (user.Id, user.Name)).Concat(licenses.Select(license => (license.Id, Name: LicenseWords.Name(license)))).ToDictionary(named => named.Id, named => named.Name);
    }

    protected static Query OneOf(IEnumerable<Guid> ids) => new() { ["id[in]"] = string.Join(',', ids.Distinct().Take(100)), ["limit"] = "100" };

    /// <summary>Names of the groups, by id, for changes that speak of them.</summary>
    protected async Task<IReadOnlyDictionary<Guid, string>> GroupNames() =>
        (await Api.All(Contract.ListOrganizationUserGroups(Organization))).ToDictionary(group => group.Id, group => group.Name);

    protected async Task<IReadOnlyList<(string Value, string Text)>> GroupChoices() =>
        [.. (await Api.All(Contract.ListOrganizationUserGroups(Organization, new() { ["sort"] = "+name" }))).Select(group => (group.Id.ToString(), group.Name))];
}

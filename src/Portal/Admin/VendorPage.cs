using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal.Admin;

/// <summary>A page for the vendor's people: names and choices across all organizations.</summary>
public abstract class VendorPage : PortalPage
{
    private const int MostNamed = 100;

    protected static Query OneOf(IEnumerable<Guid> ids) => new() { ["id[in]"] = string.Join(',', ids.Distinct().Take(MostNamed)), ["limit"] = $"{MostNamed}" };

    protected override async Task<IReadOnlyDictionary<Guid, string>> NamesIn(Preview? preview)
    {
        var changes = preview is null ? [] : preview.Access.Gained.Take(MostNamed).Concat(preview.Access.Lost.Take(MostNamed)).ToList();
        if (changes.Count == 0)
            return new Dictionary<Guid, string>();

        var (users, licenses) = await (
            Api.Now(Contract.ListUsers(OneOf(changes.Select(change => change.UserId)))), Api.Now(Contract.ListLicenses(OneOf(changes.Select(change => change.LicenseId)))));
        var products = await ProductNames(licenses.Select(license => license.ProductId));
        return users.Select(user => (user.Id, user.Name))
            .Concat(licenses.Select(license => (license.Id, Name: $"{products.GetValueOrDefault(license.ProductId)} {LicenseWords.Short(license.Key)}".Trim())))
            .ToDictionary(named => named.Id, named => named.Name);
    }

    protected async Task<IReadOnlyDictionary<Guid, string>> ProductNames(IEnumerable<Guid> ids) =>
        await Names(ids, query => Contract.ListProducts(query), product => (product.Id, product.Name));

    protected async Task<IReadOnlyDictionary<Guid, string>> OrganizationNames(IEnumerable<Guid?> ids) =>
        await Names(ids.OfType<Guid>(), query => Contract.ListOrganizations(query), organization => (organization.Id, organization.Name));

    protected async Task<IReadOnlyDictionary<Guid, string>> LicenseKeys(IEnumerable<Guid> ids) =>
        await Names(ids, query => Contract.ListLicenses(query), license => (license.Id, license.Key));

    protected async Task<IReadOnlyList<(string Value, string Text)>> OrganizationChoices() =>
        [.. (await Api.All(Contract.ListOrganizations(new() { ["sort"] = "+name" }))).Select(organization => ($"{organization.Id}", organization.Name))];

    protected async Task<IReadOnlyList<(string Value, string Text)>> ProductChoices() =>
        [.. (await Api.All(Contract.ListProducts(new() { ["sort"] = "+name" }))).Select(product => ($"{product.Id}", product.Name))];

    protected async Task<IReadOnlyList<(string Value, string Text)>> TemplateChoices() =>
        [.. (await Api.All(Contract.ListLicenseTemplates(new() { ["sort"] = "+name" }))).Select(template => ($"{template.Id}", template.Name))];

    /// <summary>An address of a page of ours for whoever opens it elsewhere.</summary>
    protected string Link(string path) => $"{Http.Request.Scheme}://{Http.Request.Host}{path}";

    private async Task<IReadOnlyDictionary<Guid, string>> Names<T>(IEnumerable<Guid> ids, Func<Query, Call<IReadOnlyList<T>>> list, Func<T, (Guid Id, string Name)> name)
    {
        var some = ids.Distinct().ToList();
        return some.Count == 0 ? new Dictionary<Guid, string>() : (await Api.Ask(list(OneOf(some)))).Select(name).ToDictionary(named => named.Id, named => named.Name);
    }
}

using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Organizations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.UserGroups;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;
using MediatR;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// Works rows off within one unit of work. What a row asks for is found to be so already, or becomes the command that a request would send,
/// with its authorization, validation and decision: an import is no way around a rule.
/// </summary>
internal sealed class RowDecisions(Store store, IMediator mediator, References references, IReadOnlyDictionary<int, string> passwordHashes)
{
    public async Task<RowOutcome> Decide(ImportRow row, CancellationToken cancellation)
    {
        if (row.Refusal is { } malformed)
            return RowOutcome.Failed(row.Number, malformed);

        var before = store.Appended.Count;
        var fields = new RowFields(row);
        var result = row.Kind switch
        {
            "organization" => await Organization(fields, cancellation),
            "user" => await User(row, fields, cancellation),
            "userGroup" => await Group(fields, cancellation),
            "membership" => await Membership(fields, cancellation),
            "license" => await License(fields, cancellation),
            "groupAssignment" => await GroupAssignment(fields, cancellation),
            "userAssignment" => await UserAssignment(fields, cancellation),
            _ => Refusal.UnknownImportKind(row.Kind, ImportFormat.Kinds.Keys),
        };
        return result.Refusal is { } refusal
            ? RowOutcome.Failed(row.Number, refusal)
            : new(row.Number, store.Appended.Count > before ? RowStatus.Created : RowStatus.Unchanged, result.Value, null, null);
    }

    private async Task<Result<Guid>> Organization(RowFields fields, CancellationToken cancellation)
    {
        var (name, externalId, allowed) = (fields.Required("name"), fields.Text("externalId"), fields.Number("allowedUsers"));
        if (fields.Refusal is { } wrong)
            return wrong;

        var named = references.Named(name);
        if (externalId is null && named.Count > 1)
            return Refusal.AmbiguousReference("name");
        var found = externalId is not null ? await store.Claims.Holder(Unique.ExternalOrganization(externalId), cancellation) : named.Count == 1 ? named[0].Value : null;
        if (found is { } known && await store.Organizations.Latest(OrganizationId.From(known), cancellation) is { Exists: true } there)
        {
            return Same(known,
                ("name", name == there.Name), ("email", Holds(fields.Text("email"), there.Email)), ("description", Holds(fields.Text("description"), there.Description)),
                ("allowedUsers", Holds(allowed, there.AllowedUsers)));
        }

        var id = Id.New<OrganizationId>();
        var created = await mediator.Send(new CreateOrganization(
            id, name, fields.Required("email"), fields.Text("description"), allowed.Or(0), null, null, []), cancellation);
        if (created.Refusal is { } refusal)
            return refusal;

        references.Add(created.Value!);
        if (externalId is not null)
            store.Claims.Move(Unique.ExternalOrganization(externalId), id.Value);
        return id.Value;
    }

    private async Task<Result<Guid>> User(ImportRow row, RowFields fields, CancellationToken cancellation)
    {
        var (email, access, tags) = (fields.Required("email"), fields.Flag("allowCustomerPortalAccess"), fields.List("tags"));
        var organization = fields.Text("organization") is { } reference ? await references.Organization(reference, "organization", cancellation) : default(Result<OrganizationId>?);
        if ((fields.Refusal ?? organization?.Refusal) is { } wrong)
            return wrong;

        if (await references.User(email, cancellation) is { } known)
        {
            var there = await store.Users.Latest(known, cancellation);
            return Same(known.Value,
                ("organization", organization is null || organization.Value.Value == there.Organization), ("firstName", Holds(fields.Text("firstName"), there.FirstName.Value)),
                ("lastName", Holds(fields.Text("lastName"), there.LastName?.Value)), ("company", Holds(fields.Text("company"), there.Company?.Value)),
                ("role", Holds(fields.Text("role"), there.Role.Name)), ("allowCustomerPortalAccess", Holds(access, there.AllowCustomerPortalAccess)),
                ("tags", Holds(tags, there.Tags)));
        }

        var id = Id.New<UserId>();
        if (fields.Exact(RowNames.Secret) is { } password && Rules.WrongText(password, PersonValidator.ShortestPassword, Rules.MostText) is { } weak)
            return Refusal.Validation([new($"/{RowNames.Secret}", weak)]);
        var created = await mediator.Send(new CreateUser(
            id, fields.Text("firstName") ?? "", fields.Text("lastName"), email, fields.Text("company"), null, new(fields.Text("role") ?? Role.User.Name),
            organization?.Value, access.Or(true), tags.Or([]), []), cancellation);
        if (created.Refusal is { } refusal)
            return refusal;

        if (passwordHashes.TryGetValue(row.Number, out var hash))
            store.Documents.Insert(id.Value, new Credentials(id, hash));
        return id.Value;
    }

    private async Task<Result<Guid>> Group(RowFields fields, CancellationToken cancellation)
    {
        var (reference, name) = (fields.Required("organization"), fields.Required("name"));
        if (fields.Refusal is { } wrong)
            return wrong;
        var organization = await references.Organization(reference, "organization", cancellation);
        if (organization.Refusal is { } unknown)
            return unknown;

        if (await references.Group(organization.Value, name, cancellation) is { } known)
        {
            var there = await store.UserGroups.Latest(known, cancellation);
            return Same(known.Value, ("description", Holds(fields.Text("description"), there.Description)));
        }

        var created = await mediator.Send(new CreateUserGroup(Id.New<UserGroupId>(), organization.Value, name, fields.Text("description")), cancellation);
        return created.Select(group => group.Id.Value);
    }

    private async Task<Result<Guid>> Membership(RowFields fields, CancellationToken cancellation)
    {
        var (reference, name, email) = (fields.Required("organization"), fields.Required("group"), fields.Required("email"));
        if (fields.Refusal is { } wrong)
            return wrong;
        var organization = await references.Organization(reference, "organization", cancellation);
        if (organization.Refusal is { } unknown)
            return unknown;
        if (await references.Group(organization.Value, name, cancellation) is not { } group)
            return Refusal.UnknownReference("group");
        if (await references.User(email, cancellation) is not { } user)
            return Refusal.UnknownReference("email");

        var joined = await mediator.Send(new AddUsersToGroup(organization.Value, group, [user]), cancellation);
        return joined.Select(_ => user.Value);
    }

    private async Task<Result<Guid>> License(RowFields fields, CancellationToken cancellation)
    {
        var (key, product) = (fields.Required("key"), references.Product(fields.Required("product")));
        var (type, activations, end, tags) = (fields.OneOf<LicenseType>("type"), fields.Number("allowedActivations"), fields.Time("expiresAt"), fields.List("tags"));
        var (interval, notes) = (fields.Text("subscriptionInterval"), fields.Text("notes"));
        var organization = fields.Text("organization") is { } reference ? await references.Organization(reference, "organization", cancellation) : default(Result<OrganizationId>?);
        if ((fields.Refusal ?? product.Refusal ?? organization?.Refusal) is { } wrong)
            return wrong;

        if (await references.License(key, cancellation) is { } known)
        {
            var there = await store.Licenses.Latest(known, cancellation);
            return Same(known.Value,
                ("product", product.Value == there.Product), ("organization", organization is null || organization.Value.Value == there.Organization),
                ("type", Holds(type, there.Policy.Type)), ("allowedActivations", Holds(activations, there.Policy.AllowedActivations)),
                ("subscriptionInterval", Holds(interval, there.Term.SubscriptionInterval)), ("expiresAt", Holds(end, there.ExpiresAt)),
                ("notes", Holds(notes, there.Notes)), ("tags", Holds(tags, there.Tags)));
        }

        var created = await mediator.Send(new CreateLicense(
            Id.New<LicenseId>(), product.Value, null, key, organization?.Value, null, [], null,
            policy => policy with { Type = type.Or(policy.Type), AllowedActivations = activations.Or(policy.AllowedActivations) },
            term => interval is null ? term : term with { SubscriptionInterval = interval },
            end, null, null, notes, tags.Or([]), [], false, false), cancellation);
        return created.Select(license => license.Id.Value);
    }

    private async Task<Result<Guid>> GroupAssignment(RowFields fields, CancellationToken cancellation)
    {
        var (key, reference, name) = (fields.Required("key"), fields.Required("organization"), fields.Required("group"));
        if (fields.Refusal is { } wrong)
            return wrong;
        var organization = await references.Organization(reference, "organization", cancellation);
        if (organization.Refusal is { } unknown)
            return unknown;
        if (await references.License(key, cancellation) is not { } license)
            return Refusal.UnknownReference("key");
        if (await references.Group(organization.Value, name, cancellation) is not { } group)
            return Refusal.UnknownReference("group");
        var there = await store.Licenses.Latest(license, cancellation);
        if (there.Organization == organization.Value && there.Groups.Contains(group))
            return license.Value; // with whatever window it has, of which a row says nothing

        var assigned = await mediator.Send(new AssignGroupToLicense(organization.Value, license, group), cancellation);
        return assigned.Select(_ => license.Value);
    }

    private async Task<Result<Guid>> UserAssignment(RowFields fields, CancellationToken cancellation)
    {
        var (key, email) = (fields.Required("key"), fields.Required("email"));
        if (fields.Refusal is { } wrong)
            return wrong;
        if (await references.License(key, cancellation) is not { } license)
            return Refusal.UnknownReference("key");
        if (await references.User(email, cancellation) is not { } user)
            return Refusal.UnknownReference("email");
        var there = await store.Licenses.Latest(license, cancellation);
        if (there.Organization is not { } organization)
            return Refusal.LicenseHasNoOrganization;
        if (there.Users.Contains(user) && (await store.Users.Latest(user, cancellation)).Organization == organization)
            return license.Value;

        var assigned = await mediator.Send(new AssignUserToLicense(organization, license, user), cancellation);
        return assigned.Select(_ => license.Value);
    }

    /// <summary>The id of what is there, when all that the row says of it holds.</summary>
    private static Result<Guid> Same(Guid id, params IEnumerable<(string Column, bool Holds)> claims) =>
        claims.Where(claim => !claim.Holds).Select(claim => claim.Column).ToList() is { Count: > 0 } differing ? Refusal.ExistsDifferently(differing) : id;

    /// <summary>A field that was left empty says nothing.</summary>
    private static bool Holds(string? said, string? there) => said is null || said == there;

    private static bool Holds<T>(Optional<T> said, T there) => !said.IsSet || EqualityComparer<T>.Default.Equals(said.Value, there);
}

using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using Marten;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// What the natural keys of rows stand for, within one unit of work. Everything that some rows need is fetched at once, with one query for each
/// kind of thing; what a row makes is known to the rows after it.
/// </summary>
internal sealed class References(Store store)
{
    private readonly Dictionary<string, ValueList<OrganizationId>> organizationsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueList<ProductId>> productsByName = new(StringComparer.Ordinal);

    /// <summary>Fetches what these rows need; organizations that get users are locked, in the order of their ids.</summary>
    public async Task Fetch(IReadOnlyCollection<ImportRow> rows, CancellationToken cancellation)
    {
        await FetchNames(rows, cancellation);
        await store.Claims.Prefetch([.. Texts(rows, "email", "user", "membership", "userAssignment").Select(Unique.Email), .. Texts(rows, "key").Select(Unique.LicenseKey)], cancellation);

        var organizations = (await Organizations(rows, cancellation)).ToList();
        await store.Claims.Prefetch(GroupNames(organizations), cancellation);

        var groups = await Holders(GroupNames(organizations), cancellation);
        var joining = await Holders(Texts(rows, "email", "membership").Select(Unique.Email), cancellation);
        var licenses = await Holders(Texts(rows, "key", "groupAssignment", "userAssignment").Select(Unique.LicenseKey), cancellation);
        var (admitting, mentioned) = await Admitting(organizations, cancellation);
        await store.Organizations.OpenInTurn(admitting, cancellation);
        await store.Organizations.Prefetch(mentioned, cancellation);
        await store.Users.Open(joining.Select(UserId.From), cancellation);
        await store.Users.Prefetch((await Holders(Texts(rows, "email", "user", "userAssignment").Select(Unique.Email), cancellation)).Select(UserId.From), cancellation);
        await store.UserGroups.Prefetch(groups.Select(UserGroupId.From), cancellation);
        await store.Licenses.Open(licenses.Select(LicenseId.From), cancellation);
        await store.Licenses.Prefetch((await Holders(Texts(rows, "key", "license").Select(Unique.LicenseKey), cancellation)).Select(LicenseId.From), cancellation);
        await store.Products.Prefetch(productsByName.Values.SelectMany(ids => ids), cancellation);
    }

    /// <summary>The organization of an id, an external id or a name.</summary>
    public async Task<Result<OrganizationId>> Organization(string reference, string column, CancellationToken cancellation)
    {
        if (Id.TryParse<OrganizationId>(reference, out var id))
            return (await store.Organizations.Latest(id, cancellation)).Exists ? id : Refusal.UnknownReference(column);
        if (await store.Claims.Holder(Unique.ExternalOrganization(reference), cancellation) is { } external)
            return (await store.Organizations.Latest(OrganizationId.From(external), cancellation)).Exists ? OrganizationId.From(external) : Refusal.UnknownReference(column);

        var named = organizationsByName.GetValueOrDefault(reference, []);
        return named.Count switch { 0 => Refusal.UnknownReference(column), 1 => named[0], _ => Refusal.AmbiguousReference(column) };
    }

    public Result<ProductId> Product(string name)
    {
        var named = productsByName.GetValueOrDefault(name, []);
        return named.Count switch { 0 => Refusal.UnknownReference("product"), 1 => named[0], _ => Refusal.AmbiguousReference("product") };
    }

    public async Task<UserId?> User(string email, CancellationToken cancellation) =>
        await store.Claims.Holder(Unique.Email(email), cancellation) is { } holder ? UserId.From(holder) : null;

    public async Task<UserGroupId?> Group(OrganizationId organization, string name, CancellationToken cancellation) =>
        await store.Claims.Holder(Unique.UserGroupName(organization, name), cancellation) is { } holder ? UserGroupId.From(holder) : null;

    public async Task<LicenseId?> License(string key, CancellationToken cancellation) =>
        await store.Claims.Holder(Unique.LicenseKey(key), cancellation) is { } holder ? LicenseId.From(holder) : null;

    /// <summary>The organizations of this name that there are.</summary>
    public IReadOnlyList<OrganizationId> Named(string name) => organizationsByName.GetValueOrDefault(name, []);

    /// <summary>A row made this organization.</summary>
    public void Add(Organization organization) => organizationsByName[organization.Name] = [.. Named(organization.Name), organization.Id];

    private async Task FetchNames(IReadOnlyCollection<ImportRow> rows, CancellationToken cancellation)
    {
        var references = Texts(rows, "organization").Concat(Texts(rows, "name", "organization")).Distinct().ToArray();
        await store.Claims.Prefetch([.. references.Concat(Texts(rows, "externalId")).Select(Unique.ExternalOrganization)], cancellation);
        await FetchNamed(references, "organization", organizationsByName, OrganizationId.From, cancellation);
        await FetchNamed([.. Texts(rows, "product")], "product", productsByName, ProductId.From, cancellation);
    }

    private async Task FetchNamed<TId>(string[] names, string document, Dictionary<string, ValueList<TId>> found, Func<Guid, TId> from, CancellationToken cancellation)
    {
        var missing = names.Where(name => !found.ContainsKey(name)).ToArray();
        if (missing.Length == 0)
            return;

        await using var command = new Npgsql.NpgsqlCommand(
            $"select id, data ->> 'name' from {EventStore.Schema}.mt_doc_{document} where data ->> 'name' = any($1) and not (data ->> 'deleted')::boolean");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = missing });
        await using var reader = await store.Session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
            found[reader.GetString(1)] = [.. found.GetValueOrDefault(reader.GetString(1), []), from(reader.GetGuid(0))];
    }

    /// <summary>The rows that name an organization which exists, with it.</summary>
    private async Task<IEnumerable<(ImportRow Row, OrganizationId Organization)>> Organizations(IEnumerable<ImportRow> rows, CancellationToken cancellation)
    {
        var found = new List<(ImportRow, OrganizationId)>();
        var known = new Dictionary<string, OrganizationId?>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (TextOf(row, "organization") is not { } reference)
                continue;
            if (!known.TryGetValue(reference, out var organization))
                known[reference] = organization = Id.TryParse<OrganizationId>(reference, out var id) ? id : await Resolved(reference, cancellation);
            if (organization is { } existing)
                found.Add((row, existing));
        }

        return found;
    }

    private async Task<OrganizationId?> Resolved(string reference, CancellationToken cancellation) =>
        await Organization(reference, "organization", cancellation) is { Refusal: null } resolved ? resolved.Value : null;

    private async Task<(List<OrganizationId> Admitting, List<OrganizationId> Mentioned)> Admitting(
        IReadOnlyCollection<(ImportRow Row, OrganizationId Organization)> rows, CancellationToken cancellation)
    {
        var admitting = new HashSet<OrganizationId>();
        foreach (var (row, organization) in rows.Where(found => found.Row.Kind == "user"))
        {
            if (await User(TextOf(row, "email") ?? "", cancellation) is null)
                admitting.Add(organization);
        }

        return ([.. admitting], [.. rows.Select(found => found.Organization).Except(admitting), .. organizationsByName.Values.SelectMany(ids => ids).Except(admitting)]);
    }

    private static IEnumerable<Unique> GroupNames(IEnumerable<(ImportRow Row, OrganizationId Organization)> rows) => rows
        .Select(found => (found.Organization, Name: TextOf(found.Row, found.Row.Kind == "userGroup" ? "name" : "group")))
        .Where(group => group.Name is not null).Select(group => Unique.UserGroupName(group.Organization, group.Name!)).Distinct();

    private async Task<List<Guid>> Holders(IEnumerable<Unique> uniques, CancellationToken cancellation)
    {
        var holders = new List<Guid>();
        foreach (var unique in uniques)
        {
            if (await store.Claims.Holder(unique, cancellation) is { } holder)
                holders.Add(holder);
        }

        return holders;
    }

    private static IEnumerable<string> Texts(IEnumerable<ImportRow> rows, string column, params string[] kinds) => rows
        .Where(row => kinds.Length == 0 || kinds.Contains(row.Kind)).Select(row => TextOf(row, column)).OfType<string>().Distinct();

    private static string? TextOf(ImportRow row, string column) => row.Fields.GetValueOrDefault(column)?.Trim() is { Length: > 0 } text ? text : null;
}

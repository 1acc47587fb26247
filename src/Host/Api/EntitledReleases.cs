using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// What portals show of releases, read from the states as committed: what one's licences entitle to depends on the moment. Private releases, and those of private
/// channels, are not shown.
/// </summary>
internal sealed class EntitledReleases(Store store, Entitlements entitlements, NpgsqlDataSource database)
{
    private const string IsPublic = """
        not (r.data ->> 'private')::boolean and not exists (
            select from events.mt_doc_releasechannel c
            where lower(c.data ->> 'name') = lower(r.data ->> 'channel') and (c.data ->> 'private')::boolean and not (c.data ->> 'deleted')::boolean)
        """;

    public static Listing Listing { get; } = new("entitled-releases", ListField.Id("id", "r.id"),
    [
        ListField.Text("product.displayName", "p.data ->> 'displayName'") with { Searchable = true, Required = true },
        ListField.Id("productId", "(r.data ->> 'product')::uuid") with { Required = true },
        ListField.Text("name", "r.data ->> 'name'") with { Searchable = true, Required = true },
        ListField.Text("version", "r.data ->> 'version'") with { Searchable = true, Required = true },
        ListField.Text("channel", "r.data ->> 'channel'") with { Required = true },
        ListField.Texts("platform", "x.platform", "jsonb_array_elements_text(r.data -> 'platforms') x(platform) where true") with { IgnoresCase = true },
        ListField.Instant("publishedAt", "(r.data ->> 'publishedAt')::timestamptz") with { Required = true },
        .. Times("r", "coalesce(r.data ->> 'issuedAt', r.data -> 'recorded' ->> 'createdAt')"),
    ])
    { DefaultSort = [new("publishedAt", SortOrder.Descending)] };

    public static Listing Channels { get; } = ChoiceOf("my-release-channels");

    public static Listing Platforms { get; } = ChoiceOf("my-release-platforms");

    public static Listing Products { get; } = new("my-products", ListField.Id("id", "c.id"), [DisplayName, .. Times("c")]) { DefaultSort = [new("displayName")] };

    private static ListField DisplayName => ListField.Text("displayName", "c.data ->> 'displayName'") with { Searchable = true, Required = true };

    private static ListField[] Times(string state, string? created = null) =>
    [
        ListField.Instant("createdAt", $"({created ?? $"{state}.data -> 'recorded' ->> 'createdAt'"})::timestamptz") with { Required = true },
        ListField.Instant("updatedAt", $"({state}.data -> 'recorded' ->> 'updatedAt')::timestamptz") with { Required = true },
    ];

    public async Task<Result<ListPage<WireUserRelease>>> Releases(IReadOnlyList<License> licenses, ListRequest request, ReleaseWires wires, CancellationToken cancellation)
    {
        Guid[] entitled = [.. (await entitlements.Entitled(licenses, cancellation)).Select(id => id.Value)];
        var page = await Listing.ReadAsync(
            database, new("r.id", "events.mt_doc_release r join events.mt_doc_product p on p.id = (r.data ->> 'product')::uuid", $"r.id = any($1) and {IsPublic}", entitled),
            request, null, row => ReleaseId.From(row.GetGuid(0)), cancellation);
        if (!page.IsValid)
            return page.Errors.AsRefusal();

        var states = await store.Releases.Latest(page.Value.Rows, cancellation);
        var rows = await wires.UserReleases([.. page.Value.Rows.Select(id => states[id])], store, cancellation);
        return Paged(page.Value, rows);
    }

    /// <summary>Channels, platforms or products of the products of these licences; a channel or platform without products is one of all.</summary>
    public async Task<Result<ListPage<WireChoice>>> Choice(Listing listing, IReadOnlyList<License> licenses, ListRequest request, CancellationToken cancellation)
    {
        Guid[] products = [.. licenses.Select(license => license.Product.Value).Distinct()];
        var (table, where) =
            listing == Channels ? ("releasechannel", "not (c.data ->> 'private')::boolean and (c.data -> 'products' = '[]'::jsonb or $1 && " + OwnProducts + ")")
            : listing == Platforms ? ("releaseplatform", "(c.data -> 'products' = '[]'::jsonb or $1 && " + OwnProducts + ")")
            : ("product", "c.id = any($1)");
        var page = await listing.ReadAsync(
            database, new("c.id, c.data ->> 'displayName'", $"events.mt_doc_{table} c", $"not (c.data ->> 'deleted')::boolean and {where}", products), request, null,
            row => new WireChoice(row.GetGuid(0), row.GetString(1)), cancellation);
        return page.IsValid ? Paged(page.Value, page.Value.Rows) : page.Errors.AsRefusal();
    }

    private const string OwnProducts = "array(select jsonb_array_elements_text(c.data -> 'products')::uuid)";

    private static Listing ChoiceOf(string name) => new(name, ListField.Id("id", "c.id"),
        [DisplayName, ListField.IdSet("productId", $"case when c.data -> 'products' = '[]'::jsonb then $1 else {OwnProducts} end"), .. Times("c")]);

    /// <summary>The next page is found by its number: a cursor would end with the first licence that changes.</summary>
    private static ListPage<TRow> Paged<TFound, TRow>(ListPage<TFound> page, IReadOnlyList<TRow> rows) => new(rows, page.HasNext, Next: null, page.Total, page.Position);
}

/// <summary>The releases that the caller's licences entitle to.</summary>
internal sealed record ListMyReleases(ListRequest Request, ReleaseWires Wires) : IQuery<ListPage<WireUserRelease>>
{
    public sealed class Handler(Context context, Entitlements entitlements, EntitledReleases releases) : IQueryHandler<ListMyReleases, ListPage<WireUserRelease>>
    {
        public async Task<Result<ListPage<WireUserRelease>>> Handle(ListMyReleases query, CancellationToken cancellationToken) => await releases.Releases(
            await entitlements.LicensesOf(context.Caller.User.GetValueOrDefault(), null, cancellationToken), query.Request, query.Wires, cancellationToken);
    }
}

/// <summary>The channels, platforms or products that the caller's licences have to do with.</summary>
internal sealed record ListMyChoice(Listing Listing, ListRequest Request) : IQuery<ListPage<WireChoice>>
{
    public sealed class Handler(Context context, Entitlements entitlements, EntitledReleases releases) : IQueryHandler<ListMyChoice, ListPage<WireChoice>>
    {
        public async Task<Result<ListPage<WireChoice>>> Handle(ListMyChoice query, CancellationToken cancellationToken) => await releases.Choice(
            query.Listing, await entitlements.LicensesOf(context.Caller.User.GetValueOrDefault(), null, cancellationToken), query.Request, cancellationToken);
    }
}

/// <summary>The releases that the licences of an organization entitle to.</summary>
internal sealed record ListOrganizationReleases(OrganizationId Organization, ListRequest Request, ReleaseWires Wires) : IQuery<ListPage<WireUserRelease>>, IWithinOrganization
{
    public sealed class Handler(Entitlements entitlements, EntitledReleases releases) : IQueryHandler<ListOrganizationReleases, ListPage<WireUserRelease>>
    {
        public async Task<Result<ListPage<WireUserRelease>>> Handle(ListOrganizationReleases query, CancellationToken cancellationToken) => await releases.Releases(
            await entitlements.LicensesOf(query.Organization, null, cancellationToken), query.Request, query.Wires, cancellationToken);
    }
}

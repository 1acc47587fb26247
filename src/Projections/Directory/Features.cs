using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of features.</summary>
public static class FeatureList
{
    public static Listing Listing { get; } = new("features", ListField.Id("id", "f.id"),
    [
        ListField.Text("name", "f.name") with { Searchable = true, Required = true },
        ListField.Text("displayName", "f.display_name") with { Searchable = true, Required = true },
        ListField.Text("description", "f.description") with { Searchable = true, Sortable = false },
        .. Columns.Times("f"),
    ])
    { Versioned = "f" };

    internal static DirectoryPart<Feature, FeatureEvent> Part(JsonSerializerOptions json) => new("feature", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("display_name", state => state.DisplayName)
        .Text("description", state => state.Description ?? "")
        .Times(state => state.Recorded));
}

/// <summary>One page of all features.</summary>
public sealed record ListFeatures(ListRequest Request) : IListQuery<Feature>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListFeatures, Result<ListPage<Feature>>>
    {
        public Task<Result<ListPage<Feature>>> Handle(ListFeatures query, CancellationToken cancellationToken) => reader.Page(
            directory.Features, FeatureList.Listing, new("f.document", $"{directory.Features.Rows.Name} f", "true"), query.Request, cancellationToken);
    }
}

/// <summary>The list of entitlement sets.</summary>
public static class EntitlementSetList
{
    public static Listing Listing { get; } = new("entitlement-sets", ListField.Id("id", "s.id"),
    [
        ListField.Text("name", "s.name") with { Searchable = true, Required = true },
        ListField.Text("displayName", "s.display_name") with { Searchable = true, Required = true },
        ListField.Text("description", "s.description") with { Searchable = true, Sortable = false },
        ListField.IdSet("productIds", "s.product_ids"),
        ListField.Number("tier", "s.tier") with { Required = true },
        .. Columns.Times("s"),
    ])
    { Versioned = "s" };

    internal static DirectoryPart<EntitlementSet, EntitlementSetEvent> Part(JsonSerializerOptions json) => new(
        "entitlement_set", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("display_name", state => state.DisplayName)
        .Text("description", state => state.Description ?? "")
        .Set("product_ids", NpgsqlDbType.Uuid, entry => entry.State.Products.Select(product => product.Value))
        .Number("tier", state => state.Tier)
        .Times(state => state.Recorded));
}

/// <summary>One page of all entitlement sets.</summary>
public sealed record ListEntitlementSets(ListRequest Request) : IListQuery<EntitlementSet>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListEntitlementSets, Result<ListPage<EntitlementSet>>>
    {
        public Task<Result<ListPage<EntitlementSet>>> Handle(ListEntitlementSets query, CancellationToken cancellationToken) => reader.Page(
            directory.EntitlementSets, EntitlementSetList.Listing,
            new("s.document", $"{directory.EntitlementSets.Rows.Name} s", "true"), query.Request, cancellationToken);
    }
}

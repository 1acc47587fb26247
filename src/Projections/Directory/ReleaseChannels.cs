using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of the channels by which releases come; one without products is one of all.</summary>
public static class ReleaseChannelList
{
    public static Listing Listing { get; } = new("release-channels", ListField.Id("id", "c.id"),
    [
        ListField.IdSet("productId", "c.product_ids") with { EmptyIsAll = true },
        ListField.Text("name", "c.name") with { Searchable = true, Required = true },
        ListField.Text("displayName", "c.display_name") with { Searchable = true, Required = true },
        ListField.Flag("private", "c.private") with { Required = true },
        .. Columns.Times("c"),
    ])
    { Versioned = "c" };

    internal static DirectoryPart<ReleaseChannel, ReleaseChannelEvent> Part(JsonSerializerOptions json) => new("release_channel", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("display_name", state => state.DisplayName)
        .Flag("private", state => state.Private)
        .Set("product_ids", NpgsqlDbType.Uuid, entry => entry.State.Products.Select(product => product.Value))
        .Times(state => state.Recorded));
}

/// <summary>One page of the channels.</summary>
public sealed record ListReleaseChannels(ListRequest Request) : IListQuery<ReleaseChannel>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListReleaseChannels, Result<ListPage<ReleaseChannel>>>
    {
        public Task<Result<ListPage<ReleaseChannel>>> Handle(ListReleaseChannels query, CancellationToken cancellationToken) => reader.Page(
            directory.ReleaseChannels, ReleaseChannelList.Listing, new("c.document", $"{directory.ReleaseChannels.Rows.Name} c", "true"), query.Request, cancellationToken);
    }
}

/// <summary>The list of the platforms that releases run on; one without products is one of all.</summary>
public static class ReleasePlatformList
{
    public static Listing Listing { get; } = new("release-platforms", ListField.Id("id", "p.id"),
    [
        ListField.IdSet("productId", "p.product_ids") with { EmptyIsAll = true },
        ListField.Text("name", "p.name") with { Searchable = true, Required = true },
        ListField.Text("displayName", "p.display_name") with { Searchable = true, Required = true },
        .. Columns.Times("p"),
    ])
    { Versioned = "p" };

    internal static DirectoryPart<ReleasePlatform, ReleasePlatformEvent> Part(JsonSerializerOptions json) => new("release_platform", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("display_name", state => state.DisplayName)
        .Set("product_ids", NpgsqlDbType.Uuid, entry => entry.State.Products.Select(product => product.Value))
        .Times(state => state.Recorded));
}

/// <summary>One page of the platforms.</summary>
public sealed record ListReleasePlatforms(ListRequest Request) : IListQuery<ReleasePlatform>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListReleasePlatforms, Result<ListPage<ReleasePlatform>>>
    {
        public Task<Result<ListPage<ReleasePlatform>>> Handle(ListReleasePlatforms query, CancellationToken cancellationToken) => reader.Page(
            directory.ReleasePlatforms, ReleasePlatformList.Listing, new("p.document", $"{directory.ReleasePlatforms.Rows.Name} p", "true"), query.Request, cancellationToken);
    }
}

using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of releases.</summary>
public static class ReleaseList
{
    public static Listing Listing { get; } = new("releases", ListField.Id("id", "r.id"),
    [
        ListField.Id("productId", "r.product_id") with { Required = true },
        ListField.Text("name", "r.name") with { Searchable = true, Required = true },
        ListField.Texts("platform", "x.platform", "unnest(r.platforms) x(platform) where true") with { IgnoresCase = true },
        ListField.Text("channel", "r.channel") with { Searchable = true, Required = true },
        ListField.Text("version", "r.version") with { Searchable = true, Required = true },
        ListField.Flag("published", "r.published_at is not null"),
        ListField.Flag("private", "r.private") with { Required = true },
        ListField.Flag("archived", "r.archived") with { Required = true },
        ListField.Instant("publishedAt", "r.published_at"),
        .. Columns.Times("r"),
    ])
    { Versioned = "r" };

    internal static DirectoryPart<Release, ReleaseEvent> Part(JsonSerializerOptions json) => new("release", json, state => state.Exists, table => table
        .Reference("product_id", state => state.Product.Value)
        .Text("name", state => state.Name)
        .Set("platforms", NpgsqlDbType.Text, entry => entry.State.Platforms)
        .Text("channel", state => state.Channel)
        .Text("version", state => state.Version)
        .Flag("private", state => state.Private)
        .Flag("archived", state => state.Archived)
        .Instant("published_at", state => state.PublishedAt)
        .Times(state => state.Recorded with { CreatedAt = state.CreatedAt })
        .Order("product_id, created_at, id"));
}

/// <summary>One page of the releases of the account.</summary>
public sealed record ListReleases(ListRequest Request) : IListQuery<Release>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListReleases, Result<ListPage<Release>>>
    {
        public Task<Result<ListPage<Release>>> Handle(ListReleases query, CancellationToken cancellationToken) => reader.Page(
            directory.Releases, ReleaseList.Listing, new("r.document", $"{directory.Releases.Rows.Name} r", "true"), query.Request, cancellationToken);
    }
}

/// <summary>The list of the files of all releases: they are part of the rows of those.</summary>
public static class ReleaseFileList
{
    internal const string Held = "cross join lateral json_array_elements(r.document -> 'files') f(held)";

    public static Listing Listing { get; } = new("release-files", ListField.Id("id", "(f.held -> 'file' ->> 'id')::uuid"),
    [
        ListField.Id("releaseId", "r.id") with { Required = true },
        ListField.Text("name", "f.held -> 'file' ->> 'name'") with { Searchable = true, Required = true },
        ListField.Text("release.name", "r.name") with { Searchable = true, Required = true },
        ListField.Flag("published", "r.published_at is not null"),
        ListField.Instant("createdAt", "(f.held ->> 'createdAt')::timestamptz") with { Required = true },
        ListField.Instant("updatedAt", "(f.held ->> 'updatedAt')::timestamptz") with { Required = true },
    ])
    { Versioned = "r" };
}

/// <summary>A release, and one of its files.</summary>
public sealed record ReleaseFileEntry(Release Release, ReleaseFileId File);

/// <summary>One page of the files of all releases.</summary>
public sealed record ListReleaseFiles(ListRequest Request) : IListQuery<ReleaseFileEntry>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListReleaseFiles, Result<ListPage<ReleaseFileEntry>>>
    {
        public Task<Result<ListPage<ReleaseFileEntry>>> Handle(ListReleaseFiles query, CancellationToken cancellationToken) => reader.Page(
            ReleaseFileList.Listing, new("r.document, (f.held -> 'file' ->> 'id')::uuid", $"{directory.Releases.Rows.Name} r {ReleaseFileList.Held}", "true"), query.Request,
            row => new ReleaseFileEntry(directory.Releases.StateOf(row), ReleaseFileId.From(row.GetGuid(1))), cancellationToken);
    }
}

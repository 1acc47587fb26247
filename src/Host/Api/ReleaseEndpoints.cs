using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Releases of products: prepared, published, archived; and what applications ask about them with a licence key.</summary>
internal static class ReleaseEndpoints
{
    public static void MapReleases(this Routes routes)
    {
        var releases = routes.MapGroup("/releases").WithTags("Releases");

        releases.MapPost("", (NewRelease body, HttpContext http) =>
                http.Send(body.ToCommand(), ReleaseWires.Of(http).Release, StatusCodes.Status201Created, r => $"/v3/releases/{r.Id}", r => r.Recorded))
            .WithSummary("Create a release: nobody but the vendor sees it until it is published").Produces<WireRelease>(StatusCodes.Status201Created);

        releases.MapGet("", Task<IResult> (HttpContext http) => http.List(ReleaseList.Listing, request => new ListReleases(request), ReleaseWires.Of(http).Releases))
            .WithList(ReleaseList.Listing).WithSummary("List releases").Produces<IReadOnlyList<WireRelease>>();

        releases.MapGet("/{releaseId}", (ReleaseId releaseId, HttpContext http) => http.Ask(new GetRelease(releaseId), ReleaseWires.Of(http).Release, r => r.Recorded))
            .WithSummary("Get a release").Produces<WireRelease>();

        releases.MapPatch("/{releaseId}", (ReleaseId releaseId, ReleasePatch body, HttpContext http) =>
                http.Send(body.ToCommand(releaseId), ReleaseWires.Of(http).Release, version: r => r.Recorded))
            .WithSummary("Change a release that is not published").Produces<WireRelease>();

        releases.MapDelete("/{releaseId}", (ReleaseId releaseId, HttpContext http) => http.Send(new DeleteRelease(releaseId)))
            .WithSummary("Delete a release with its files").Produces(StatusCodes.Status204NoContent);

        releases.MapPost("/{releaseId}/publish", (ReleaseId releaseId, HttpContext http) =>
                http.Send(new PublishRelease(releaseId), ReleaseWires.Of(http).Release, version: r => r.Recorded))
            .WithSummary("Publish a release: customers get it, and it stays as it is").Produces<WireRelease>();

        releases.MapPost("/{releaseId}/archive", (ReleaseId releaseId, HttpContext http) =>
                http.Send(new ArchiveRelease(releaseId), ReleaseWires.Of(http).Release, version: r => r.Recorded))
            .WithSummary("Archive a published release: customers no longer get it").Produces<WireRelease>();

        releases.MapGet("/storage", Task<IResult> (HttpContext http) => http.Ask(new GetReleaseStorage(), (used, _, _) => Task.FromResult(new WireReleaseStorage(used, -1))))
            .WithName("getReleaseStorage").WithSummary("The room that the files of releases take").OfNow().Produces<WireReleaseStorage>();

        MapAsked(releases);
    }

    /// <summary>The key of a licence is the secret: nobody signs in.</summary>
    private static void MapAsked(Routes releases)
    {
        releases.MapGet("/update", Task<IResult> (
                ProductId productId, string platform, string version, string key, HttpContext http, string? accountId = null, string? channel = null, bool allowed = false) =>
                Find(http, new(productId, platform, channel, version, key, accountId, allowed)))
            .WithName("getReleaseUpdate").WithSummary("The newest release that is newer than a version; 204 when there is none").OfNow().AllowAnonymous()
            .Produces<WireRelease>().Produces(StatusCodes.Status204NoContent);

        releases.MapGet("/latest", Task<IResult> (
                ProductId productId, string platform, string key, HttpContext http, string? accountId = null, string? channel = null, bool allowed = false) =>
                Find(http, new(productId, platform, channel, null, key, accountId, allowed)))
            .WithName("getLatestRelease").WithSummary("The newest release; 204 when there is none").OfNow().AllowAnonymous()
            .Produces<WireRelease>().Produces(StatusCodes.Status204NoContent);

        releases.MapGet("/{releaseId}/allowed", (ReleaseId releaseId, string key, HttpContext http, string? accountId = null) =>
                http.Ask(new CheckRelease(releaseId, key, accountId), WireReleaseAllowed.Of))
            .WithName("isReleaseAllowed").WithSummary("Does the license of a key entitle to this release?").OfNow().AllowAnonymous().Produces<WireReleaseAllowed>();
    }

    private static async Task<IResult> Find(HttpContext http, FindRelease query)
    {
        var found = await http.RequestServices.GetRequiredService<IMediator>().Send(query, http.RequestAborted);
        return found.Refusal is { } refusal ? refusal.AsHttp()
            : found.Value!.Release is not { } release ? Results.NoContent()
            : Results.Json(await ReleaseWires.Of(http).Release(release, http.RequestServices.GetRequiredService<Store>(), http.RequestAborted), HttpJson.Options);
    }
}

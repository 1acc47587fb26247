using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The channels by which releases come, and the platforms they run on.</summary>
internal static class ReleaseChannelEndpoints
{
    public static void MapReleaseChannels(this Routes routes)
    {
        var channels = routes.MapGroup("/release-channels").WithTags("Release channels");

        channels.MapPost("", (NewReleaseChannel body, HttpContext http) =>
                http.Send(body.ToCommand(), WireReleaseChannel.Of, StatusCodes.Status201Created, c => $"/v3/release-channels/{c.Id}", c => c.Recorded))
            .WithSummary("Create a release channel").Produces<WireReleaseChannel>(StatusCodes.Status201Created);

        channels.MapGet("", Task<IResult> (HttpContext http) => http.List(ReleaseChannelList.Listing, request => new ListReleaseChannels(request), WireReleaseChannel.Of))
            .WithList(ReleaseChannelList.Listing).WithSummary("List release channels").Produces<IReadOnlyList<WireReleaseChannel>>();

        channels.MapGet("/{releaseChannelId}", (ReleaseChannelId releaseChannelId, HttpContext http) =>
                http.Ask(new GetReleaseChannel(releaseChannelId), WireReleaseChannel.Of, c => c.Recorded))
            .WithSummary("Get a release channel").Produces<WireReleaseChannel>();

        channels.MapPatch("/{releaseChannelId}", (ReleaseChannelId releaseChannelId, ReleaseChannelPatch body, HttpContext http) =>
                http.Send(body.ToCommand(releaseChannelId), WireReleaseChannel.Of, version: c => c.Recorded))
            .WithSummary("Change a release channel; its name stays").Produces<WireReleaseChannel>();

        channels.MapDelete("/{releaseChannelId}", (ReleaseChannelId releaseChannelId, HttpContext http) => http.Send(new DeleteReleaseChannel(releaseChannelId)))
            .WithSummary("Delete a channel by which no release comes").Produces(StatusCodes.Status204NoContent);
    }

    public static void MapReleasePlatforms(this Routes routes)
    {
        var platforms = routes.MapGroup("/release-platforms").WithTags("Release platforms");

        platforms.MapPost("", (NewReleasePlatform body, HttpContext http) =>
                http.Send(body.ToCommand(), WireReleasePlatform.Of, StatusCodes.Status201Created, p => $"/v3/release-platforms/{p.Id}", p => p.Recorded))
            .WithSummary("Create a release platform").Produces<WireReleasePlatform>(StatusCodes.Status201Created);

        platforms.MapGet("", Task<IResult> (HttpContext http) => http.List(ReleasePlatformList.Listing, request => new ListReleasePlatforms(request), WireReleasePlatform.Of))
            .WithList(ReleasePlatformList.Listing).WithSummary("List release platforms").Produces<IReadOnlyList<WireReleasePlatform>>();

        platforms.MapGet("/{releasePlatformId}", (ReleasePlatformId releasePlatformId, HttpContext http) =>
                http.Ask(new GetReleasePlatform(releasePlatformId), WireReleasePlatform.Of, p => p.Recorded))
            .WithSummary("Get a release platform").Produces<WireReleasePlatform>();

        platforms.MapPatch("/{releasePlatformId}", (ReleasePlatformId releasePlatformId, ReleasePlatformPatch body, HttpContext http) =>
                http.Send(body.ToCommand(releasePlatformId), WireReleasePlatform.Of, version: p => p.Recorded))
            .WithSummary("Change a release platform; its name stays").Produces<WireReleasePlatform>();

        platforms.MapDelete("/{releasePlatformId}", (ReleasePlatformId releasePlatformId, HttpContext http) => http.Send(new DeleteReleasePlatform(releasePlatformId)))
            .WithSummary("Delete a platform that no release runs on").Produces(StatusCodes.Status204NoContent);
    }
}

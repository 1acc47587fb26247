using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>What portals show: the releases that one's licences entitle to, and what to choose from among them.</summary>
internal static class MyReleaseEndpoints
{
    public static void MapMyReleases(this Routes routes)
    {
        var me = routes.MapGroup("/me").WithTags("Profile");

        me.MapGet("/releases", Task<IResult> (HttpContext http) =>
                http.List(EntitledReleases.Listing, request => new ListMyReleases(request, ReleaseWires.Of(http))))
            .WithList(EntitledReleases.Listing).WithSummary("List the releases that my licenses entitle to, the newest first").OfNow().Produces<IReadOnlyList<WireUserRelease>>();

        Choice(me, "/release-channels", EntitledReleases.Channels, "List the release channels of my products");
        Choice(me, "/release-platforms", EntitledReleases.Platforms, "List the release platforms of my products");
        Choice(me, "/products", EntitledReleases.Products, "List the products that I have licenses of");

        routes.MapGet("/organizations/{organizationId}/releases", Task<IResult> (OrganizationId organizationId, HttpContext http) =>
                http.List(EntitledReleases.Listing, request => new ListOrganizationReleases(organizationId, request, ReleaseWires.Of(http))))
            .WithTags("Organization releases").WithList(EntitledReleases.Listing).WithSummary("List the releases that the licenses of an organization entitle to, the newest first")
            .OfNow().Produces<IReadOnlyList<WireUserRelease>>();
    }

    private static void Choice(Routes me, string path, Listing listing, string summary) => me
        .MapGet(path, Task<IResult> (HttpContext http) => http.List(listing, request => new ListMyChoice(listing, request)))
        .WithList(listing).WithSummary(summary).OfNow().Produces<IReadOnlyList<WireChoice>>();
}

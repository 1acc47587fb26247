using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The audit of what was refused.</summary>
internal static class RefusalEndpoints
{
    public static void MapRefusals(this Routes routes)
    {
        routes.MapGet("/history/refused-commands", Task<IResult> (HttpContext http) => http.List(RefusedCommandReader.Listing, request => new ListRefusedCommands(request)))
            .WithList(RefusedCommandReader.Listing).WithTags("History").WithSummary("Commands and sign-ins that were refused, the newest first").Produces<IReadOnlyList<WireRefusedCommand>>();

        routes.MapGet("/organizations/{organizationId}/history/refused-commands", Task<IResult> (OrganizationId organizationId, Context context, HttpContext http) =>
                http.List(context.Caller.IsVendor ? RefusedCommandReader.Listing : RefusedCommandReader.OfCustomers, request => new ListOrganizationRefusedCommands(organizationId, request)))
            .WithList(RefusedCommandReader.Listing).WithTags("History").WithSummary("Commands that were refused to members of an organization or within it, the newest first").Produces<IReadOnlyList<WireRefusedCommand>>();
    }
}

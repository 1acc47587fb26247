using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Organizations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Organizations: create, read, change, suspend, delete.</summary>
internal static class OrganizationEndpoints
{
    public static void MapOrganizations(this Routes routes)
    {
        var organizations = routes.MapGroup("/organizations").WithTags("Organizations");

        organizations.MapPost("", (NewOrganization body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(context.Now), WireOrganization.Of, StatusCodes.Status201Created, o => $"/v3/organizations/{o.Id}", o => o.Recorded))
            .WithSummary("Create an organization").Produces<WireOrganization>(StatusCodes.Status201Created);

        organizations.MapGet("", Task<IResult> (HttpContext http) => http.List(OrganizationList.Listing, request => new ListOrganizations(request), WireOrganization.Of))
            .WithList(OrganizationList.Listing).WithSummary("List organizations").Produces<IReadOnlyList<WireOrganization>>();

        organizations.MapGet("/{organizationId}", (OrganizationId organizationId, HttpContext http) =>
                http.Ask(new GetOrganization(organizationId), WireOrganization.Of, o => o.Recorded))
            .WithSummary("Get an organization").Produces<WireOrganization>();

        organizations.MapPatch("/{organizationId}", (OrganizationId organizationId, OrganizationPatch body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(organizationId, context.Now), WireOrganization.Of, version: o => o.Recorded))
            .WithSummary("Change an organization").Produces<WireOrganization>();

        organizations.MapDelete("/{organizationId}", Delete)
            .WithSummary("Delete an organization").Produces(StatusCodes.Status204NoContent);

        organizations.MapPost("/{organizationId}/suspend", (OrganizationId organizationId, HttpContext http) =>
                http.Send(new SuspendOrganization(organizationId), WireOrganization.Of, version: o => o.Recorded))
            .WithSummary("Suspend an organization: nobody in it has access").Produces<WireOrganization>();

        organizations.MapPost("/{organizationId}/reinstate", (OrganizationId organizationId, HttpContext http) =>
                http.Send(new ReinstateOrganization(organizationId), WireOrganization.Of, version: o => o.Recorded))
            .WithSummary("Reinstate an organization: access is as it was").Produces<WireOrganization>();
    }

    /// <summary>With <paramref name="cascade"/> its users are removed first, in batches.</summary>
    private static Task<IResult> Delete(OrganizationId organizationId, HttpContext http, bool cascade = false) =>
        cascade && !http.IsDryRun() ? http.SendAfter(new RemoveUsersOfOrganization(organizationId), new DeleteOrganization(organizationId))
            : http.Send(new DeleteOrganization(organizationId, cascade));
}

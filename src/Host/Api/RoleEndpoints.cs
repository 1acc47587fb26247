using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Roles that the vendor makes for members of the team, and the claims they can be made of.</summary>
internal static class RoleEndpoints
{
    public static void MapRoles(this Routes routes)
    {
        var roles = routes.MapGroup("/roles").WithTags("Roles");

        roles.MapPost("", (NewRole body, HttpContext http) =>
                http.Send(body.ToCommand(), WireRole.Of, StatusCodes.Status201Created, r => $"/v3/roles/{r.Id}", r => r.Recorded))
            .WithSummary("Create a role").Produces<WireRole>(StatusCodes.Status201Created);

        roles.MapGet("", Task<IResult> (HttpContext http) => http.List(RoleList.Listing, request => new ListRoles(request), WireRole.Of))
            .WithList(RoleList.Listing).WithSummary("List the roles that are not reserved").Produces<IReadOnlyList<WireRole>>();

        roles.MapGet("/claims", (HttpContext http, string? roleType = null) =>
                http.Ask(new ListClaims(string.IsNullOrEmpty(roleType) ? null : new Role(roleType)), ByResource))
            .WithName("getRoleClaims").WithSummary("List the claims that a role can have; with roleType those of a reserved role").Produces<IReadOnlyDictionary<string, string[]>>();

        roles.MapGet("/{roleId}", (RoleId roleId, HttpContext http) => http.Ask(new GetRole(roleId), WireRole.Of, r => r.Recorded))
            .WithSummary("Get a role").Produces<WireRole>();

        roles.MapPatch("/{roleId}", (RoleId roleId, RolePatch body, HttpContext http) => http.Send(body.ToCommand(roleId), WireRole.Of, version: r => r.Recorded))
            .WithSummary("Change a role: its claims count at once; its name changes only while nobody has it").Produces<WireRole>();

        roles.MapDelete("/{roleId}", (RoleId roleId, HttpContext http) => http.Send(new DeleteRole(roleId)))
            .WithSummary("Delete a role that nobody has").Produces(StatusCodes.Status204NoContent);
    }

    private static Task<Dictionary<string, string[]>> ByResource(ValueList<string> claims, Store store, CancellationToken cancellation) =>
        Task.FromResult(claims.GroupBy(claim => claim[..claim.LastIndexOf(':')]).ToDictionary(group => group.Key, group => group.ToArray()));
}

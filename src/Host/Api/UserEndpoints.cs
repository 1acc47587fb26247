using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Users, as the vendor manages them and as their organization does.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this Routes routes)
    {
        var users = routes.MapGroup("/users").WithTags("Users");

        users.MapPost("", (NewUserBody body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(context.Now), WireUser.Of, StatusCodes.Status201Created, u => $"/v3/users/{u.Id}", u => u.Recorded))
            .WithSummary("Create a user").Produces<WireUser>(StatusCodes.Status201Created);

        users.MapGet("", Task<IResult> (HttpContext http) => http.List(
                UserList.All, request => new ListUsers(request, http.IdParameter<ProductId>("productId")), WireUser.Listed, "productId", "productId[eq]"))
            .WithList(UserList.All, "productId").WithSummary("List users").Produces<IReadOnlyList<WireUser>>();

        users.MapGet("/export", Task<IResult> (HttpContext http) => http.Export(
                RowFormat.Csv, UserList.All, request => new ListUsers(request, http.IdParameter<ProductId>("productId")), WireUser.Of, LicenseExport.Users, "productId", "productId[eq]"))
            .WithName("exportUsers").WithExport(UserList.All, "productId").WithSummary("All users that match, as CSV").Produces<string>(StatusCodes.Status200OK, RowFormat.Csv.ContentType);

        users.MapGet("/{userId}", (UserId userId, HttpContext http) => http.Ask(new GetUser(userId), WireUser.Of, u => u.Recorded))
            .WithSummary("Get a user").Produces<WireUser>();

        users.MapPatch("/{userId}", (UserId userId, UserPatch body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(userId, context.Now), WireUser.Of, version: u => u.Recorded))
            .WithSummary("Change a user").Produces<WireUser>();

        users.MapDelete("/{userId}", (UserId userId, HttpContext http) => http.Send(new DeleteUser(userId)))
            .WithSummary("Remove a user").Produces(StatusCodes.Status204NoContent);

        users.MapDelete("/metadata/{metadataId}", (Guid metadataId, HttpContext http) => http.Send(new DropUserMetadata(metadataId)))
            .WithSummary("Take an entry out of a user's metadata").Produces(StatusCodes.Status204NoContent);

        users.MapPost("/{userId}/suspend", (UserId userId, HttpContext http) => http.Send(new SuspendUser(userId), WireUser.Of, version: u => u.Recorded))
            .WithSummary("Suspend a user: all access is gone").Produces<WireUser>();

        users.MapPost("/{userId}/reinstate", (UserId userId, HttpContext http) => http.Send(new ReinstateUser(userId), WireUser.Of, version: u => u.Recorded))
            .WithSummary("Reinstate a user: access is as it was").Produces<WireUser>();

        users.MapPost("/{userId}/erase", (UserId userId, HttpContext http) => http.Send(new EraseUser(userId)))
            .WithSummary("Erase a person for good: the user goes, and what was known of the person can be read nowhere any more").Produces(StatusCodes.Status204NoContent);
    }

    public static void MapOrganizationUsers(this Routes routes)
    {
        var users = routes.MapGroup("/organizations/{organizationId}/users").WithTags("Organization users");

        users.MapPost("", (OrganizationId organizationId, NewOrganizationUser body, HttpContext http) =>
                http.Send(body.ToCommand(organizationId), WireOrganizationUser.Of, StatusCodes.Status201Created,
                    u => $"/v3/organizations/{organizationId}/users/{u.Id}", u => u.Recorded))
            .WithSummary("Create a user of an organization").Produces<WireOrganizationUser>(StatusCodes.Status201Created);

        users.MapGet("", (OrganizationId organizationId, HttpContext http) => http.List(
                UserList.OfOrganization, request => new ListOrganizationUsers(organizationId, request, http.IdParameter<ProductId>("productId")),
                WireOrganizationUser.Listed, "productId", "productId[eq]"))
            .WithList(UserList.OfOrganization, "productId").WithSummary("List the users of an organization").Produces<IReadOnlyList<WireOrganizationUser>>();

        users.MapGet("/{userId}", (OrganizationId organizationId, UserId userId, HttpContext http) =>
                http.Ask(new GetOrganizationUser(organizationId, userId), WireOrganizationUser.Of, u => u.Recorded))
            .WithSummary("Get a user of an organization").Produces<WireOrganizationUser>();

        users.MapPatch("/{userId}", (OrganizationId organizationId, UserId userId, OrganizationUserPatch body, HttpContext http) =>
                http.Send(body.ToCommand(organizationId, userId), WireOrganizationUser.Of, version: u => u.Recorded))
            .WithSummary("Change a user of an organization").Produces<WireOrganizationUser>();

        users.MapDelete("/{userId}", (OrganizationId organizationId, UserId userId, HttpContext http) =>
                http.Send(new DeleteOrganizationUser(organizationId, userId)))
            .WithSummary("Remove a user of an organization").Produces(StatusCodes.Status204NoContent);

        users.MapPost("/bulk", (OrganizationId organizationId, NewMembersBody body, HttpContext http) =>
                http.Send(body.ToCommand(organizationId), WireOrganizationUser.Of, StatusCodes.Status201Created))
            .WithName("createOrganizationUsers").WithSummary("Create several users of an organization, all or none; each sets a password by a token").Produces<IReadOnlyList<WireOrganizationUser>>(StatusCodes.Status201Created);

        users.MapPost("/{userId}/suspend", (OrganizationId organizationId, UserId userId, HttpContext http) =>
                http.Send(new SuspendOrganizationUser(organizationId, userId), WireOrganizationUser.Of, version: u => u.Recorded))
            .WithSummary("Suspend a user of an organization: all access is gone").Produces<WireOrganizationUser>();

        users.MapPost("/{userId}/reinstate", (OrganizationId organizationId, UserId userId, HttpContext http) =>
                http.Send(new ReinstateOrganizationUser(organizationId, userId), WireOrganizationUser.Of, version: u => u.Recorded))
            .WithSummary("Reinstate a user of an organization: access is as it was").Produces<WireOrganizationUser>();

        users.MapPost("/{userId}/reset-password-token", (OrganizationId organizationId, UserId userId, HttpContext http) =>
                http.Send(new AllowOrganizationPasswordReset(organizationId, userId), (token, _, _) => Task.FromResult(new WirePasswordReset(token))))
            .WithName("resetOrganizationUserPasswordToken").WithSummary("Make a token by which a user of an organization may set a password").Produces<WirePasswordReset>();
    }
}

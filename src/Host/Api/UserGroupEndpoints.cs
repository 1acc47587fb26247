using EventSourcedOrgs.Application.UserGroups;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The body of a new user group.</summary>
internal sealed record NewUserGroup(string Name, string? Description = null);

/// <summary>The body of a change to a user group.</summary>
internal sealed record UserGroupPatch(string? Name = null)
{
    public Optional<string?> Description { get; init; }
}

/// <summary>The users to put into a group, 1 to 1,000 of them.</summary>
internal sealed record NewMembers(ValueList<UserId> UserIds);

/// <summary>User groups of an organization, and who is in them.</summary>
internal static class UserGroupEndpoints
{
    public static void MapUserGroups(this Routes routes)
    {
        var groups = routes.MapGroup("/organizations/{organizationId}/user-groups").WithTags("User groups");

        groups.MapPost("", (OrganizationId organizationId, NewUserGroup body, HttpContext http) =>
                http.Send(new CreateUserGroup(Id.New<UserGroupId>(), organizationId, body.Name, string.IsNullOrEmpty(body.Description) ? null : body.Description),
                    WireUserGroup.Of, StatusCodes.Status201Created, g => $"/v3/organizations/{organizationId}/user-groups/{g.Id}", g => g.Recorded))
            .WithSummary("Create a user group").Produces<WireUserGroup>(StatusCodes.Status201Created);

        groups.MapGet("", (OrganizationId organizationId, HttpContext http) => http.List(
                UserGroupList.Listing, request => new ListUserGroups(organizationId, request), WireUserGroup.Of))
            .WithList(UserGroupList.Listing).WithSummary("List the user groups of an organization").Produces<IReadOnlyList<WireUserGroup>>();

        groups.MapGet("/{userGroupId}", (OrganizationId organizationId, UserGroupId userGroupId, HttpContext http) =>
                http.Ask(new GetUserGroup(organizationId, userGroupId), WireUserGroup.Of, g => g.Recorded))
            .WithSummary("Get a user group").Produces<WireUserGroup>();

        groups.MapPatch("/{userGroupId}", (OrganizationId organizationId, UserGroupId userGroupId, UserGroupPatch body, HttpContext http) =>
                http.Send(new ChangeUserGroup(organizationId, userGroupId, Common.Given(body.Name),
                    body.Description.Select(text => string.IsNullOrEmpty(text) ? null : text)), WireUserGroup.Of, version: g => g.Recorded))
            .WithSummary("Change a user group").Produces<WireUserGroup>();

        groups.MapDelete("/{userGroupId}", (OrganizationId organizationId, UserGroupId userGroupId, HttpContext http) =>
                http.Send(new DeleteUserGroup(organizationId, userGroupId)))
            .WithSummary("Delete a user group: its memberships and assignments end").Produces(StatusCodes.Status204NoContent);

        groups.MapGet("/{userGroupId}/users", (OrganizationId organizationId, UserGroupId userGroupId, HttpContext http) => http.Within(
                new GetUserGroup(organizationId, userGroupId), () => http.List(
                    UserList.OfOrganization, request => new ListGroupUsers(organizationId, userGroupId, request), WireOrganizationUser.Listed)))
            .WithList(UserList.OfOrganization).WithSummary("List the users in a group").Produces<IReadOnlyList<WireOrganizationUser>>();

        groups.MapPost("/{userGroupId}/users", (OrganizationId organizationId, UserGroupId userGroupId, NewMembers body, HttpContext http) =>
                http.Send(new AddUsersToGroup(organizationId, userGroupId, body.UserIds)))
            .WithSummary("Put users into a group: all of them or none").Produces(StatusCodes.Status204NoContent);

        groups.MapDelete("/{userGroupId}/users/{userId}", (OrganizationId organizationId, UserGroupId userGroupId, UserId userId, HttpContext http) =>
                http.Send(new RemoveUserFromGroup(organizationId, userGroupId, userId)))
            .WithSummary("Take a user out of a group").Produces(StatusCodes.Status204NoContent);
    }
}

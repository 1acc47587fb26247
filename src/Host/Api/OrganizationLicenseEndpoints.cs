using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Licences of an organization, and the groups and users they are assigned to.</summary>
internal static class OrganizationLicenseEndpoints
{
    public static void MapOrganizationLicenses(this Routes routes)
    {
        var licenses = routes.MapGroup("/organizations/{organizationId}/licenses").WithTags("Organization licenses");

        licenses.MapGet("", (OrganizationId organizationId, HttpContext http) => http.List(
                LicenseList.OfOrganization, request => new ListOrganizationLicenses(organizationId, request), WireHeldLicense.OfOrganization))
            .WithList(LicenseList.OfOrganization).WithSummary("List the licenses of an organization").Produces<IReadOnlyList<WireHeldLicense>>();

        licenses.MapGet("/{licenseId}", (OrganizationId organizationId, LicenseId licenseId, HttpContext http) =>
                http.Ask(new GetOrganizationLicense(organizationId, licenseId), WireHeldLicense.OfOrganization, l => l.Recorded))
            .WithSummary("Get a license of an organization").Produces<WireHeldLicense>();

        licenses.MapPatch("/{licenseId}", (OrganizationId organizationId, LicenseId licenseId, LicenseGroups body, HttpContext http) =>
                http.Send(new SetLicenseGroups(organizationId, licenseId, body.UserGroupIds), WireHeldLicense.OfOrganization, version: l => l.Recorded))
            .WithSummary("Set the user groups that a license is assigned to").Produces<WireHeldLicense>();

        MapGroups(licenses.MapGroup("/{licenseId}/user-groups"));
        MapUsers(licenses.MapGroup("/{licenseId}/users"));
    }

    private static void MapGroups(Routes groups)
    {
        groups.MapGet("", (OrganizationId organizationId, LicenseId licenseId, HttpContext http) =>
                http.Ask(new GetOrganizationLicense(organizationId, licenseId), WireAssignedGroup.Of))
            .WithSummary("List the user groups that a license is assigned to").Produces<IReadOnlyList<WireAssignedGroup>>();

        groups.MapPut("/{userGroupId}", (OrganizationId organizationId, LicenseId licenseId, UserGroupId userGroupId, AssignmentBody? body, HttpContext http) =>
                http.Send(new AssignGroupToLicense(organizationId, licenseId, userGroupId, AssignmentBody.ToWindow(body))))
            .WithSummary("Assign a user group to a license, for a time or for ever: it opens to everybody in the group").Produces(StatusCodes.Status204NoContent);

        groups.MapDelete("/{userGroupId}", (OrganizationId organizationId, LicenseId licenseId, UserGroupId userGroupId, HttpContext http) =>
                http.Send(new UnassignGroupFromLicense(organizationId, licenseId, userGroupId)))
            .WithSummary("Unassign a user group from a license").Produces(StatusCodes.Status204NoContent);
    }

    private static void MapUsers(Routes users)
    {
        users.MapGet("", (OrganizationId organizationId, LicenseId licenseId, HttpContext http) =>
                http.Ask(new GetOrganizationLicense(organizationId, licenseId), WireAssignedUser.Of))
            .WithSummary("List the users that a license is assigned to directly").Produces<IReadOnlyList<WireAssignedUser>>();

        users.MapPut("/{userId}", (OrganizationId organizationId, LicenseId licenseId, UserId userId, AssignmentBody? body, HttpContext http) =>
                http.Send(new AssignUserToLicense(organizationId, licenseId, userId, AssignmentBody.ToWindow(body))))
            .WithSummary("Assign a license to a user directly, for a time or for ever").Produces(StatusCodes.Status204NoContent);

        users.MapDelete("/{userId}", (OrganizationId organizationId, LicenseId licenseId, UserId userId, HttpContext http) =>
                http.Send(new UnassignUserFromLicense(organizationId, licenseId, userId)))
            .WithSummary("Unassign a license from a user").Produces(StatusCodes.Status204NoContent);
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>What organization-admins do with the users of their organization, beyond the contract of version 3.</summary>
internal static partial class PermissionTable
{
    private static Dictionary<Type, Permission> ForOrganizationUsers => new()
    {
        [typeof(CreateOrganizationUsers)] = new(Audience.Organization, "organization:user:create"),
        [typeof(SuspendOrganizationUser)] = new(Audience.Organization, "organization:user:update"),
        [typeof(ReinstateOrganizationUser)] = new(Audience.Organization, "organization:user:update"),
        [typeof(AllowOrganizationPasswordReset)] = new(Audience.Organization, "organization:user:update"),
    };
}

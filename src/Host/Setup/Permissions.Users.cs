using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Setup;

internal static partial class PermissionTable
{
    /// <summary>What the vendor may do with any user.</summary>
    private static Dictionary<Type, Permission> ForUsers => new()
    {
        [typeof(CreateUser)] = new(Audience.Vendor, "user:write"),
        [typeof(GetUser)] = new(Audience.Vendor, "user:read"),
        [typeof(ChangeUser)] = new(Audience.Vendor, "user:write"),
        [typeof(DropUserMetadata)] = new(Audience.Vendor, "user:write"),
        [typeof(SuspendUser)] = new(Audience.Vendor, "user:write"),
        [typeof(ReinstateUser)] = new(Audience.Vendor, "user:write"),
        [typeof(DeleteUser)] = new(Audience.Vendor, "user:write"),
        [typeof(EraseUser)] = new(Audience.Vendor, "user:write"),
        [typeof(ListUsers)] = new(Audience.Vendor, "user:read"),
    };
}

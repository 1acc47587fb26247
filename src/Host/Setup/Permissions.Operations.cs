using EventSourcedOrgs.Application.Operations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Host.Api;

namespace EventSourcedOrgs.Host.Setup;

internal static partial class PermissionTable
{
    /// <summary>What those may ask for who keep the service running.</summary>
    private static Dictionary<Type, Permission> ForOperators => new()
    {
        [typeof(ListProjections)] = new(Audience.Vendor, "operations:read"),
        [typeof(GetProjection)] = new(Audience.Vendor, "operations:read"),
        [typeof(PauseProjection)] = new(Audience.Vendor, "operations:write"),
        [typeof(RetryProjection)] = new(Audience.Vendor, "operations:write"),
        [typeof(StartRebuild)] = new(Audience.Vendor, "operations:write"),
        [typeof(GetRebuild)] = new(Audience.Vendor, "operations:read"),
        [typeof(CancelRebuild)] = new(Audience.Vendor, "operations:write"),
        [typeof(GetSealing)] = new(Audience.Vendor, "operations:read"),
        [typeof(StartStates)] = new(Audience.Vendor, "operations:write"),
        [typeof(RequestOperation)] = new(Audience.Vendor, "operations:write"),
    };
}

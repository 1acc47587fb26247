using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.MaintenancePolicies;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>What the entitlement of a licence names, as it is now.</summary>
public sealed record NamedEntitlement(MaintenancePolicy? Maintenance);

/// <summary>Reads what licences name.</summary>
internal static class NamedEntitlements
{
    /// <summary>All that the entitlement names, or why a licence cannot have it.</summary>
    public static async Task<Result<NamedEntitlement>> Named(this Store store, LicenseEntitlement entitlement, CancellationToken cancellation)
    {
        var maintenance = entitlement.MaintenancePolicy is { } policy ? await store.MaintenancePolicies.Latest(policy, cancellation) : null;
        return maintenance is { Exists: false } ? Refusal.UnknownMaintenancePolicy : new NamedEntitlement(maintenance);
    }

    /// <summary>The maintenance policy that a licence is under.</summary>
    public static async Task<MaintenancePolicy?> MaintenanceOf(this Store store, License license, CancellationToken cancellation) =>
        license.Entitlement.MaintenancePolicy is { } policy ? await store.MaintenancePolicies.Latest(policy, cancellation) : null;
}

using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.MaintenancePolicies;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>What the entitlement of a licence names, as it is now.</summary>
public sealed record NamedEntitlement(MaintenancePolicy? Maintenance);

/// <summary>Reads what licences name.</summary>
public static class NamedEntitlements
{
    /// <summary>All that the entitlement names, or why a licence of this product cannot have it.</summary>
    internal static async Task<Result<NamedEntitlement>> Named(
        this Store store, LicenseEntitlement entitlement, ProductId product, CancellationToken cancellation)
    {
        var maintenance = entitlement.MaintenancePolicy is { } policy ? await store.MaintenancePolicies.Latest(policy, cancellation) : null;
        var set = entitlement.EntitlementSet is { } id ? await store.EntitlementSets.Latest(id, cancellation) : null;
        return maintenance is { Exists: false } ? Refusal.UnknownMaintenancePolicy
            : set is { Exists: false } ? Refusal.UnknownEntitlementSet
            : set is not null && !set.Products.Contains(product) ? Refusal.EntitlementSetOfOtherProducts
            : new NamedEntitlement(maintenance);
    }

    /// <summary>The maintenance policy that a licence is under.</summary>
    internal static async Task<MaintenancePolicy?> MaintenanceOf(this Store store, License license, CancellationToken cancellation) =>
        license.Entitlement.MaintenancePolicy is { } policy ? await store.MaintenancePolicies.Latest(policy, cancellation) : null;

    /// <summary>What a licence is entitled to, now or at the past moment that is asked about.</summary>
    public static async Task<ValueList<EffectiveEntitlement>> EntitlementsOf(this Store store, License license, CancellationToken cancellation)
    {
        var set = license.Entitlement.EntitlementSet is { } id ? await store.EntitlementSets.Latest(id, cancellation) : null;
        var features = await store.Features.Latest(license.Features.Concat(set?.Features ?? []).Select(entitlement => entitlement.Feature), cancellation);
        return Entitlements.Of(license, set, features, store.Context.AsOf?.At ?? store.Context.Now);
    }
}

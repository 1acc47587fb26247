namespace EventSourcedOrgs.Domain;

/// <remarks>The part about what licences are entitled to: maintenance, features, sets of them.</remarks>
public sealed partial record Refusal
{
    public static Refusal MaintenancePolicyNotFound { get; } = NotFound("MaintenancePolicy");
    public static Refusal UnknownMaintenancePolicy { get; } = Unknown("maintenancePolicyId", "maintenance policy");
    public static Refusal MaintenancePolicyInUse { get; } = new("MAINTENANCE_POLICY_IN_USE", RefusalKind.Conflict, "Licenses are still under this maintenance policy.");
    public static Refusal LicenseHasNoMaintenancePolicy { get; } = new("LICENSE_HAS_NO_MAINTENANCE_POLICY", RefusalKind.Rule,
        "The license has no maintenance policy. Set its 'maintenancePolicyId' first.");
    public static Refusal MaintenanceIsPerpetual { get; } = new("MAINTENANCE_IS_PERPETUAL", RefusalKind.Rule,
        "The maintenance has not begun, or its policy has no subscription interval, so there is nothing to renew. Set its expiry or the policy's subscription instead.");
    public static Refusal MaintenanceHasNoExpiry { get; } = new("MAINTENANCE_HAS_NO_EXPIRY", RefusalKind.Rule,
        "The maintenance has no expiry date that could be moved. Set one with 'maintenance/expires-at' instead.");
}

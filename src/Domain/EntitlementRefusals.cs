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

    public static Refusal FeatureNotFound { get; } = NotFound("Feature");
    public static Refusal UnknownFeature { get; } = Unknown("featureId", "feature");
    public static Refusal DuplicateFeatureName { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict, "There is already a feature of this name.", "name");
    public static Refusal TooManyFeatures { get; } = new("FEATURE_LIMIT_REACHED", RefusalKind.Rule,
        "An account has at most 200 features. Delete one that nothing uses.");
    public static Refusal FeatureInUse { get; } = new("FEATURE_IN_USE", RefusalKind.Conflict, "Entitlement sets or licenses still give this feature.");

    public static Refusal EntitlementSetNotFound { get; } = NotFound("EntitlementSet");
    public static Refusal UnknownEntitlementSet { get; } = Unknown("entitlementSetId", "entitlement set");
    public static Refusal DuplicateEntitlementSetName { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict,
        "There is already an entitlement set of this name.", "name");
    public static Refusal EntitlementSetInUse { get; } = new("ENTITLEMENT_SET_IN_USE", RefusalKind.Conflict, "Licenses, or licenses of a product that would go, still have this entitlement set.");
    public static Refusal EntitlementSetOfOtherProducts { get; } = new("ENTITLEMENT_SET_OF_OTHER_PRODUCTS", RefusalKind.Rule,
        "The entitlement set is not for licenses of this product. Add the product to its 'productIds' first.", "entitlementSetId");
    public static Refusal FeatureEntitlementNotFound { get; } = NotFound("FeatureEntitlement");
    public static Refusal DuplicateFeatureEntitlement { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict,
        "The feature is given here already. Change that entitlement instead.", "featureId");
}

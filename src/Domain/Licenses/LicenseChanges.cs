using EventSourcedOrgs.Domain.MaintenancePolicies;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>What a new licence starts with; policy and term already hold the template's defaults.</summary>
public sealed record NewLicense(
    LicenseId Id, ProductId Product, LicenseTemplateId? Template, string Key, OrganizationId? Organization, Guid? Reseller, LicensePolicy Policy,
    LicenseTerm Term, Optional<DateTimeOffset?> ExpiresAt, DateTimeOffset? EffectiveDate, DateTimeOffset? IssuedAt, string? Notes,
    ValueList<string> Tags, ValueList<MetadataEntry> Metadata, bool Suspended, bool Revoked)
{
    public LicenseEntitlement Entitlement { get; init; } = new();
    public ValueList<MeterAttribute> Meters { get; init; } = [];

    /// <summary>The maintenance policy that the entitlement names.</summary>
    public MaintenancePolicy? Maintenance { get; init; }
}

/// <summary>What a request wants to change of a licence; what it leaves out stays.</summary>
public sealed record LicenseChanges(
    Optional<string> Key, Func<LicensePolicy, LicensePolicy> Policy, Optional<bool> Suspended, Optional<bool> Revoked, Optional<Guid?> Reseller,
    Optional<string?> Notes, Optional<ValueList<string>> Tags, Optional<ValueList<MetadataEntry>> Metadata)
{
    public static LicenseChanges None { get; } = new(default, policy => policy, default, default, default, default, default, default);

    public Func<LicenseEntitlement, LicenseEntitlement> Entitlement { get; init; } = entitlement => entitlement;
    public Optional<ValueList<MeterAttribute>> MeterAttributes { get; init; }

    /// <summary>The maintenance policy that the entitlement will name.</summary>
    public MaintenancePolicy? Maintenance { get; init; }
}

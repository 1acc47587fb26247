using EventSourcedOrgs.Domain.MaintenancePolicies;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>The maintenance of the licence now ends at this moment (UTC), or has no end.</summary>
public sealed record LicenseMaintenanceExpiryChanged(LicenseId License, DateTimeOffset? MaintenanceExpiresAt) : LicenseEvent;
/// <summary>One more interval of the maintenance policy was added: maintenance now ends at this moment (UTC).</summary>
public sealed record LicenseMaintenanceRenewed(LicenseId License, DateTimeOffset MaintenanceExpiresAt) : LicenseEvent;
/// <summary>The end of maintenance was moved by some time, later or earlier, to this moment (UTC).</summary>
public sealed record LicenseMaintenanceExtended(LicenseId License, DateTimeOffset MaintenanceExpiresAt) : LicenseEvent;

/// <summary>Until when a licence is maintained: the same rules as for its own end, by the term of its maintenance policy.</summary>
public sealed partial record License
{
    /// <summary>When maintenance ends (UTC); null without a policy, before maintenance begins, and where the policy has no interval.</summary>
    public DateTimeOffset? MaintenanceExpiresAt { get; init; }

    /// <summary>Adds one interval of the policy to the end that maintenance has; what has run out continues from its end, not from now.</summary>
    public Decision<LicenseEvent> RenewMaintenance(MaintenancePolicy? policy) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        { Revoked: true } => Refusal.LicenseRevoked,
        { Entitlement.MaintenancePolicy: null } => Refusal.LicenseHasNoMaintenancePolicy,
        { MaintenanceExpiresAt: { } end } when policy?.Term.Interval is { } interval => [new LicenseMaintenanceRenewed(Id, interval.After(end))],
        _ => Refusal.MaintenanceIsPerpetual,
    };

    /// <summary>Moves the end of maintenance by some time, later or earlier.</summary>
    public Decision<LicenseEvent> ExtendMaintenance(TimeSpan by) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        { Revoked: true } => Refusal.LicenseRevoked,
        { Entitlement.MaintenancePolicy: null } => Refusal.LicenseHasNoMaintenancePolicy,
        { MaintenanceExpiresAt: null } => Refusal.MaintenanceHasNoExpiry,
        _ when by == TimeSpan.Zero => [],
        { MaintenanceExpiresAt: { } end } => [new LicenseMaintenanceExtended(Id, Moved(end, by))],
    };

    /// <summary>The end of maintenance from now on.</summary>
    public Decision<LicenseEvent> EndMaintenanceAt(DateTimeOffset end) =>
        !Exists ? Refusal.LicenseNotFound
        : Entitlement.MaintenancePolicy is null ? Refusal.LicenseHasNoMaintenancePolicy
        : end == MaintenanceExpiresAt ? []
        : [new LicenseMaintenanceExpiryChanged(Id, end)];

    /// <summary>Under another policy maintenance counts anew, from where that one says; under none there is none.</summary>
    private LicenseEvent[] MaintainBy(LicenseEntitlement entitlement, MaintenancePolicy? policy)
    {
        var end = policy?.Term.EndOf(EffectiveDate, ActivatedAt);
        return entitlement.MaintenancePolicy == Entitlement.MaintenancePolicy || end == MaintenanceExpiresAt ? [] : [new LicenseMaintenanceExpiryChanged(Id, end)];
    }

    /// <summary>The first activation begins maintenance that waited for it, unless it has been given an end.</summary>
    private LicenseEvent[] BeginMaintenance(MaintenancePolicy? policy, DateTimeOffset now) =>
        MaintenanceExpiresAt is null && policy is { Term: { StartsWithActivation: true, Interval: { } interval } }
            ? [new LicenseMaintenanceExpiryChanged(Id, interval.After(now))]
            : [];
}

using System.Collections.Immutable;
using System.Diagnostics;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.MaintenancePolicies;

namespace EventSourcedOrgs.Domain.Licenses;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a licence, its assignments included.</summary>
public abstract record LicenseEvent { private protected LicenseEvent() { } }

/// <summary>A licence was issued; policy and term hold what the template gave at that moment.</summary>
public sealed record LicenseCreated(
    LicenseId License, ProductId Product, LicenseTemplateId? Template, string Key, OrganizationId? Organization, Guid? Reseller,
    LicensePolicy Policy, LicenseTerm Term, DateTimeOffset? ExpiresAt, DateTimeOffset EffectiveDate, DateTimeOffset? IssuedAt) : LicenseEvent;
/// <summary>The licence answers to this key only.</summary>
public sealed record LicenseKeyChanged(LicenseId License, string Key) : LicenseEvent;
/// <summary>The licence is used under these terms from now on.</summary>
public sealed record LicensePolicyChanged(LicenseId License, LicensePolicy Policy) : LicenseEvent;
/// <summary>The licence runs and renews by this term; its end is told by an event of its own.</summary>
public sealed record LicenseTermChanged(LicenseId License, LicenseTerm Term) : LicenseEvent;
/// <summary>The licence now ends at this moment (UTC), or never.</summary>
public sealed record LicenseExpiryChanged(LicenseId License, DateTimeOffset? ExpiresAt) : LicenseEvent;
/// <summary>One more interval was added: the licence now ends at this moment (UTC).</summary>
public sealed record LicenseRenewed(LicenseId License, DateTimeOffset ExpiresAt) : LicenseEvent;
/// <summary>The end was moved by some time, later or earlier, to this moment (UTC).</summary>
public sealed record LicenseExtended(LicenseId License, DateTimeOffset ExpiresAt) : LicenseEvent;
/// <summary>The licence opens nothing until it is reinstated; assignments stay.</summary>
public sealed record LicenseSuspended(LicenseId License) : LicenseEvent;
/// <summary>The suspension is over.</summary>
public sealed record LicenseReinstated(LicenseId License) : LicenseEvent;
/// <summary>The licence was withdrawn: it opens nothing and takes no new assignment.</summary>
public sealed record LicenseRevoked(LicenseId License) : LicenseEvent;
/// <summary>The licence is given back; its assignments open it again.</summary>
public sealed record LicenseRevocationLifted(LicenseId License) : LicenseEvent;
/// <summary>The licence now belongs to this organization, or to none; assignments within the former one have ended.</summary>
public sealed record LicenseTransferred(LicenseId License, OrganizationId? Organization) : LicenseEvent;
/// <summary>The licence is now sold by this reseller, or by none.</summary>
public sealed record LicenseResellerChanged(LicenseId License, Guid? Reseller) : LicenseEvent;
/// <summary>The vendor's notes on the licence were replaced or, when null, cleared.</summary>
public sealed record LicenseNotesChanged(LicenseId License, string? Notes) : LicenseEvent;
/// <summary>The licence now carries exactly these tags.</summary>
public sealed record LicenseTagsChanged(LicenseId License, ValueList<string> Tags) : LicenseEvent;
/// <summary>The licence now carries exactly these entries.</summary>
public sealed record LicenseMetadataChanged(LicenseId License, ValueList<MetadataEntry> Metadata) : LicenseEvent;
/// <summary>What the licence entitles to, beside its use, was replaced.</summary>
public sealed record LicenseEntitlementChanged(LicenseId License, LicenseEntitlement Entitlement) : LicenseEvent;
/// <summary>The licence now carries exactly these meters.</summary>
public sealed record LicenseMetersChanged(LicenseId License, ValueList<MeterAttribute> Meters) : LicenseEvent;
/// <summary>The uses of the meter count from nothing again; all there ever were are not forgotten.</summary>
public sealed record LicenseMeterReset(LicenseId License, Guid Meter, string Name) : LicenseEvent;
/// <summary>This user is the licence's own user now.</summary>
public sealed record PrimaryUserAssignedToLicense(LicenseId License, UserId User) : LicenseEvent;
/// <summary>This user is no longer the licence's own user.</summary>
public sealed record PrimaryUserUnassignedFromLicense(LicenseId License, UserId User) : LicenseEvent;
/// <summary>This user may use the licence as an additional user, within a window of time if one is given (UTC).</summary>
public sealed record UserAssignedToLicense(LicenseId License, UserId User, DateTimeOffset? From = null, DateTimeOffset? Until = null) : LicenseEvent;
/// <summary>This user is no longer an additional user of the licence.</summary>
public sealed record UserUnassignedFromLicense(LicenseId License, UserId User) : LicenseEvent;
/// <summary>The licence opens to everyone who is in this group, within a window of time if one is given (UTC).</summary>
public sealed record GroupAssignedToLicense(LicenseId License, UserGroupId UserGroup, DateTimeOffset? From = null, DateTimeOffset? Until = null) : LicenseEvent;
/// <summary>The licence no longer opens through this group.</summary>
public sealed record GroupUnassignedFromLicense(LicenseId License, UserGroupId UserGroup) : LicenseEvent;
/// <summary>The first machine was activated, and this (UTC) is when a term that waits for that began.</summary>
public sealed record LicenseFirstActivated(LicenseId License, DateTimeOffset At) : LicenseEvent;
/// <summary>The licence is gone: it opens nothing, the history stays.</summary>
public sealed record LicenseDeleted(LicenseId License) : LicenseEvent;

/// <summary>A licence: its terms and status, and the groups and users it is assigned to.</summary>
/// <remarks>Decisions about whom it is for are in LicenseAssignments.cs, about maintenance in
/// LicenseMaintenance.cs, about features of its own in LicenseFeatures.cs.</remarks>
public sealed partial record License(
    LicenseId Id, ProductId Product, LicenseTemplateId? Template, string Key, OrganizationId? Organization, Guid? Reseller, LicensePolicy Policy,
    LicenseTerm Term, DateTimeOffset? ExpiresAt, DateTimeOffset EffectiveDate, DateTimeOffset? IssuedAt, bool Suspended, bool Revoked, string? Notes,
    ValueList<string> Tags, ValueList<MetadataEntry> Metadata, UserId? PrimaryUser, ImmutableHashSet<UserId> Users,
    ImmutableHashSet<UserGroupId> Groups, bool Deleted, Recorded Recorded) : IAggregate<License, LicenseEvent>
{
    public const int MostAdditionalUsers = 256;

    public static License Initial { get; } = new(
        default, default, null, "", null, null, new(), new(), null, default, null, false, false, null, [], [], null, [], [], false, default);

    public LicenseEntitlement Entitlement { get; init; } = new();

    public ValueList<MeterAttribute> Meters { get; init; } = [];

    /// <summary>How often meters were reset, by their ids: uses count when they were made after as many.</summary>
    public ImmutableDictionary<Guid, int> MeterResets { get; init; } = [];

    /// <summary>When it was activated first (UTC).</summary>
    public DateTimeOffset? ActivatedAt { get; init; }

    /// <summary>The limits of those of <see cref="Users"/> whose assignment has one.</summary>
    public ImmutableDictionary<UserId, AssignmentWindow> UserWindows { get; init; } = [];

    /// <summary>The limits of those of <see cref="Groups"/> whose assignment has one.</summary>
    public ImmutableDictionary<UserGroupId, AssignmentWindow> GroupWindows { get; init; } = [];

    public bool Exists => Id != default && !Deleted;

    public int ResetsOf(Guid meter) => MeterResets.GetValueOrDefault(meter);

    public bool Perpetual => ExpiresAt is null && !EndsAfterActivation;

    private bool EndsAfterActivation => Term.Interval is not null && Term.StartsWithActivation;

    /// <summary>The licence's own day of birth: the one given by an import, else when it was recorded.</summary>
    public DateTimeOffset CreatedAt => IssuedAt ?? Recorded.CreatedAt;

    public License With(Recorded recorded) => this with { Recorded = recorded, NoticeDue = NextNotice };

    public static License Evolve(License license, LicenseEvent @event) => @event switch
    {
        LicenseCreated e => license with
        {
            Id = e.License,
            Product = e.Product,
            Template = e.Template,
            Key = e.Key,
            Organization = e.Organization,
            Reseller = e.Reseller,
            Policy = e.Policy,
            Term = e.Term,
            ExpiresAt = e.ExpiresAt,
            EffectiveDate = e.EffectiveDate,
            IssuedAt = e.IssuedAt,
        },
        LicenseKeyChanged e => license with { Key = e.Key },
        LicensePolicyChanged e => license with { Policy = e.Policy },
        LicenseTermChanged e => license with { Term = e.Term },
        LicenseExpiryChanged e => license with { ExpiresAt = e.ExpiresAt },
        LicenseRenewed e => license with { ExpiresAt = e.ExpiresAt },
        LicenseExtended e => license with { ExpiresAt = e.ExpiresAt },
        LicenseMaintenanceExpiryChanged e => license with { MaintenanceExpiresAt = e.MaintenanceExpiresAt },
        LicenseMaintenanceRenewed e => license with { MaintenanceExpiresAt = e.MaintenanceExpiresAt },
        LicenseMaintenanceExtended e => license with { MaintenanceExpiresAt = e.MaintenanceExpiresAt },
        FeatureAddedToLicense e => license with { Features = [.. license.Features, e.Entitlement] },
        FeatureOfLicenseChanged e => license with { Features = license.Features.Replace(e.Entitlement) },
        FeatureRemovedFromLicense e => license with { Features = license.Features.Without(e.Entitlement) },
        LicenseSuspended => license with { Suspended = true },
        LicenseReinstated => license with { Suspended = false },
        LicenseRevoked => license with { Revoked = true },
        LicenseRevocationLifted => license with { Revoked = false },
        LicenseTransferred e => license with { Organization = e.Organization, Groups = [], GroupWindows = [], Users = [], UserWindows = [] },
        LicenseResellerChanged e => license with { Reseller = e.Reseller },
        LicenseNotesChanged e => license with { Notes = e.Notes },
        LicenseTagsChanged e => license with { Tags = e.Tags },
        LicenseMetadataChanged e => license with { Metadata = e.Metadata },
        LicenseEntitlementChanged e => license with { Entitlement = e.Entitlement },
        LicenseMetersChanged e => license with { Meters = e.Meters },
        LicenseMeterReset e => license with { MeterResets = license.MeterResets.SetItem(e.Meter, license.ResetsOf(e.Meter) + 1) },
        PrimaryUserAssignedToLicense e => license with { PrimaryUser = e.User },
        PrimaryUserUnassignedFromLicense => license with { PrimaryUser = null },
        UserAssignedToLicense e => license with
        {
            Users = license.Users.Add(e.User),
            UserWindows = license.UserWindows.Limit(e.User, new(e.From, e.Until)),
        },
        UserUnassignedFromLicense e => license with { Users = license.Users.Remove(e.User), UserWindows = license.UserWindows.Remove(e.User) },
        GroupAssignedToLicense e => license with
        {
            Groups = license.Groups.Add(e.UserGroup),
            GroupWindows = license.GroupWindows.Limit(e.UserGroup, new(e.From, e.Until)),
        },
        GroupUnassignedFromLicense e => license with
        {
            Groups = license.Groups.Remove(e.UserGroup),
            GroupWindows = license.GroupWindows.Remove(e.UserGroup),
        },
        LicenseFirstActivated e => license with { ActivatedAt = e.At },
        LicenseExpiringSoon e => license with { ExpiryTold = license.ExpiryTold with { Soon = e.ExpiresAt } },
        LicenseExpired e => license with { ExpiryTold = license.ExpiryTold with { Over = e.ExpiresAt } },
        LicenseMaintenanceExpiringSoon e => license with { MaintenanceTold = license.MaintenanceTold with { Soon = e.MaintenanceExpiresAt } },
        LicenseMaintenanceExpired e => license with { MaintenanceTold = license.MaintenanceTold with { Over = e.MaintenanceExpiresAt } },
        LicenseDeleted => license with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in License.Evolve."),
    };

    // ---- Decisions: terms ----

    public static Decision<LicenseEvent> New(NewLicense license, DateTimeOffset now)
    {
        var born = license.IssuedAt ?? now;
        var expiresAt = license.ExpiresAt.IsSet ? license.ExpiresAt.Value : license.Term.EndOf(license.EffectiveDate ?? born, activated: null);
        return
        [
            new LicenseCreated(license.Id, license.Product, license.Template, license.Key, license.Organization, license.Reseller, license.Policy,
                license.Term, expiresAt, license.EffectiveDate ?? born, license.IssuedAt),
            .. license.Notes is null ? (LicenseEvent[])[] : [new LicenseNotesChanged(license.Id, license.Notes)],
            .. license.Tags.Count == 0 ? (LicenseEvent[])[] : [new LicenseTagsChanged(license.Id, license.Tags)],
            .. license.Metadata.Count == 0 ? (LicenseEvent[])[] : [new LicenseMetadataChanged(license.Id, license.Metadata)],
            .. license.Entitlement == new LicenseEntitlement() ? (LicenseEvent[])[] : [new LicenseEntitlementChanged(license.Id, license.Entitlement)],
            .. license.Maintenance?.Term.EndOf(license.EffectiveDate ?? born, activated: null) is { } end
                ? (LicenseEvent[])[new LicenseMaintenanceExpiryChanged(license.Id, end)]
                : [],
            .. license.Meters.Count == 0 ? (LicenseEvent[])[] : [new LicenseMetersChanged(license.Id, license.Meters)],
            .. !license.Suspended ? (LicenseEvent[])[] : [new LicenseSuspended(license.Id)],
            .. !license.Revoked ? (LicenseEvent[])[] : [new LicenseRevoked(license.Id)],
        ];
    }

    public Decision<LicenseEvent> Change(LicenseChanges to)
    {
        if (!Exists)
            return Refusal.LicenseNotFound;

        var (policy, entitlement) = (to.Policy(Policy), to.Entitlement(Entitlement));
        return
        [
            .. to.Key.WhenChanged(Key, key => new LicenseKeyChanged(Id, key) as LicenseEvent),
            .. policy == Policy ? (LicenseEvent[])[] : [new LicensePolicyChanged(Id, policy)],
            .. to.Suspended.WhenChanged(Suspended, suspended => suspended ? new LicenseSuspended(Id) : new LicenseReinstated(Id) as LicenseEvent),
            .. to.Revoked.WhenChanged(Revoked, revoked => revoked ? new LicenseRevoked(Id) : new LicenseRevocationLifted(Id) as LicenseEvent),
            .. to.Reseller.WhenChanged(Reseller, reseller => new LicenseResellerChanged(Id, reseller)),
            .. to.Notes.WhenChanged(Notes, notes => new LicenseNotesChanged(Id, notes)),
            .. to.Tags.WhenChanged(Tags, tags => new LicenseTagsChanged(Id, tags)),
            .. to.Metadata.Select(replacement => Domain.Metadata.Keeping(Metadata, replacement))
                .WhenChanged(Metadata, metadata => new LicenseMetadataChanged(Id, metadata)),
            .. entitlement == Entitlement ? (LicenseEvent[])[] : [new LicenseEntitlementChanged(Id, entitlement)],
            .. MaintainBy(entitlement, to.Maintenance),
            .. to.MeterAttributes.Select(replacement => Licenses.Meters.Keeping(Meters, replacement))
                .WhenChanged(Meters, meters => new LicenseMetersChanged(Id, meters)),
        ];
    }

    public Decision<LicenseEvent> DropMetadata(Guid entry) => !Exists ? Refusal.LicenseNotFound
        : Metadata.All(known => known.Id != entry) ? Refusal.NotFound("Metadata")
        : [new LicenseMetadataChanged(Id, Metadata.Where(known => known.Id != entry).ToValueList())];

    public Decision<LicenseEvent> DropMeter(Guid meter) => !Exists ? Refusal.LicenseNotFound
        : Meters.All(known => known.Id != meter) ? Refusal.NotFound("MeterAttribute")
        : [new LicenseMetersChanged(Id, Meters.Where(known => known.Id != meter).ToValueList())];

    /// <param name="meter">The id of the meter.</param>
    /// <param name="usage">What the licence was used for, read while nobody can use it more.</param>
    public Decision<LicenseEvent> ResetMeter(Guid meter, LicenseUsage usage) =>
        !Exists ? Refusal.LicenseNotFound
        : Meters.FirstOrDefault(known => known.Id == meter) is not { } counted ? Refusal.NotFound("MeterAttribute")
        : usage.Of(counted).Total == 0 ? []
        : [new LicenseMeterReset(Id, meter, counted.Name)];

    /// <summary>Adds one interval to the end the licence has; a licence that has run out continues from its end, not from now.</summary>
    public Decision<LicenseEvent> Renew() => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        { Revoked: true } => Refusal.LicenseRevoked,
        { Term.Interval: { } interval, ExpiresAt: { } end } => [new LicenseRenewed(Id, interval.After(end))],
        _ => Refusal.LicenseIsPerpetual,
    };

    /// <summary>Moves the end it has by some time, later or earlier.</summary>
    public Decision<LicenseEvent> Extend(TimeSpan by) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        { Revoked: true } => Refusal.LicenseRevoked,
        { ExpiresAt: null } => Refusal.LicenseHasNoExpiry,
        _ when by == TimeSpan.Zero => [],
        { ExpiresAt: { } end } => [new LicenseExtended(Id, Moved(end, by))],
    };

    private static DateTimeOffset Moved(DateTimeOffset end, TimeSpan by) =>
        by > DateTimeOffset.MaxValue - end ? DateTimeOffset.MaxValue
        : by < DateTimeOffset.MinValue - end ? DateTimeOffset.MinValue
        : end + by;

    /// <summary>The end from now on, or none. A licence without end loses an interval that its first activation would have started.</summary>
    public Decision<LicenseEvent> ExpireAt(DateTimeOffset? end) => !Exists ? Refusal.LicenseNotFound :
    [
        .. end is null && EndsAfterActivation
            ? (LicenseEvent[])[new LicenseTermChanged(Id, Term with { SubscriptionInterval = null, Validity = 0 })]
            : [],
        .. end == ExpiresAt ? (LicenseEvent[])[] : [new LicenseExpiryChanged(Id, end)],
    ];

    /// <summary>A new interval: counted from birth it gives the licence a new end, from first activation the end comes with that, or has come.</summary>
    public Decision<LicenseEvent> Subscribe(LicenseTerm term)
    {
        if (!Exists)
            return Refusal.LicenseNotFound;

        var end = term.EndOf(EffectiveDate, term.EndsWithEachActivation ? null : ActivatedAt);
        return
        [
            .. term == Term ? (LicenseEvent[])[] : [new LicenseTermChanged(Id, term)],
            .. term == Term || end == ExpiresAt ? (LicenseEvent[])[] : [new LicenseExpiryChanged(Id, end)],
        ];
    }

    /// <summary>A machine is activated: the first one starts the term that waited for it, unless the licence has been given an end.</summary>
    public Decision<LicenseEvent> FirstActivate(DateTimeOffset now, MaintenancePolicy? maintenance = null) => !Exists ? Refusal.LicenseNotFound : ActivatedAt is not null ? [] :
    [
        new LicenseFirstActivated(Id, now),
        .. ExpiresAt is null && EndsAfterActivation && !Term.EndsWithEachActivation ? (LicenseEvent[])[new LicenseExpiryChanged(Id, Term.Interval!.Value.After(now))] : [],
        .. BeginMaintenance(maintenance, now),
    ];

    public Decision<LicenseEvent> Delete() => Deleted ? [] : Exists ? [new LicenseDeleted(Id)] : Refusal.LicenseNotFound;
}

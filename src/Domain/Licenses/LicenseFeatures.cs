using EventSourcedOrgs.Domain.Features;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>The licence itself says from now on whether and how it has this feature, whatever its set says.</summary>
public sealed record FeatureAddedToLicense(LicenseId License, FeatureEntitlement Entitlement) : LicenseEvent;
/// <summary>The licence says something else of this feature: another value, another end.</summary>
public sealed record FeatureOfLicenseChanged(LicenseId License, FeatureEntitlement Entitlement) : LicenseEvent;
/// <summary>The licence says nothing of this feature any more; what its set says counts.</summary>
public sealed record FeatureRemovedFromLicense(LicenseId License, Guid Entitlement, FeatureId Feature) : LicenseEvent;

/// <summary>What a licence itself says of features; what comes of it together with its set is told by <see cref="Entitlements"/>.</summary>
public sealed partial record License
{
    /// <summary>The entitlements of its own, those that have ended included.</summary>
    public ValueList<FeatureEntitlement> Features { get; init; } = [];

    public Decision<LicenseEvent> AddFeature(FeatureEntitlement entitlement) =>
        !Exists ? Refusal.LicenseNotFound
        : Features.Any(known => known.Feature == entitlement.Feature) ? Refusal.DuplicateFeatureEntitlement
        : [new FeatureAddedToLicense(Id, entitlement)];

    public Decision<LicenseEvent> ChangeFeature(Guid entitlement, Optional<string?> value, Optional<DateTimeOffset?> expiresAt, DateTimeOffset now) =>
        !Exists ? Refusal.LicenseNotFound
        : Features.FirstOrDefault(known => known.Id == entitlement) is not { } before ? Refusal.FeatureEntitlementNotFound
        : before.With(value, expiresAt, now) is var after && after == before ? []
        : [new FeatureOfLicenseChanged(Id, after)];

    public Decision<LicenseEvent> RemoveFeature(Guid entitlement) =>
        !Exists ? Refusal.LicenseNotFound
        : Features.FirstOrDefault(known => known.Id == entitlement) is { } before ? [new FeatureRemovedFromLicense(Id, entitlement, before.Feature)]
        : Refusal.FeatureEntitlementNotFound;
}

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.EntitlementSets;
using EventSourcedOrgs.Application.Features;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The body of a new feature; applications ask by its name.</summary>
internal sealed record NewFeature(string Name, string DisplayName, string? Description = null)
{
    public CreateFeature ToCommand() => new(Id.New<FeatureId>(), Name, DisplayName, Common.Filled(Description));
}

/// <summary>The body of a change to a feature; what it leaves out stays.</summary>
internal sealed record FeaturePatch(string? DisplayName = null)
{
    public Optional<string?> Description { get; init; }

    public ChangeFeature ToCommand(FeatureId id) => new(id, Common.Given(DisplayName?.Trim()), Description.Select(Common.Filled));
}

/// <summary>A feature as the contract has it.</summary>
internal sealed record WireFeature(FeatureId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string DisplayName, string? Description)
{
    public static Task<WireFeature> Of(Feature feature, Store store, CancellationToken cancellation) => Task.FromResult(Of(feature));

    public static Task<IReadOnlyList<WireFeature>> Of(IReadOnlyList<Feature> features, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireFeature>>([.. features.Select(Of)]);

    private static WireFeature Of(Feature feature) =>
        new(feature.Id, feature.Recorded.CreatedAt, feature.Recorded.UpdatedAt, feature.Name, feature.DisplayName, feature.Description);
}

/// <summary>The body of a new entitlement set.</summary>
internal sealed record NewEntitlementSet(string Name, string DisplayName, ValueList<ProductId> ProductIds, string? Description = null, int? Tier = null)
{
    public CreateEntitlementSet ToCommand() => new(Id.New<EntitlementSetId>(), Name, DisplayName, Common.Filled(Description), ProductIds, Tier ?? 0);
}

/// <summary>The body of a change to an entitlement set; what it leaves out stays.</summary>
internal sealed record EntitlementSetPatch(string? DisplayName = null, ValueList<ProductId>? ProductIds = null, int? Tier = null)
{
    public Optional<string?> Description { get; init; }

    public ChangeEntitlementSet ToCommand(EntitlementSetId id) => new(id, new(
        Common.Given(DisplayName?.Trim()), Description.Select(Common.Filled), Common.Given(ProductIds), Common.Given(Tier)));
}

/// <summary>An entitlement set as the contract has it.</summary>
internal sealed record WireEntitlementSet(
    EntitlementSetId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string DisplayName, string? Description, int Tier,
    ValueList<ProductId> ProductIds)
{
    public static Task<WireEntitlementSet> Of(EntitlementSet set, Store store, CancellationToken cancellation) => Task.FromResult(Of(set));

    public static Task<IReadOnlyList<WireEntitlementSet>> Of(IReadOnlyList<EntitlementSet> sets, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireEntitlementSet>>([.. sets.Select(Of)]);

    private static WireEntitlementSet Of(EntitlementSet set) =>
        new(set.Id, set.Recorded.CreatedAt, set.Recorded.UpdatedAt, set.Name, set.DisplayName, set.Description, set.Tier, set.Products);
}

/// <summary>A feature that a set gives.</summary>
internal sealed record NewSetFeature(string FeatureId, string? Value = null)
{
    public AddFeatureToSet ToCommand(EntitlementSetId set, DateTimeOffset now) =>
        new(set, Guid.CreateVersion7(now), Common.RequiredId<FeatureId>(FeatureId, "featureId"), Common.Filled(Value));
}

/// <summary>Another value of a feature that a set gives.</summary>
internal sealed record SetFeaturePatch
{
    public Optional<string?> Value { get; init; }

    public ChangeFeatureOfSet ToCommand(EntitlementSetId set, Guid entitlement) => new(set, entitlement, Value.Select(Common.Filled));
}

/// <summary>A feature that a licence itself gives, until a moment (UTC) or for ever.</summary>
internal sealed record NewLicenseFeature(string FeatureId, string? Value = null, DateTimeOffset? ExpiresAt = null)
{
    public AddFeatureToLicense ToCommand(LicenseId license, DateTimeOffset now) =>
        new(license, Guid.CreateVersion7(now), Common.RequiredId<FeatureId>(FeatureId, "featureId"), Common.Filled(Value), ExpiresAt);
}

/// <summary>Another value or end of a feature that a licence itself gives; an empty text clears.</summary>
internal sealed record LicenseFeaturePatch
{
    public Optional<string?> Value { get; init; }
    public Optional<string?> ExpiresAt { get; init; }

    public ChangeFeatureOfLicense ToCommand(LicenseId license, Guid entitlement) => new(license, entitlement, Value.Select(Common.Filled), ExpiresAt.Select(Time));

    private static DateTimeOffset? Time(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : Iso8601.TryParse(text, out var time) ? time
        : throw new RefusedException(Refusal.Validation([new("/expiresAt", "is not a time in ISO 8601.")]));
}

/// <summary>A feature that a set gives, as the vendor sees it.</summary>
internal sealed record WireSetFeature(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, FeatureId FeatureId, string FeatureName, string? Value, EntitlementSetId EntitlementSetId)
{
    /// <summary>Shows one entitlement of the set.</summary>
    public static Func<EntitlementSet, Store, CancellationToken, Task<WireSetFeature>> One(Guid entitlement) => async (set, store, cancellation) =>
        (await In(set.Id)([set.Features.First(known => known.Id == entitlement)], store, cancellation))[0];

    public static Func<IReadOnlyList<FeatureEntitlement>, Store, CancellationToken, Task<IReadOnlyList<WireSetFeature>>> In(EntitlementSetId set) =>
        async (entitlements, store, cancellation) =>
        {
            var features = await store.Features.Latest(entitlements.Select(entitlement => entitlement.Feature), cancellation);
            return [.. entitlements.Select(e => new WireSetFeature(
                e.Id, e.CreatedAt, e.UpdatedAt, e.Feature, features.GetValueOrDefault(e.Feature)?.Name ?? "", e.Value, set))];
        };
}

/// <summary>A feature that a licence itself gives, as the vendor sees it.</summary>
internal sealed record WireLicenseFeature(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, FeatureId FeatureId, string FeatureName, string? Value, LicenseId LicenseId, DateTimeOffset? ExpiresAt)
{
    /// <summary>Shows one entitlement of the licence.</summary>
    public static Func<License, Store, CancellationToken, Task<WireLicenseFeature>> One(Guid entitlement) => async (license, store, cancellation) =>
        (await In(license.Id)([license.Features.First(known => known.Id == entitlement)], store, cancellation))[0];

    public static Func<IReadOnlyList<FeatureEntitlement>, Store, CancellationToken, Task<IReadOnlyList<WireLicenseFeature>>> In(LicenseId license) =>
        async (entitlements, store, cancellation) =>
        {
            var features = await store.Features.Latest(entitlements.Select(entitlement => entitlement.Feature), cancellation);
            return [.. entitlements.Select(e => new WireLicenseFeature(
                e.Id, e.CreatedAt, e.UpdatedAt, e.Feature, features.GetValueOrDefault(e.Feature)?.Name ?? "", e.Value, license, e.ExpiresAt))];
        };
}

/// <summary>A feature that a licence is entitled to, whoever gives it: what applications, organizations and users go by.</summary>
internal sealed record WireFeatureEntitlement(FeatureId FeatureId, string FeatureName, string? Value, DateTimeOffset? ExpiresAt)
{
    public static async Task<IReadOnlyList<WireFeatureEntitlement>> Of(License license, Store store, CancellationToken cancellation) =>
        [.. (await store.EntitlementsOf(license, cancellation)).Select(e => new WireFeatureEntitlement(e.Feature.Id, e.Feature.Name, e.Value, e.ExpiresAt))];
}

/// <summary>What a licence is entitled to, as a token that an application checks with the public key of its product.</summary>
internal sealed record WireFeatureEntitlementsToken(string FeatureEntitlementsToken);

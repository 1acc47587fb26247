using System.Diagnostics;
using EventSourcedOrgs.Domain.Features;

namespace EventSourcedOrgs.Domain.EntitlementSets;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to an entitlement set.</summary>
public abstract record EntitlementSetEvent { private protected EntitlementSetEvent() { } }

/// <summary>The vendor sells these products with a new set of features.</summary>
public sealed record EntitlementSetCreated(
    EntitlementSetId Set, string Name, string DisplayName, string? Description, ValueList<ProductId> Products, int Tier) : EntitlementSetEvent;
/// <summary>People see the set under another name.</summary>
public sealed record EntitlementSetDisplayNameChanged(EntitlementSetId Set, string DisplayName) : EntitlementSetEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record EntitlementSetDescriptionChanged(EntitlementSetId Set, string? Description) : EntitlementSetEvent;
/// <summary>Licences of exactly these products may have the set.</summary>
public sealed record EntitlementSetProductsChanged(EntitlementSetId Set, ValueList<ProductId> Products) : EntitlementSetEvent;
/// <summary>The set stands at another place among the sets.</summary>
public sealed record EntitlementSetTierChanged(EntitlementSetId Set, int Tier) : EntitlementSetEvent;
/// <summary>Every licence that has the set is entitled to this feature, unless it says otherwise itself.</summary>
public sealed record FeatureAddedToSet(EntitlementSetId Set, FeatureEntitlement Entitlement) : EntitlementSetEvent;
/// <summary>The set gives the feature with another value.</summary>
public sealed record FeatureOfSetChanged(EntitlementSetId Set, FeatureEntitlement Entitlement) : EntitlementSetEvent;
/// <summary>The set no longer gives this feature.</summary>
public sealed record FeatureRemovedFromSet(EntitlementSetId Set, Guid Entitlement, FeatureId Feature) : EntitlementSetEvent;
/// <summary>The set is gone, the history stays.</summary>
public sealed record EntitlementSetDeleted(EntitlementSetId Set) : EntitlementSetEvent;

/// <summary>What a request wants to change of a set; what it leaves out stays.</summary>
public sealed record EntitlementSetChanges(
    Optional<string> DisplayName, Optional<string?> Description, Optional<ValueList<ProductId>> Products, Optional<int> Tier);

/// <summary>Features with their values that licences of some products have together. A change of the set counts for all of them at once.</summary>
public sealed record EntitlementSet(
    EntitlementSetId Id, string Name, string DisplayName, string? Description, ValueList<ProductId> Products, int Tier, ValueList<FeatureEntitlement> Features,
    bool Deleted, Recorded Recorded) : IAggregate<EntitlementSet, EntitlementSetEvent>
{
    public const int MostProducts = 10;

    public static EntitlementSet Initial { get; } = new(default, "", "", null, [], 0, [], false, default);

    public bool Exists => Id != default && !Deleted;

    public EntitlementSet With(Recorded recorded) => this with { Recorded = recorded };

    public static EntitlementSet Evolve(EntitlementSet set, EntitlementSetEvent @event) => @event switch
    {
        EntitlementSetCreated e => set with
        {
            Id = e.Set,
            Name = e.Name,
            DisplayName = e.DisplayName,
            Description = e.Description,
            Products = e.Products,
            Tier = e.Tier,
        },
        EntitlementSetDisplayNameChanged e => set with { DisplayName = e.DisplayName },
        EntitlementSetDescriptionChanged e => set with { Description = e.Description },
        EntitlementSetProductsChanged e => set with { Products = e.Products },
        EntitlementSetTierChanged e => set with { Tier = e.Tier },
        FeatureAddedToSet e => set with { Features = [.. set.Features, e.Entitlement] },
        FeatureOfSetChanged e => set with { Features = set.Features.Replace(e.Entitlement) },
        FeatureRemovedFromSet e => set with { Features = set.Features.Without(e.Entitlement) },
        EntitlementSetDeleted => set with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in EntitlementSet.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<EntitlementSetEvent> New(
        EntitlementSetId id, string name, string displayName, string? description, ValueList<ProductId> products, int tier) =>
        [new EntitlementSetCreated(id, name, displayName, description, products, tier)];

    /// <param name="to">What changes.</param>
    /// <param name="sold">The products that licences with this set are of: these stay.</param>
    public Decision<EntitlementSetEvent> Change(EntitlementSetChanges to, IReadOnlyCollection<ProductId> sold) =>
        !Exists ? Refusal.EntitlementSetNotFound
        : sold.Any(product => Products.Contains(product) && !to.Products.Or(Products).Contains(product)) ? Refusal.EntitlementSetInUse
        :
        [
            .. to.DisplayName.WhenChanged(DisplayName, name => new EntitlementSetDisplayNameChanged(Id, name) as EntitlementSetEvent),
            .. to.Description.WhenChanged(Description, description => new EntitlementSetDescriptionChanged(Id, description)),
            .. to.Products.WhenChanged(Products, products => new EntitlementSetProductsChanged(Id, products)),
            .. to.Tier.WhenChanged(Tier, tier => new EntitlementSetTierChanged(Id, tier)),
        ];

    public Decision<EntitlementSetEvent> Add(FeatureEntitlement entitlement) =>
        !Exists ? Refusal.EntitlementSetNotFound
        : Features.Any(known => known.Feature == entitlement.Feature) ? Refusal.DuplicateFeatureEntitlement
        : [new FeatureAddedToSet(Id, entitlement)];

    public Decision<EntitlementSetEvent> ChangeFeature(Guid entitlement, Optional<string?> value, DateTimeOffset now) =>
        !Exists ? Refusal.EntitlementSetNotFound
        : Features.FirstOrDefault(known => known.Id == entitlement) is not { } before ? Refusal.FeatureEntitlementNotFound
        : before.With(value, default, now) is var after && after == before ? []
        : [new FeatureOfSetChanged(Id, after)];

    public Decision<EntitlementSetEvent> Remove(Guid entitlement) =>
        !Exists ? Refusal.EntitlementSetNotFound
        : Features.FirstOrDefault(known => known.Id == entitlement) is { } before ? [new FeatureRemovedFromSet(Id, entitlement, before.Feature)]
        : Refusal.FeatureEntitlementNotFound;

    /// <summary>A set that licences have is kept: they would lose their features without anybody having said so.</summary>
    public Decision<EntitlementSetEvent> Delete(bool inUse) =>
        Deleted ? [] : !Exists ? Refusal.EntitlementSetNotFound : inUse ? Refusal.EntitlementSetInUse : [new EntitlementSetDeleted(Id)];
}

/// <summary>Lists of entitlements, in which each has an id of its own.</summary>
public static class FeatureEntitlements
{
    public static ValueList<FeatureEntitlement> Replace(this ValueList<FeatureEntitlement> entitlements, FeatureEntitlement changed) =>
        entitlements.Select(known => known.Id == changed.Id ? changed : known).ToValueList();

    public static ValueList<FeatureEntitlement> Without(this ValueList<FeatureEntitlement> entitlements, Guid removed) =>
        entitlements.Where(known => known.Id != removed).ToValueList();
}

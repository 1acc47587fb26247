using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Releases;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a platform of releases.</summary>
public abstract record ReleasePlatformEvent { private protected ReleasePlatformEvent() { } }

/// <summary>Releases can run on this platform; without products it is one of all.</summary>
public sealed record ReleasePlatformCreated(
    ReleasePlatformId Platform, string Name, string DisplayName, string? Description, ValueList<ProductId> Products) : ReleasePlatformEvent;
/// <summary>The platform is shown under another name.</summary>
public sealed record ReleasePlatformDisplayNameChanged(ReleasePlatformId Platform, string DisplayName) : ReleasePlatformEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record ReleasePlatformDescriptionChanged(ReleasePlatformId Platform, string? Description) : ReleasePlatformEvent;
/// <summary>It is a platform of exactly these products; of all when there is none.</summary>
public sealed record ReleasePlatformProductsChanged(ReleasePlatformId Platform, ValueList<ProductId> Products) : ReleasePlatformEvent;
/// <summary>The platform is gone; no release ran on it.</summary>
public sealed record ReleasePlatformDeleted(ReleasePlatformId Platform) : ReleasePlatformEvent;

/// <summary>What releases run on: windows, linux. Releases have it by its name, which stays.</summary>
public sealed record ReleasePlatform(
    ReleasePlatformId Id, string Name, string DisplayName, string? Description, ValueList<ProductId> Products, bool Deleted, Recorded Recorded)
    : IAggregate<ReleasePlatform, ReleasePlatformEvent>
{
    public static ReleasePlatform Initial { get; } = new(default, "", "", null, [], false, default);

    public bool Exists => Id != default && !Deleted;

    public ReleasePlatform With(Recorded recorded) => this with { Recorded = recorded };

    public static ReleasePlatform Evolve(ReleasePlatform platform, ReleasePlatformEvent @event) => @event switch
    {
        ReleasePlatformCreated e => platform with
        {
            Id = e.Platform,
            Name = e.Name,
            DisplayName = e.DisplayName,
            Description = e.Description,
            Products = e.Products,
        },
        ReleasePlatformDisplayNameChanged e => platform with { DisplayName = e.DisplayName },
        ReleasePlatformDescriptionChanged e => platform with { Description = e.Description },
        ReleasePlatformProductsChanged e => platform with { Products = e.Products },
        ReleasePlatformDeleted => platform with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in ReleasePlatform.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<ReleasePlatformEvent> New(
        ReleasePlatformId id, string name, string displayName, string? description, ValueList<ProductId> products) =>
        [new ReleasePlatformCreated(id, name, displayName, description, products)];

    public Decision<ReleasePlatformEvent> Change(
        Optional<string> displayName, Optional<string?> description, Optional<ValueList<ProductId>> products) =>
        !Exists ? Refusal.ReleasePlatformNotFound :
        [
            .. displayName.WhenChanged(DisplayName, to => new ReleasePlatformDisplayNameChanged(Id, to) as ReleasePlatformEvent),
            .. description.WhenChanged(Description, to => new ReleasePlatformDescriptionChanged(Id, to)),
            .. products.WhenChanged(Products, to => new ReleasePlatformProductsChanged(Id, to)),
        ];

    public Decision<ReleasePlatformEvent> Delete(bool inUse) => this switch
    {
        { Deleted: true } => [],
        { Exists: false } => Refusal.ReleasePlatformNotFound,
        _ when inUse => Refusal.ReleasePlatformInUse,
        _ => [new ReleasePlatformDeleted(Id)],
    };
}

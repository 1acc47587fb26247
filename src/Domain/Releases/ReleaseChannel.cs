using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Releases;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a channel of releases.</summary>
public abstract record ReleaseChannelEvent { private protected ReleaseChannelEvent() { } }

/// <summary>Releases can come by this channel; without products it is one of all.</summary>
public sealed record ReleaseChannelCreated(
    ReleaseChannelId Channel, string Name, string DisplayName, string? Description, bool Private, ValueList<ProductId> Products) : ReleaseChannelEvent;
/// <summary>The channel is shown under another name.</summary>
public sealed record ReleaseChannelDisplayNameChanged(ReleaseChannelId Channel, string DisplayName) : ReleaseChannelEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record ReleaseChannelDescriptionChanged(ReleaseChannelId Channel, string? Description) : ReleaseChannelEvent;
/// <summary>Portals show the channel and its releases, or no longer do.</summary>
public sealed record ReleaseChannelPrivacyChanged(ReleaseChannelId Channel, bool Private) : ReleaseChannelEvent;
/// <summary>It is a channel of exactly these products; of all when there is none.</summary>
public sealed record ReleaseChannelProductsChanged(ReleaseChannelId Channel, ValueList<ProductId> Products) : ReleaseChannelEvent;
/// <summary>The channel is gone; no release came by it.</summary>
public sealed record ReleaseChannelDeleted(ReleaseChannelId Channel) : ReleaseChannelEvent;

/// <summary>By which releases come: stable, beta. Releases have it by its name, which stays.</summary>
public sealed record ReleaseChannel(
    ReleaseChannelId Id, string Name, string DisplayName, string? Description, bool Private, ValueList<ProductId> Products, bool Deleted, Recorded Recorded)
    : IAggregate<ReleaseChannel, ReleaseChannelEvent>
{
    /// <summary>The one that is meant when none is named.</summary>
    public const string Stable = "stable";

    public static ReleaseChannel Initial { get; } = new(default, "", "", null, false, [], false, default);

    public bool Exists => Id != default && !Deleted;

    public ReleaseChannel With(Recorded recorded) => this with { Recorded = recorded };

    public static ReleaseChannel Evolve(ReleaseChannel channel, ReleaseChannelEvent @event) => @event switch
    {
        ReleaseChannelCreated e => channel with
        {
            Id = e.Channel,
            Name = e.Name,
            DisplayName = e.DisplayName,
            Description = e.Description,
            Private = e.Private,
            Products = e.Products,
        },
        ReleaseChannelDisplayNameChanged e => channel with { DisplayName = e.DisplayName },
        ReleaseChannelDescriptionChanged e => channel with { Description = e.Description },
        ReleaseChannelPrivacyChanged e => channel with { Private = e.Private },
        ReleaseChannelProductsChanged e => channel with { Products = e.Products },
        ReleaseChannelDeleted => channel with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in ReleaseChannel.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<ReleaseChannelEvent> New(
        ReleaseChannelId id, string name, string displayName, string? description, bool isPrivate, ValueList<ProductId> products) =>
        [new ReleaseChannelCreated(id, name, displayName, description, isPrivate, products)];

    public Decision<ReleaseChannelEvent> Change(
        Optional<string> displayName, Optional<string?> description, Optional<bool> isPrivate, Optional<ValueList<ProductId>> products) =>
        !Exists ? Refusal.ReleaseChannelNotFound :
        [
            .. displayName.WhenChanged(DisplayName, to => new ReleaseChannelDisplayNameChanged(Id, to) as ReleaseChannelEvent),
            .. description.WhenChanged(Description, to => new ReleaseChannelDescriptionChanged(Id, to)),
            .. isPrivate.WhenChanged(Private, to => new ReleaseChannelPrivacyChanged(Id, to)),
            .. products.WhenChanged(Products, to => new ReleaseChannelProductsChanged(Id, to)),
        ];

    public Decision<ReleaseChannelEvent> Delete(bool inUse) => this switch
    {
        { Deleted: true } => [],
        { Exists: false } => Refusal.ReleaseChannelNotFound,
        _ when inUse => Refusal.ReleaseChannelInUse,
        _ => [new ReleaseChannelDeleted(Id)],
    };
}

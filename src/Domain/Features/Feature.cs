using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Features;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a feature.</summary>
public abstract record FeatureEvent { private protected FeatureEvent() { } }

/// <summary>The vendor's products can do something that licences may be entitled to.</summary>
public sealed record FeatureCreated(FeatureId Feature, string Name, string DisplayName, string? Description) : FeatureEvent;
/// <summary>People see the feature under another name; applications go on asking by the one it has.</summary>
public sealed record FeatureDisplayNameChanged(FeatureId Feature, string DisplayName) : FeatureEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record FeatureDescriptionChanged(FeatureId Feature, string? Description) : FeatureEvent;
/// <summary>The feature is gone, the history stays.</summary>
public sealed record FeatureDeleted(FeatureId Feature) : FeatureEvent;

/// <summary>Something that licences may be entitled to. Applications ask by its name, which is unique and stays.</summary>
public sealed record Feature(FeatureId Id, string Name, string DisplayName, string? Description, bool Deleted, Recorded Recorded) : IAggregate<Feature, FeatureEvent>
{
    /// <summary>How many an account may have.</summary>
    public const int Most = 200;

    public static Feature Initial { get; } = new(default, "", "", null, false, default);

    public bool Exists => Id != default && !Deleted;

    public Feature With(Recorded recorded) => this with { Recorded = recorded };

    public static Feature Evolve(Feature feature, FeatureEvent @event) => @event switch
    {
        FeatureCreated e => feature with { Id = e.Feature, Name = e.Name, DisplayName = e.DisplayName, Description = e.Description },
        FeatureDisplayNameChanged e => feature with { DisplayName = e.DisplayName },
        FeatureDescriptionChanged e => feature with { Description = e.Description },
        FeatureDeleted => feature with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in Feature.Evolve."),
    };

    // ---- Decisions ----

    /// <param name="id">Its id.</param>
    /// <param name="name">Its name for ever.</param>
    /// <param name="displayName">How people see it.</param>
    /// <param name="description">More about it.</param>
    /// <param name="others">How many features there are, while nobody can make another.</param>
    public static Decision<FeatureEvent> New(FeatureId id, string name, string displayName, string? description, int others) =>
        others >= Most ? Refusal.TooManyFeatures : [new FeatureCreated(id, name, displayName, description)];

    public Decision<FeatureEvent> Change(Optional<string> displayName, Optional<string?> description) => !Exists ? Refusal.FeatureNotFound :
    [
        .. displayName.WhenChanged(DisplayName, to => new FeatureDisplayNameChanged(Id, to) as FeatureEvent),
        .. description.WhenChanged(Description, to => new FeatureDescriptionChanged(Id, to)),
    ];

    /// <summary>A feature that a set or a licence gives is kept: it would be lost to customers without anybody having said so.</summary>
    public Decision<FeatureEvent> Delete(bool inUse) =>
        Deleted ? [] : !Exists ? Refusal.FeatureNotFound : inUse ? Refusal.FeatureInUse : [new FeatureDeleted(Id)];
}

namespace EventSourcedOrgs.Domain;

/// <summary>A state that is nothing but its events, folded.</summary>
public interface IAggregate<TSelf, in TEvent> where TSelf : IAggregate<TSelf, TEvent>
{
    static abstract TSelf Initial { get; }

    /// <summary>The state after one more event. Never refuses; throws only for an event that is not of this family.</summary>
    static abstract TSelf Evolve(TSelf state, TEvent @event);

    /// <summary>When the first and the last event of this state were recorded, and how many there are.</summary>
    Recorded Recorded { get; }

    TSelf With(Recorded recorded);
}

/// <summary>The outer facts of a stream: time of its first and last event (UTC) and its version, the number of its events.</summary>
public readonly record struct Recorded(DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version)
{
    public Recorded Then(DateTimeOffset at) => Version == 0 ? new(at, at, 1) : this with { UpdatedAt = at, Version = Version + 1 };
}

/// <summary>Folds events that were recorded at a moment.</summary>
public static class Aggregate
{
    public static TState Fold<TState, TEvent>(TState state, TEvent @event, DateTimeOffset at) where TState : IAggregate<TState, TEvent> =>
        TState.Evolve(state, @event).With(state.Recorded.Then(at));

    public static TState Fold<TState, TEvent>(TState state, IEnumerable<TEvent> events, DateTimeOffset at) where TState : IAggregate<TState, TEvent> =>
        events.Aggregate(state, (s, e) => Fold(s, e, at));
}

using EventSourcedOrgs.Domain;
using JasperFx.Events;
using Marten.Events.Aggregation;

namespace EventSourcedOrgs.Application;

/// <summary>Keeps the state of an aggregate beside its stream, in the same transaction, folded by the domain's own Evolve.</summary>
public sealed class Snapshot<TState, TId, TEvent> : SingleStreamProjection<TState, TId>
    where TState : class, IAggregate<TState, TEvent>
    where TId : struct, IId<TId>
    where TEvent : class
{
    public Snapshot()
    {
        foreach (var type in typeof(TEvent).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(TEvent)) && !t.IsAbstract))
            IncludeType(type);
    }

    public override TState? Evolve(TState? snapshot, TId id, IEvent e) =>
        Aggregate.Fold(snapshot ?? TState.Initial, (TEvent)e.Data, e.Timestamp);
}

using EventSourcedOrgs.Domain;
using JasperFx.Events;
using Marten;

namespace EventSourcedOrgs.Projections;

/// <summary>A state that was made of events again, and the last one of them.</summary>
public sealed record Replayed(Resource Resource, object State, IEvent Last);

/// <summary>An event with the states before and after it.</summary>
public sealed record Step(IEvent Event, object Before, object After);

/// <summary>Makes any state of any moment again, from nothing but its events. A stream of any length takes no more memory than a page of it.</summary>
public sealed class Replay(IDocumentStore store)
{
    private const int Page = 1000;

    /// <summary>The state after the last event up to a position; null when there was none, or the id is that of something else.</summary>
    public async Task<Replayed?> StateAt(Resource resource, Guid id, long position, CancellationToken cancellation)
    {
        Replayed? replayed = null;
        await foreach (var step in Steps(resource, id, position, cancellation))
            replayed = new(resource, step.After, step.Event);
        return replayed;
    }

    /// <summary>Every event of something up to a position, and what it changed.</summary>
    public async IAsyncEnumerable<Step> Steps(
        Resource resource, Guid id, long position, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var state = resource.Initial;
        for (var version = 0L; ;)
        {
            var events = await session.Events.QueryAllRawEvents().Where(e => e.StreamId == id && e.Version > version && e.Sequence <= position)
                .OrderBy(e => e.Version).Take(Page).ToListAsync(cancellation);
            foreach (var e in events)
            {
                if (Resource.Of(e) != resource)
                    yield break;
                var before = state;
                state = resource.After(before, e);
                yield return new(e, before, state);
            }

            if (events.Count < Page)
                yield break;
            version = events[^1].Version;
        }
    }

    /// <summary>What the tables of a read model would hold at a position, folded in memory.</summary>
    public async Task<Rows> ReadModelAt(ReadModel model, long position, CancellationToken cancellation)
    {
        var events = new List<IEvent>();
        await using var session = store.QuerySession();
        for (var after = 0L; ;)
        {
            var page = await session.Events.QueryAllRawEvents().Where(e => e.Sequence > after && e.Sequence <= position)
                .OrderBy(e => e.Sequence).Take(Page).ToListAsync(cancellation);
            events.AddRange(page.Where(e => model.Events.Contains(e.EventType)));
            if (page.Count < Page)
                return model.Fold(events);
            after = page[^1].Sequence;
        }
    }
}

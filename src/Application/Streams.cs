using System.Collections.Immutable;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application;

/// <summary>The streams of one kind of aggregate, within one unit of work: a stream decided on twice remembers the first decision.</summary>
public sealed class Streams<TState, TId, TEvent>(Store store, Func<TState, TId> idOf)
    where TState : class, IAggregate<TState, TEvent>
    where TId : struct, IId<TId>
    where TEvent : class
{
    private readonly Dictionary<Guid, OpenStream> open = [];
    private readonly Dictionary<Guid, TState> seen = [];

    /// <summary>What was found of the past moment that is asked about.</summary>
    private Dictionary<Guid, TState>? past;

    /// <summary>Of these more than the stream was decided by what was seen: the seat of a user, the name of a group.</summary>
    private readonly HashSet<Guid> told = [];

    /// <summary>The states of the streams decided on, before this unit of work and after it.</summary>
    public IEnumerable<(TState Before, TState After)> Changes =>
        open.Values.Select(stream => (Before: (TState)stream.Began, After: (TState)stream.State)).Where(change => change.Before.Recorded.Version != change.After.Recorded.Version);

    /// <summary>The state as this unit of work sees it, or the initial state of what was never created; of a past moment where one is asked about.</summary>
    public async Task<TState> Latest(TId id, CancellationToken cancellation)
    {
        if (open.TryGetValue(id.Value, out var known))
            return (TState)known.State;
        if (store.Context.AsOf is not null)
            return (await Latest([id], cancellation)).GetValueOrDefault(id, TState.Initial);
        told.Add(id.Value);
        if (seen.TryGetValue(id.Value, out var state))
            return state;
        return await store.Writing.States.Find<TState>(id.Value, store.Context.Seen, cancellation) is { } found ? seen[id.Value] = found : TState.Initial;
    }

    /// <summary>The states of these ids that were ever created.</summary>
    public async Task<IReadOnlyDictionary<TId, TState>> Latest(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        if (store.Context.AsOf is not { } moment)
            return await Now(ids, cancellation);

        var named = ids.ToHashSet();
        var states = Opened(named);
        Guid[] unknown = [.. Unopened(named).Select(key => key.Id).Where(id => past?.ContainsKey(id) is not true)];
        foreach (var state in unknown is [] ? [] : await At(unknown, moment.Position, cancellation))
            (past ??= [])[idOf(state).Value] = state;
        foreach (var id in named.Where(id => !states.ContainsKey(id)))
        {
            if (past?.GetValueOrDefault(id.Value) is { } state)
                states[id] = state;
        }

        return states;
    }

    /// <summary>The states of these ids as they are now, whatever moment is asked about.</summary>
    public async Task<IReadOnlyDictionary<TId, TState>> Now(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        var named = ids.ToHashSet();
        var states = Opened(named);
        foreach (var state in await store.Writing.States.Find<TState>(Unopened(named).Select(key => key.Id), store.Context.Seen, cancellation))
            states[idOf(state)] = state;
        return states;
    }

    /// <summary>What has to be read for the states of these ids.</summary>
    internal IReadOnlyCollection<StateKey> Unopened(IReadOnlySet<TId> ids) => [.. ids.Where(id => !open.ContainsKey(id.Value)).Select(id => StateKey.Of<TState>(id.Value))];

    /// <summary>The states of these ids, given what was read.</summary>
    internal IReadOnlyDictionary<TId, TState> In(States.Moment? moment, IReadOnlySet<TId> ids)
    {
        var states = Opened(ids);
        foreach (var key in Unopened(ids))
        {
            if (moment?.Find<TState>(key) is { } state)
                states[idOf(state)] = state;
        }

        return states;
    }

    private Dictionary<TId, TState> Opened(IEnumerable<TId> ids) => ids.Where(id => open.ContainsKey(id.Value)).ToDictionary(id => id, id => (TState)open[id.Value].State);

    /// <summary>Reads the states of these ids at once, so that asking for each of them later costs nothing.</summary>
    public async Task Prefetch(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        foreach (var (id, state) in await Latest(ids.Where(id => !seen.ContainsKey(id.Value)), cancellation))
            seen[id.Value] = state;
    }

    /// <summary>Lets the next decision on a stream be made on what it is then: others may have changed it while a lock was waited for.</summary>
    public void LookAgain(TId id) => seen.Remove(id.Value);

    /// <summary>Opens these streams for decisions at once; one that does not exist is left out.</summary>
    public async Task Open(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        Guid[] unknown = [.. ids.Select(id => id.Value).Distinct().Where(id => id != Guid.Empty && !open.ContainsKey(id))];
        var stored = (await store.Writing.States.Find<TState>([.. unknown.Where(id => !seen.ContainsKey(id))], store.Context.Seen, cancellation)).ToDictionary(state => idOf(state).Value);
        foreach (var id in unknown)
        {
            if (Uncommitted(id, Guard.Version) is null && (seen.GetValueOrDefault(id) ?? stored.GetValueOrDefault(id)) is { } state)
                Open(id, state);
        }
    }

    /// <summary>Opens these streams under locks, held until the commit and taken in the order of the ids so that nobody waits in a circle.</summary>
    public Task OpenExclusively(IEnumerable<TId> ids, CancellationToken cancellation) => Open(ids, Guard.Lock, cancellation);

    /// <summary>Opens these streams in turns with the other commands of this process, for decisions that append to them.</summary>
    public Task OpenInTurn(IEnumerable<TId> ids, CancellationToken cancellation) => Open(ids, Guard.Turn, cancellation);

    private async Task Open(IEnumerable<TId> ids, Guard guard, CancellationToken cancellation)
    {
        foreach (var id in ids.Select(id => id.Value).Distinct().Where(id => id != Guid.Empty && !open.ContainsKey(id)).Order())
            await Open(id, guard, cancellation);
    }

    /// <summary>The states as they were: as they are kept, or the same streams, folded up to a position. An organization has as many events as users who ever came and went.</summary>
    private async Task<IReadOnlyList<TState>> At(Guid[] ids, long position, CancellationToken cancellation)
    {
        var kept = (await store.Writing.Before(typeof(TState), ids, position, cancellation)).Cast<TState>().ToList();
        Guid[] left = [.. ids.Except(kept.Select(state => idOf(state).Value))];
        return left is [] ? kept : [.. kept, .. await Fold(left, position, cancellation)];
    }

    private async Task<IReadOnlyList<TState>> Fold(Guid[] ids, long position, CancellationToken cancellation)
    {
        var events = await store.Session.Events.QueryAllRawEvents()
            .Where(e => e.StreamId.IsOneOf(ids) && e.Sequence <= position).OrderBy(e => e.Sequence).ToListAsync(cancellation);
        return [.. events.Where(e => e.Data is TEvent).GroupBy(e => e.StreamId)
            .Select(stream => stream.Aggregate(TState.Initial, (state, e) => Aggregate.Fold(state, (TEvent)e.Data, e.Timestamp)))];
    }

    /// <summary>Starts a stream with the events of a decision.</summary>
    public Result<TState> Start(TId id, Decision<TEvent> decision)
    {
        if (decision.Refusal is { } refusal)
            return refusal;

        var stream = Open(id.Value, TState.Initial);
        return Record(stream, decision.Events);
    }

    /// <summary>
    /// Lets nothing be written unless this stream is then still as it was seen: for what is decided by a state without changing it, and would not go with a later one, such as a licence with a product that is deleted.
    /// </summary>
    public void RelyOn(TState state) => store.Unit.Relied.TryAdd(idOf(state).Value, new(idOf(state).Value, typeof(TState), state.Recorded.Version, state));

    /// <summary>Decides on a stream that exists. Who else writes to it meanwhile is found at the commit; then the command runs again.</summary>
    public Task<Result<TState>> Decide(TId id, Func<TState, Decision<TEvent>> decide, CancellationToken cancellation) =>
        Decide(id, Guard.Version, decide, cancellation);

    /// <summary>Decides in turn with the other commands of this process: for decisions that many make at once and that append to the stream, such as seats.</summary>
    public Task<Result<TState>> DecideInTurn(TId id, Func<TState, Decision<TEvent>> decide, CancellationToken cancellation) =>
        Decide(id, Guard.Turn, decide, cancellation);

    /// <summary>Decides under a lock of the stream, held until the commit: it guards what is not in the stream, too, such as the places of a licence.</summary>
    public Task<Result<TState>> DecideExclusively(TId id, Func<TState, Decision<TEvent>> decide, CancellationToken cancellation) =>
        Decide(id, Guard.Lock, decide, cancellation);

    private async Task<Result<TState>> Decide(TId id, Guard guard, Func<TState, Decision<TEvent>> decide, CancellationToken cancellation)
    {
        if (id.Value == Guid.Empty)
            return Refusal.NotFound(typeof(TState).Name);
        if (!open.TryGetValue(id.Value, out var stream))
        {
            stream = await Open(id.Value, guard, cancellation);
            if (stream is null)
                return Refusal.NotFound(typeof(TState).Name);
            if (store.Context is { IfMatch: { } version } && store.Context.Target == id.Value && stream.Before != version)
                return Refusal.VersionMismatch;
        }

        var decision = decide((TState)stream.State);
        return decision.Refusal is { } refusal ? refusal : Record(stream, decision.Events);
    }

    private TState Record(OpenStream stream, ImmutableArray<TEvent> events)
    {
        store.Record(stream, events);
        var state = Aggregate.Fold((TState)stream.State, events, store.Context.Now);
        stream.State = state;
        return state;
    }

    private async Task<OpenStream?> Open(Guid id, Guard guard, CancellationToken cancellation)
    {
        if (guard != Guard.Version)
            await store.Take(id, guard == Guard.Lock, cancellation);
        if (Uncommitted(id, guard) is { } ahead)
            return ahead;

        var state = (guard == Guard.Version ? seen.GetValueOrDefault(id) : null) ?? await store.Writing.States.Find<TState>(id, store.Context.Seen, cancellation);
        return state is null ? null : Open(id, state);
    }

    /// <summary>Opens a stream on the state that it will have, when others have decided on it and are about to be written.</summary>
    /// <exception cref="OvertakenException">Something was decided by the state before, and would not go with this one.</exception>
    private OpenStream? Uncommitted(Guid id, Guard guard)
    {
        // Who holds a lock waits for nobody, because others may wait for the lock.
        if (store.Session.Holds() || store.Writing.Commits.Uncommitted(id) is not { } known)
            return null;
        if (guard == Guard.Version && told.Contains(id) && seen.GetValueOrDefault(id)?.Recorded.Version != known.Version)
            throw new OvertakenException();

        store.Unit.Leans.Add(known.Unit);
        return Open(id, (TState)known.State);
    }

    private OpenStream Open(Guid id, TState state)
    {
        var stream = new OpenStream(id, typeof(TState), state.Recorded.Version, state);
        store.Unit.Streams.Add(stream);
        return open[id] = stream;
    }

    /// <summary>What keeps others from the stream between the decision and the commit: nothing but its version, the order of this process, a lock in the database.</summary>
    private enum Guard
    {
        Version,
        Turn,
        Lock,
    }
}

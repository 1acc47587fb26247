using System.Collections.Immutable;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Accounts;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Operations;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.Trials;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;
using Marten;
using Marten.Events.Aggregation;

namespace EventSourcedOrgs.Application;

/// <summary>
/// The streams of one unit of work, and the one way from a decision to the store: load, decide, append. A handler never commits;
/// whoever runs the command does, once, for everything that was appended.
/// </summary>
public sealed class Store : IDisposable
{
    private const int PatientAttempts = 3;

    private readonly List<IEvent> appended = [];
    private readonly List<IDisposable> turns = [];
    private readonly Dictionary<string, object>? headers;

    public Store(IDocumentSession session, Context context, Secrets secrets, PersonKeys keys, LicenseUses uses, WriteSide writing)
    {
        (Session, Context, PersonKeys, LicenseUses, Writing) = (session, context, keys, uses, writing);
        Unit = new(session);
        session.LastModifiedBy = context.Caller.Actor;
        if (context.Caller.User is { } person && context.Origin is { IpAddress: not null } or { UserAgent: not null } && keys.Find(person.Value) is not null)
            headers = new() { ["origin"] = Personal.Of(person, context.Origin) };
        Organizations = new(this, state => state.Id);
        Users = new(this, state => state.Id);
        UserGroups = new(this, state => state.Id);
        Licenses = new(this, state => state.Id);
        Activations = new(this, state => state.Id);
        Products = new(this, state => state.Id);
        LicenseTemplates = new(this, state => state.Id);
        MaintenancePolicies = new(this, state => state.Id);
        TrialPolicies = new(this, state => state.Id);
        TrialActivations = new(this, state => state.Id);
        Features = new(this, state => state.Id);
        EntitlementSets = new(this, state => state.Id);
        AccessTokens = new(this, state => state.Id);
        CustomRoles = new(this, state => state.Id);
        Releases = new(this, state => state.Id);
        ReleaseChannels = new(this, state => state.Id);
        ReleasePlatforms = new(this, state => state.Id);
        Operations = new(this, state => state.Id);
        Accounts = new(this, state => state.Id);
        Claims = new(session, secrets, writing.States);
    }

    public IDocumentSession Session { get; }

    public Context Context { get; }

    public PersonKeys PersonKeys { get; }

    public LicenseUses LicenseUses { get; }

    public Streams<Organization, OrganizationId, OrganizationEvent> Organizations { get; }

    public Streams<User, UserId, UserEvent> Users { get; }

    public Streams<UserGroup, UserGroupId, UserGroupEvent> UserGroups { get; }

    public Streams<License, LicenseId, LicenseEvent> Licenses { get; }

    public Streams<Activation, ActivationId, ActivationEvent> Activations { get; }

    public Streams<Product, ProductId, ProductEvent> Products { get; }

    public Streams<LicenseTemplate, LicenseTemplateId, LicenseTemplateEvent> LicenseTemplates { get; }

    public Streams<MaintenancePolicy, MaintenancePolicyId, MaintenancePolicyEvent> MaintenancePolicies { get; }

    public Streams<TrialPolicy, TrialPolicyId, TrialPolicyEvent> TrialPolicies { get; }

    public Streams<TrialActivation, TrialActivationId, TrialActivationEvent> TrialActivations { get; }

    public Streams<Feature, FeatureId, FeatureEvent> Features { get; }

    public Streams<EntitlementSet, EntitlementSetId, EntitlementSetEvent> EntitlementSets { get; }

    public Streams<AccessToken, AccessTokenId, AccessTokenEvent> AccessTokens { get; }

    public Streams<CustomRole, RoleId, CustomRoleEvent> CustomRoles { get; }

    public Streams<Release, ReleaseId, ReleaseEvent> Releases { get; }

    public Streams<ReleaseChannel, ReleaseChannelId, ReleaseChannelEvent> ReleaseChannels { get; }

    public Streams<ReleasePlatform, ReleasePlatformId, ReleasePlatformEvent> ReleasePlatforms { get; }

    public Streams<Operation, OperationId, OperationEvent> Operations { get; }

    public Streams<Account, AccountId, AccountEvent> Accounts { get; }

    public Claims Claims { get; }

    /// <summary>The events appended so far, in order; they have their positions once they are committed.</summary>
    public IReadOnlyList<IEvent> Appended => appended;

    /// <summary>True when what was appended tells of the refusal itself, and so is committed with it.</summary>
    public bool RecordsRefusal { get; set; }

    internal UnitOfWork Unit { get; }

    internal WriteSide Writing { get; }

    /// <summary>Forgets what was appended and stored so far: what was decided is known, and nothing of it will be committed.</summary>
    public void Discard()
    {
        Session.EjectAllPendingChanges();
        foreach (var stream in Unit.Streams)
            stream.Discard();
        appended.Clear();
        RecordsRefusal = false;
    }

    /// <summary>Makes everything durable that was appended and stored, and waits until what it was decided on is durable, too.</summary>
    /// <exception cref="OvertakenException">Somebody else was faster; nothing was written.</exception>
    public async Task Commit()
    {
        if (Unit.IsEmpty)
        {
            await Settle();
            return;
        }

        Writing.Commits.Enter(Unit);
        EndTurns();
        await Unit.Outcome;
    }

    /// <summary>Waits until what was decided on is durable: only then an answer that follows from it holds.</summary>
    /// <exception cref="OvertakenException">It was not written, so the decision does not hold.</exception>
    public async Task Settle()
    {
        EndTurns();
        try
        {
            await Task.WhenAll(Unit.Leans.Select(unit => unit.Outcome));
        }
        catch (Exception e)
        {
            throw new OvertakenException("What this was decided on was not written.", e);
        }
    }

    public void Dispose() => EndTurns();

    /// <summary>Waits for the turn of a stream in this process; whoever was overtaken again and again, by other processes, locks it in the database.</summary>
    internal async Task TakeTurn(Guid stream, CancellationToken cancellation)
    {
        turns.Add(await Writing.Turns.Wait(stream, cancellation));
        if (Context.Attempt <= PatientAttempts)
            return;
        await Session.HoldAsync(cancellation);
        await Session.QueryAsync<long>("select version from events.mt_streams where id = ? for update", cancellation, stream);
    }

    internal void Record<TEvent>(OpenStream stream, IEnumerable<TEvent> events) where TEvent : class
    {
        foreach (var @event in events)
        {
            var recorded = Session.Events.BuildEvent(@event);
            recorded.StreamId = stream.Id;
            recorded.Version = stream.After + 1;
            recorded.Timestamp = Context.Now;
            recorded.UserName = Context.Caller.Actor;
            recorded.CorrelationId = Context.Origin.RequestId;
            recorded.CausationId = Context.Causation.ToString();
            recorded.Headers = headers;
            appended.Add(recorded);
            stream.Events.Add(recorded);
        }
    }

    private void EndTurns()
    {
        turns.ForEach(turn => turn.Dispose());
        turns.Clear();
    }
}

/// <summary>The streams of one kind of aggregate, within one unit of work: a stream decided on twice remembers the first decision.</summary>
public sealed class Streams<TState, TId, TEvent>(Store store, Func<TState, TId> idOf)
    where TState : class, IAggregate<TState, TEvent>
    where TId : struct, IId<TId>
    where TEvent : class
{
    private readonly Dictionary<Guid, OpenStream> open = [];
    private readonly Dictionary<Guid, TState> seen = [];

    /// <summary>The states of the streams decided on, before this unit of work and after it.</summary>
    public IEnumerable<(TState Before, TState After)> Changes =>
        open.Values.Select(stream => (Before: (TState)stream.Began, After: (TState)stream.State)).Where(change => change.Before.Recorded.Version != change.After.Recorded.Version);

    /// <summary>The state as this unit of work sees it, or the initial state of what was never created; of a past moment where one is asked about.</summary>
    public async Task<TState> Latest(TId id, CancellationToken cancellation)
    {
        if (open.TryGetValue(id.Value, out var known))
            return (TState)known.State;
        if (seen.TryGetValue(id.Value, out var state))
            return state;
        if (store.Context.AsOf is not null)
            return (await Latest([id], cancellation)).GetValueOrDefault(id, TState.Initial);
        return await store.Writing.States.Find<TState>(id.Value, cancellation) is { } found ? seen[id.Value] = found : TState.Initial;
    }

    /// <summary>The states of these ids that were ever created.</summary>
    public async Task<IReadOnlyDictionary<TId, TState>> Latest(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        var named = ids.Select(id => id.Value).ToHashSet();
        var states = named.Where(open.ContainsKey).ToDictionary(TId.From, id => (TState)open[id].State);
        var others = named.Where(id => !open.ContainsKey(id)).ToArray();
        if (others.Length > 0)
        {
            foreach (var state in await (store.Context.AsOf is { } past ? Fold(others, past.Position, cancellation) : store.Writing.States.Find<TState>(others, cancellation)))
                states[idOf(state)] = state;
        }

        return states;
    }

    /// <summary>Reads the states of these ids at once, so that asking for each of them later costs nothing.</summary>
    public async Task Prefetch(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        foreach (var (id, state) in await Latest(ids.Where(id => !seen.ContainsKey(id.Value)), cancellation))
            seen[id.Value] = state;
    }

    /// <summary>Opens these streams for decisions at once; one that does not exist is left out.</summary>
    public async Task Open(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        Guid[] unknown = [.. ids.Select(id => id.Value).Distinct().Where(id => id != Guid.Empty && !open.ContainsKey(id))];
        var stored = (await store.Writing.States.Find<TState>([.. unknown.Where(id => !seen.ContainsKey(id))], cancellation)).ToDictionary(state => idOf(state).Value);
        foreach (var id in unknown)
        {
            if (Uncommitted(id) is null && (seen.GetValueOrDefault(id) ?? stored.GetValueOrDefault(id)) is { } state)
                Open(id, state);
        }
    }

    /// <summary>Opens these streams, in turns with the other commands of this process, taken in the order of the ids so that nobody waits in a circle.</summary>
    public async Task OpenExclusively(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        foreach (var id in ids.Select(id => id.Value).Distinct().Where(id => id != Guid.Empty && !open.ContainsKey(id)).Order())
            await Open(id, exclusively: true, cancellation);
    }

    /// <summary>The states as they were: the same streams, folded up to a position.</summary>
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

    /// <summary>Decides on a stream that exists. Who else writes to it meanwhile is found at the commit; then the command runs again.</summary>
    public Task<Result<TState>> Decide(TId id, Func<TState, Decision<TEvent>> decide, CancellationToken cancellation) =>
        Decide(id, exclusively: false, decide, cancellation);

    /// <summary>Decides under a lock of the stream, held until the commit: for decisions that many make at once, such as seats.</summary>
    public Task<Result<TState>> DecideExclusively(TId id, Func<TState, Decision<TEvent>> decide, CancellationToken cancellation) =>
        Decide(id, exclusively: true, decide, cancellation);

    private async Task<Result<TState>> Decide(TId id, bool exclusively, Func<TState, Decision<TEvent>> decide, CancellationToken cancellation)
    {
        if (id.Value == Guid.Empty)
            return Refusal.NotFound(typeof(TState).Name);
        if (!open.TryGetValue(id.Value, out var stream))
        {
            stream = await Open(id.Value, exclusively, cancellation);
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

    private async Task<OpenStream?> Open(Guid id, bool exclusively, CancellationToken cancellation)
    {
        if (exclusively)
            await store.TakeTurn(id, cancellation);
        if (Uncommitted(id) is { } ahead)
            return ahead;

        var state = (exclusively ? null : seen.GetValueOrDefault(id)) ?? await store.Writing.States.Find<TState>(id, cancellation);
        return state is null ? null : Open(id, state);
    }

    /// <summary>Opens a stream on the state that it will have, when others have decided on it and are about to be written.</summary>
    private OpenStream? Uncommitted(Guid id)
    {
        // Who holds a lock waits for nobody, because others may wait for the lock.
        if (store.Session.Holds() || store.Writing.Commits.Uncommitted(id) is not { } known)
            return null;

        store.Unit.Leans.Add(known.Unit);
        return Open(id, (TState)known.State);
    }

    private OpenStream Open(Guid id, TState state)
    {
        var stream = new OpenStream(id, typeof(TState), state.Recorded.Version, state);
        store.Unit.Streams.Add(stream);
        return open[id] = stream;
    }
}

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

using EventSourcedOrgs.Application.Activations;
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
using Marten.Events;
using Marten.Events.Aggregation;
using Marten.Services.BatchQuerying;

namespace EventSourcedOrgs.Application;

/// <summary>
/// The streams of one unit of work, and the one way from a decision to the store: load, decide, append. A handler never commits;
/// whoever runs the command does, once, for everything that was appended.
/// </summary>
public sealed class Store
{
    private readonly List<IEvent> appended = [];

    public Store(IDocumentSession session, Context context, Secrets secrets, PersonKeys keys, LicenseUses uses)
    {
        (Session, Context, PersonKeys, LicenseUses) = (session, context, keys, uses);
        session.LastModifiedBy = context.Caller.Actor;
        session.CorrelationId = context.Origin.RequestId;
        session.CausationId = context.Causation.ToString();
        if (context.Caller.User is { } person && context.Origin is { IpAddress: not null } or { UserAgent: not null })
            session.SetHeader("origin", Personal.Of(person, context.Origin));
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
        Claims = new(session, secrets);
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

    /// <summary>Forgets what was appended and stored so far: what was decided is known, and nothing of it will be committed.</summary>
    public void Discard()
    {
        Session.EjectAllPendingChanges();
        appended.Clear();
        RecordsRefusal = false;
    }

    internal IEnumerable<object> Recorded<TEvent>(IEnumerable<TEvent> events) where TEvent : class
    {
        foreach (var @event in events)
        {
            var recorded = Session.Events.BuildEvent(@event);
            recorded.Timestamp = Context.Now;
            appended.Add(recorded);
            yield return recorded;
        }
    }
}

/// <summary>The streams of one kind of aggregate, within one unit of work: a stream decided on twice remembers the first decision.</summary>
public sealed class Streams<TState, TId, TEvent>(Store store, Func<TState, TId> idOf)
    where TState : class, IAggregate<TState, TEvent>
    where TId : struct, IId<TId>
    where TEvent : class
{
    private readonly Dictionary<Guid, (TState Before, TState State, Action<IEnumerable<object>> Append)> open = [];
    private readonly Dictionary<Guid, TState> seen = [];

    /// <summary>The states of the streams decided on, before this unit of work and after it.</summary>
    public IEnumerable<(TState Before, TState After)> Changes =>
        open.Values.Where(stream => stream.Before.Recorded.Version != stream.State.Recorded.Version).Select(stream => (stream.Before, stream.State));

    /// <summary>The state as this unit of work sees it, or the initial state of what was never created; of a past moment where one is asked about.</summary>
    public async Task<TState> Latest(TId id, CancellationToken cancellation) =>
        open.TryGetValue(id.Value, out var known) ? known.State
        : seen.TryGetValue(id.Value, out var state) ? state
        : store.Context.AsOf is not null ? (await Latest([id], cancellation)).GetValueOrDefault(id, TState.Initial)
        : await store.Session.LoadAsync<TState>(id, cancellation) ?? TState.Initial;

    /// <summary>The states of these ids that were ever created.</summary>
    public async Task<IReadOnlyDictionary<TId, TState>> Latest(IEnumerable<TId> ids, CancellationToken cancellation)
    {
        var named = ids.Select(id => id.Value).ToHashSet();
        var states = named.Where(open.ContainsKey).ToDictionary(TId.From, id => open[id].State);
        var others = named.Where(id => !open.ContainsKey(id)).ToArray();
        if (others.Length > 0)
        {
            foreach (var state in await (store.Context.AsOf is { } past ? Fold(others, past.Position, cancellation) : Load(others, cancellation)))
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
    public Task Open(IEnumerable<TId> ids, CancellationToken cancellation) => Open(ids, (events, id) => events.FetchForWriting<TState>(id), cancellation);

    /// <summary>Opens these streams under locks, taken in the order of the ids so that nobody waits in a circle.</summary>
    public Task OpenExclusively(IEnumerable<TId> ids, CancellationToken cancellation) =>
        Open(ids, (events, id) => events.FetchForExclusiveWriting<TState>(id), cancellation);

    private async Task Open(IEnumerable<TId> ids, Func<IBatchEvents, Guid, Task<IEventStream<TState>>> fetch, CancellationToken cancellation)
    {
        var batch = store.Session.CreateBatchQuery();
        var fetches = ids.Select(id => id.Value).Distinct().Where(id => id != Guid.Empty && !open.ContainsKey(id)).Order().Select(id => (Id: id, Stream: fetch(batch.Events, id))).ToList();
        if (fetches.Count == 0)
            return;

        await batch.Execute(cancellation);
        foreach (var (id, fetched) in fetches)
        {
            if (await fetched is { Aggregate: { } state } stream)
                open[id] = (state, state, stream.AppendMany);
        }
    }

    private async Task<IReadOnlyList<TState>> Load(Guid[] ids, CancellationToken cancellation) =>
        await store.Session.QueryAsync<TState>("where id = any(?)", cancellation, ids);

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

        var stream = store.Session.Events.StartStream<TState>(id.Value, store.Recorded(decision.Events));
        var state = Aggregate.Fold(TState.Initial, decision.Events, store.Context.Now);
        open[id.Value] = (TState.Initial, state, events => stream.AddEvents([.. events.Cast<IEvent>()]));
        return state;
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
        if (!open.TryGetValue(id.Value, out var known))
        {
            var stream = exclusively
                ? await store.Session.Events.FetchForExclusiveWriting<TState>(id.Value, cancellation)
                : await store.Session.Events.FetchForWriting<TState>(id.Value, cancellation);
            if (stream.Aggregate is not { } fetched)
                return Refusal.NotFound(typeof(TState).Name);
            if (store.Context is { IfMatch: { } version } && store.Context.Target == id.Value && fetched.Recorded.Version != version)
                return Refusal.VersionMismatch;
            known = (fetched, fetched, stream.AppendMany);
        }

        var decision = decide(known.State);
        if (decision.Refusal is { } refusal)
            return refusal;

        if (!decision.Events.IsEmpty)
            known.Append(store.Recorded(decision.Events));
        var state = Aggregate.Fold(known.State, decision.Events, store.Context.Now);
        open[id.Value] = known with { State = state };
        return state;
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

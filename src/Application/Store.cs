using System.Collections.Frozen;
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

namespace EventSourcedOrgs.Application;

/// <summary>
/// The streams of one unit of work, and the one way from a decision to the store: load, decide, append. A handler never commits;
/// whoever runs the command does, once, for everything that was appended.
/// </summary>
public sealed class Store : IDisposable
{
    private const int PatientAttempts = 3;

    private static readonly FrozenDictionary<Type, Type> StatesById = typeof(Store).GetProperties().Select(property => property.PropertyType)
        .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Streams<,,>)).ToFrozenDictionary(type => type.GenericTypeArguments[1], type => type.GenericTypeArguments[0]);

    private readonly List<IEvent> appended = [];
    private readonly List<IDisposable> turns = [];
    private IDisposable? holding;
    private readonly Dictionary<string, object>? headers;

    public Store(IDocumentSession session, Context context, Secrets secrets, PersonKeys keys, LicenseUses uses, WriteSide writing)
    {
        (Session, Context, PersonKeys, LicenseUses, Writing) = (session, context, keys, uses, writing);
        Unit = new(session);
        session.LastModifiedBy = context.Caller.Actor;
        if (context.Caller.User is { } person && context.Origin is { IpAddress: not null } or { UserAgent: not null } && keys.Find(person.Value) is not null)
            headers = new() { ["origin"] = Personal.Of(person, context.Origin) };
        Claims = new(Unit.Documents, secrets, writing.States, Unit.Claims.Add);
    }

    public IDocumentSession Session { get; }

    /// <summary>The documents that are written with what is appended.</summary>
    public Documents Documents => Unit.Documents;

    public Context Context { get; }

    public PersonKeys PersonKeys { get; }

    public LicenseUses LicenseUses { get; }

    public Streams<Organization, OrganizationId, OrganizationEvent> Organizations => field ??= new(this, state => state.Id);

    public Streams<User, UserId, UserEvent> Users => field ??= new(this, state => state.Id);

    public Streams<UserGroup, UserGroupId, UserGroupEvent> UserGroups => field ??= new(this, state => state.Id);

    public Streams<License, LicenseId, LicenseEvent> Licenses => field ??= new(this, state => state.Id);

    public Streams<Activation, ActivationId, ActivationEvent> Activations => field ??= new(this, state => state.Id);

    public Streams<Product, ProductId, ProductEvent> Products => field ??= new(this, state => state.Id);

    public Streams<LicenseTemplate, LicenseTemplateId, LicenseTemplateEvent> LicenseTemplates => field ??= new(this, state => state.Id);

    public Streams<MaintenancePolicy, MaintenancePolicyId, MaintenancePolicyEvent> MaintenancePolicies => field ??= new(this, state => state.Id);

    public Streams<TrialPolicy, TrialPolicyId, TrialPolicyEvent> TrialPolicies => field ??= new(this, state => state.Id);

    public Streams<TrialActivation, TrialActivationId, TrialActivationEvent> TrialActivations => field ??= new(this, state => state.Id);

    public Streams<Feature, FeatureId, FeatureEvent> Features => field ??= new(this, state => state.Id);

    public Streams<EntitlementSet, EntitlementSetId, EntitlementSetEvent> EntitlementSets => field ??= new(this, state => state.Id);

    public Streams<AccessToken, AccessTokenId, AccessTokenEvent> AccessTokens => field ??= new(this, state => state.Id);

    public Streams<CustomRole, RoleId, CustomRoleEvent> CustomRoles => field ??= new(this, state => state.Id);

    public Streams<Release, ReleaseId, ReleaseEvent> Releases => field ??= new(this, state => state.Id);

    public Streams<ReleaseChannel, ReleaseChannelId, ReleaseChannelEvent> ReleaseChannels => field ??= new(this, state => state.Id);

    public Streams<ReleasePlatform, ReleasePlatformId, ReleasePlatformEvent> ReleasePlatforms => field ??= new(this, state => state.Id);

    public Streams<Operation, OperationId, OperationEvent> Operations => field ??= new(this, state => state.Id);

    public Streams<Account, AccountId, AccountEvent> Accounts => field ??= new(this, state => state.Id);

    public Claims Claims { get; }

    /// <summary>The events appended so far, in order; they have their positions once they are committed.</summary>
    public IReadOnlyList<IEvent> Appended => appended;

    /// <summary>True when what was appended tells of the refusal itself, and so is committed with it.</summary>
    public bool RecordsRefusal { get; set; }

    internal UnitOfWork Unit { get; }

    internal WriteSide Writing { get; }

    /// <summary>The type of the states whose ids are of a type; null for other types.</summary>
    public static Type? StateOf(Type id) => StatesById.GetValueOrDefault(id);

    /// <summary>The groups and organizations of users, as far as they were ever created, of one moment.</summary>
    public async Task<(IReadOnlyDictionary<UserGroupId, UserGroup> Groups, IReadOnlyDictionary<OrganizationId, Organization> Organizations)> Around(
        IReadOnlyCollection<User> users, CancellationToken cancellation)
    {
        var (groups, organizations) = (users.SelectMany(user => user.Groups).ToHashSet(), users.Select(user => user.Organization).OfType<OrganizationId>().ToHashSet());
        if (Context.AsOf is not null)
            return (await UserGroups.Latest(groups, cancellation), await Organizations.Latest(organizations, cancellation));

        StateKey[] keys = [.. UserGroups.Unopened(groups), .. Organizations.Unopened(organizations)];
        var moment = keys.Length == 0 ? null : await Writing.States.Read(keys, null, Context.Seen, cancellation);
        return (UserGroups.In(moment, groups), Organizations.In(moment, organizations));
    }

    /// <summary>Forgets what was appended and stored so far: what was decided is known, and nothing of it will be committed.</summary>
    public void Discard()
    {
        Session.EjectAllPendingChanges();
        foreach (var stream in Unit.Streams)
            stream.Discard();
        Unit.Claims.Clear();
        Unit.Relied.Clear();
        Unit.Documents.Clear();
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
    public Task Settle()
    {
        EndTurns();
        return SettleLeans();
    }

    private async Task SettleLeans()
    {
        try
        {
            await Task.WhenAll(Unit.Leans.Select(unit => unit.Outcome));
        }
        catch (Exception e)
        {
            throw new OvertakenException("What this was decided on was not written.", e);
        }
    }

    public void Dispose()
    {
        EndTurns();
        holding?.Dispose();
    }

    /// <summary>Waits for the turn of a stream in this process, and where it shall be locked, for its lock in the database; whoever was overtaken again and again, by other processes, locks it, too.</summary>
    internal async Task Take(Guid stream, bool locks, CancellationToken cancellation)
    {
        turns.Add(await Writing.Turns.Wait(stream, hasOthers: turns.Count > 0, cancellation, Context.ForRoom));
        if (!locks && Context.Attempt <= PatientAttempts)
            return;
        Context.Seen = null;
        // Who holds a lock waits for no commit, because that may wait for the lock.
        await SettleLeans();
        holding ??= await Writing.Holders.Wait(cancellation);
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

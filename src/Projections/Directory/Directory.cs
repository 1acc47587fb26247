using System.Collections.Frozen;
using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.Trials;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The lists of everything that has a name: one versioned table for each kind of aggregate, holding its state as the domain folds it, and beside it the
/// columns that lists filter, sort and search by. A state is kept as it was written: taking it apart and putting it together again was most of what a page and a new version cost the database.
/// </summary>
public sealed class Directory : ReadModel
{
    public const string ModelName = "Directory";

    /// <summary>The version of all its tables: when one changes its shape they are all made and filled anew.</summary>
    internal const int Shape = 6;

    private readonly FrozenDictionary<Type, DirectoryPart> parts;
    private readonly JsonSerializerOptions json = JsonSerializerOptions.Default;

    /// <param name="json">How states are stored; it seals personal data.</param>
    public Directory(JsonSerializerOptions json) : this(
        OrganizationList.Part(json), UserList.Part(json), UserGroupList.Part(json), LicenseList.Part(json), ProductList.Part(json),
        LicenseTemplateList.Part(json), ActivationList.Part(json), RoleList.Part(json), MaintenancePolicyList.Part(json), ReleaseList.Part(json),
        ReleaseChannelList.Part(json), ReleasePlatformList.Part(json), TrialPolicyList.Part(json), TrialList.Part(json), FeatureList.Part(json),
        EntitlementSetList.Part(json)) => this.json = json;

    private Directory(params DirectoryPart[] parts) : base(ModelName, parts.SelectMany(part => part.Tables), parts.Select(part => part.Family)) =>
        this.parts = parts.ToFrozenDictionary(part => part.Family);

    public DirectoryPart<Organization, OrganizationEvent> Organizations => Part<Organization, OrganizationEvent>();

    public DirectoryPart<User, UserEvent> Users => Part<User, UserEvent>();

    public DirectoryPart<UserGroup, UserGroupEvent> UserGroups => Part<UserGroup, UserGroupEvent>();

    public DirectoryPart<License, LicenseEvent> Licenses => Part<License, LicenseEvent>();

    public DirectoryPart<Product, ProductEvent> Products => Part<Product, ProductEvent>();

    public DirectoryPart<LicenseTemplate, LicenseTemplateEvent> LicenseTemplates => Part<LicenseTemplate, LicenseTemplateEvent>();

    public DirectoryPart<Activation, ActivationEvent> Activations => Part<Activation, ActivationEvent>();

    public DirectoryPart<CustomRole, CustomRoleEvent> Roles => Part<CustomRole, CustomRoleEvent>();

    public DirectoryPart<MaintenancePolicy, MaintenancePolicyEvent> MaintenancePolicies => Part<MaintenancePolicy, MaintenancePolicyEvent>();

    public DirectoryPart<Release, ReleaseEvent> Releases => Part<Release, ReleaseEvent>();

    public DirectoryPart<ReleaseChannel, ReleaseChannelEvent> ReleaseChannels => Part<ReleaseChannel, ReleaseChannelEvent>();

    public DirectoryPart<ReleasePlatform, ReleasePlatformEvent> ReleasePlatforms => Part<ReleasePlatform, ReleasePlatformEvent>();

    public DirectoryPart<TrialPolicy, TrialPolicyEvent> TrialPolicies => Part<TrialPolicy, TrialPolicyEvent>();

    public DirectoryPart<TrialActivation, TrialActivationEvent> TrialActivations => Part<TrialActivation, TrialActivationEvent>();

    public DirectoryPart<Feature, FeatureEvent> Features => Part<Feature, FeatureEvent>();

    public DirectoryPart<EntitlementSet, EntitlementSetEvent> EntitlementSets => Part<EntitlementSet, EntitlementSetEvent>();

    public override void Touch(IEvent e, Touched touched) => PartOf(e).Touch(e, touched);

    public override void Apply(IEvent e, Rows rows) => PartOf(e).Apply(e, rows);

    /// <summary>The part that keeps the states of a kind of resource; null for one that no list is of.</summary>
    internal DirectoryPart? Find(Resource resource) => parts.GetValueOrDefault(resource.Family);

    /// <summary>The name of a table of the directory, for lists that look into another's.</summary>
    internal static string TableOf(string name) => $"{Table.Schema}.{name}_v{Shape}";

    /// <summary>Reads a part of a document, which must be the first column selected.</summary>
    internal TPart Stored<TPart>(Npgsql.NpgsqlDataReader reader) => JsonSerializer.Deserialize<TPart>(reader.GetFieldValue<byte[]>(0), json)!;

    private DirectoryPart PartOf(IEvent e) => parts[e.EventType.BaseType!];

    private DirectoryPart<TState, TEvent> Part<TState, TEvent>() where TState : class, IAggregate<TState, TEvent> => (DirectoryPart<TState, TEvent>)parts[typeof(TEvent)];
}

/// <summary>One kind of aggregate in the directory.</summary>
public abstract class DirectoryPart
{
    internal abstract Table Table { get; }

    /// <summary>The table of its states, and what else it keeps of them.</summary>
    internal abstract IEnumerable<Table> Tables { get; }

    internal abstract Type Family { get; }

    internal abstract void Touch(IEvent e, Touched touched);

    internal abstract void Apply(IEvent e, Rows rows);

    /// <summary>The state that a document holds.</summary>
    internal abstract object StateOf(byte[] document);
}

/// <summary>The state of one aggregate, under the id of its stream.</summary>
public sealed record Entry<TState>(Guid Id, TState State);

/// <summary>The states of one kind of aggregate as versioned rows; a state that no longer exists has no current row.</summary>
public sealed class DirectoryPart<TState, TEvent>(
    string name, JsonSerializerOptions json, Func<TState, bool> exists, Func<Table<Guid, Entry<TState>>, Table<Guid, Entry<TState>>> columns) : DirectoryPart
    where TState : class, IAggregate<TState, TEvent>
{
    public Table<Guid, Entry<TState>> Rows { get; } = columns(Projections.Table.Versioned<Guid, Entry<TState>>(
            name, Directory.Shape, entry => entry.Id, reader => new(reader.Get<Guid>("id"), JsonSerializer.Deserialize<TState>(reader.Get<byte[]>("document"), json)!))
        .Key("id", NpgsqlTypes.NpgsqlDbType.Uuid, id => id)
        .Column("document", NpgsqlTypes.NpgsqlDbType.Json, entry => JsonSerializer.SerializeToUtf8Bytes(entry.State, json)));

    /// <summary>Counts by which the page of a number is found, where lists are so long that it matters.</summary>
    internal Ranks<TState>? Ranks { get; init; }

    internal override Table Table => Rows;

    /// <summary>What its states name, where lists find them by it.</summary>
    internal Links<TState>? Links { get; init; }

    internal override IEnumerable<Table> Tables => [Rows, .. Ranks is null ? (Table[])[] : [Ranks.Counts], .. Links is null ? (Table[])[] : [Links.Rows]];

    internal override Type Family => typeof(TEvent);

    internal override void Touch(IEvent e, Touched touched) => touched.OfStream(Rows, e.StreamId);

    internal override void Apply(IEvent e, Rows rows)
    {
        if (e.Data is UserErased or ActivationErased)
            rows.Erase(Rows, e.StreamId);
        var before = rows.Get(Rows, e.StreamId)?.State ?? TState.Initial;
        var after = Aggregate.Fold(before, (TEvent)e.Data, e.Timestamp);
        var (was, now) = (exists(before) ? before : null, exists(after) ? after : null);
        Ranks?.Change(rows, was, now);
        Links?.Change(rows, e.StreamId, was, now);
        if (now is not null)
            rows.Put(Rows, new(e.StreamId, now));
        else
            rows.Remove(Rows, e.StreamId);
    }

    /// <summary>Where the rows of an owner are counted, or all.</summary>
    internal Ranking RankingOf(Guid? owner = null) => new(Ranks!.Counts.Name, owner ?? Ranking.All);

    internal override object StateOf(byte[] document) => JsonSerializer.Deserialize<TState>(document, json)!;

    /// <summary>Reads the states of a list; <c>document</c> must be the first column selected.</summary>
    internal TState StateOf(Npgsql.NpgsqlDataReader reader) => JsonSerializer.Deserialize<TState>(reader.GetFieldValue<byte[]>(0), json)!;
}

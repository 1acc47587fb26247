using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The lists of everything that has a name: one versioned table for each kind of aggregate, holding its state as the domain folds it, and beside it the
/// columns that lists filter, sort and search by.
/// </summary>
public sealed class Directory : ReadModel
{
    public const string ModelName = "Directory";

    /// <summary>The version of all its tables: when one changes its shape they are all made and filled anew.</summary>
    internal const int Shape = 3;

    private readonly DirectoryPart[] parts;

    /// <param name="json">How states are stored; it seals personal data.</param>
    public Directory(JsonSerializerOptions json) : this(
        OrganizationList.Part(json), UserList.Part(json), UserGroupList.Part(json), LicenseList.Part(json), ProductList.Part(json),
        LicenseTemplateList.Part(json), ActivationList.Part(json), RoleList.Part(json), MaintenancePolicyList.Part(json))
    {
    }

    private Directory(params DirectoryPart[] parts) : base(ModelName, parts.Select(part => part.Table), parts.Select(part => part.Family)) => this.parts = parts;

    public DirectoryPart<Organization, OrganizationEvent> Organizations => (DirectoryPart<Organization, OrganizationEvent>)parts[0];

    public DirectoryPart<User, UserEvent> Users => (DirectoryPart<User, UserEvent>)parts[1];

    public DirectoryPart<UserGroup, UserGroupEvent> UserGroups => (DirectoryPart<UserGroup, UserGroupEvent>)parts[2];

    public DirectoryPart<License, LicenseEvent> Licenses => (DirectoryPart<License, LicenseEvent>)parts[3];

    public DirectoryPart<Product, ProductEvent> Products => (DirectoryPart<Product, ProductEvent>)parts[4];

    public DirectoryPart<LicenseTemplate, LicenseTemplateEvent> LicenseTemplates => (DirectoryPart<LicenseTemplate, LicenseTemplateEvent>)parts[5];

    public DirectoryPart<Activation, ActivationEvent> Activations => (DirectoryPart<Activation, ActivationEvent>)parts[6];

    public DirectoryPart<CustomRole, CustomRoleEvent> Roles => (DirectoryPart<CustomRole, CustomRoleEvent>)parts[7];

    public DirectoryPart<MaintenancePolicy, MaintenancePolicyEvent> MaintenancePolicies => (DirectoryPart<MaintenancePolicy, MaintenancePolicyEvent>)parts[8];

    public override void Touch(IEvent e, Touched touched) => PartOf(e).Touch(e, touched);

    public override void Apply(IEvent e, Rows rows) => PartOf(e).Apply(e, rows);

    /// <summary>The name of a table of the directory, for lists that look into another's.</summary>
    internal static string TableOf(string name) => $"{Table.Schema}.{name}_v{Shape}";

    private DirectoryPart PartOf(IEvent e) => parts.First(part => part.Family.IsAssignableFrom(e.EventType));
}

/// <summary>One kind of aggregate in the directory.</summary>
public abstract class DirectoryPart
{
    internal abstract Table Table { get; }

    internal abstract Type Family { get; }

    internal abstract void Touch(IEvent e, Touched touched);

    internal abstract void Apply(IEvent e, Rows rows);
}

/// <summary>The state of one aggregate, under the id of its stream.</summary>
public sealed record Entry<TState>(Guid Id, TState State);

/// <summary>The states of one kind of aggregate as versioned rows; a state that no longer exists has no current row.</summary>
public sealed class DirectoryPart<TState, TEvent>(
    string name, JsonSerializerOptions json, Func<TState, bool> exists, Func<Table<Guid, Entry<TState>>, Table<Guid, Entry<TState>>> columns) : DirectoryPart
    where TState : class, IAggregate<TState, TEvent>
{
    public Table<Guid, Entry<TState>> Rows { get; } = columns(Projections.Table.Versioned<Guid, Entry<TState>>(
            name, Directory.Shape, entry => entry.Id, reader => new(reader.Get<Guid>("id"), JsonSerializer.Deserialize<TState>(reader.Get<string>("document"), json)!))
        .Key("id", NpgsqlTypes.NpgsqlDbType.Uuid, id => id)
        .Column("document", NpgsqlTypes.NpgsqlDbType.Jsonb, entry => JsonSerializer.Serialize(entry.State, json)));

    internal override Table Table => Rows;

    internal override Type Family => typeof(TEvent);

    internal override void Touch(IEvent e, Touched touched) => touched.Key(Rows, e.StreamId);

    internal override void Apply(IEvent e, Rows rows)
    {
        var before = rows.Get(Rows, e.StreamId)?.State ?? TState.Initial;
        var after = Aggregate.Fold(before, (TEvent)e.Data, e.Timestamp);
        if (exists(after))
            rows.Put(Rows, new(e.StreamId, after));
        else
            rows.Remove(Rows, e.StreamId);
    }

    /// <summary>Reads the states of a list; <c>document</c> must be the first column selected.</summary>
    internal TState StateOf(Npgsql.NpgsqlDataReader reader) => JsonSerializer.Deserialize<TState>(reader.GetString(0), json)!;
}

using System.Diagnostics;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Accounts;
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
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Something that webhooks tell: its names, what it happened to, and the command that did it. <see cref="Position"/> is that of the first event of the command that
/// has the first of the names; it orders the feed, and a client goes on after the last one it has seen.
/// </summary>
public sealed record OutboxRow(string Command, Guid ResourceId, long Position, string Resource, ValueList<string> Events, DateTimeOffset At);

/// <summary>A user, or a token, that belongs to an organization.</summary>
public sealed record OrganizationOwned(Guid Id, OrganizationId Organization);

/// <summary>
/// What is to be told outside, in the order in which it happened. One command tells each name of one resource once, where it happened first, and of what it creates no
/// change: a licence that is created with notes and tags was created, and not changed three times. It is written with the progress of the read model, so that nothing
/// is told twice and nothing is left out, whatever stops it; made anew, it is the same. A row that was written stays as it is, because somebody may have read it.
/// </summary>
public sealed class Outbox() : ReadModel(ModelName, [Entries, Owned], WebhookNames.Told)
{
    public const string ModelName = "Outbox";

    private const int Shape = 2;

    public static readonly Table<(string Command, Guid Resource, string Name), OutboxRow> Entries = Table.Of<(string Command, Guid Resource, string Name), OutboxRow>(
            "outbox", Shape, row => (row.Command, row.ResourceId, row.Events[0]), Read)
        .Key("command", NpgsqlDbType.Text, key => key.Command)
        .Key("resource_id", NpgsqlDbType.Uuid, key => key.Resource)
        .Key("name", NpgsqlDbType.Text, key => key.Name)
        .Column("position", NpgsqlDbType.Bigint, row => row.Position)
        .Column("resource", NpgsqlDbType.Text, row => row.Resource)
        .Set("events", NpgsqlDbType.Text, row => row.Events)
        .Column("at", NpgsqlDbType.TimestampTz, row => row.At.UtcDateTime)
        .Index("(position)");

    public static readonly Table<Guid, OrganizationOwned> Owned = Table.Of<Guid, OrganizationOwned>(
            "outbox_owned", Shape, row => row.Id, r => new(r.Get<Guid>("id"), new(r.Get<Guid>("organization_id"))))
        .Key("id", NpgsqlDbType.Uuid, id => id)
        .Column("organization_id", NpgsqlDbType.Uuid, row => row.Organization.Value);

    public override void Touch(IEvent e, Touched touched)
    {
        if (e.Data is UserEvent or AccessTokenEvent)
            touched.OfStream(Owned, e.StreamId);
        if (WebhookNames.Decisions[e.EventType](e.Data) is not { } name)
            return;

        var (command, resource) = CauseOf(e);
        foreach (var told in Forms(name).Concat(IsChange(name) ? Creations(ResourceOf(e.Data)) : []))
            touched.Key(Entries, (command, resource, told));
    }

    public override void Apply(IEvent e, Rows rows)
    {
        var owned = e.Data is UserEvent or AccessTokenEvent && rows.Get(Owned, e.StreamId) is not null;
        switch (e.Data)
        {
            case UserCreated { Organization: { } organization }: rows.Put(Owned, new(e.StreamId, organization)); owned = true; break;
            case UserMoved { Organization: { } organization }: rows.Put(Owned, new(e.StreamId, organization)); owned = true; break;
            case UserMoved when owned: rows.Remove(Owned, e.StreamId); break;
            case OrganizationAccessTokenCreated x: rows.Put(Owned, new(e.StreamId, x.Organization)); break;
        }

        if (WebhookNames.Decisions[e.EventType](e.Data) is not { } name)
            return;

        var ((command, id), resource) = (CauseOf(e), ResourceOf(e.Data));
        OutboxRow? Told(string first) => rows.Get(Entries, (command, id, first));
        if (IsChange(name) && Creations(resource).Any(creation => Told(creation) is not null))
            return;

        var names = NamesOf(e.Data, name, owned).Where(form => !Forms(name).Any(first => Told(first)?.Events.Contains(form) is true)).ToValueList();
        if (names.Count > 0)
            rows.Put(Entries, new(command, id, e.Sequence, resource, names, e.Timestamp));
    }

    /// <summary>What was refused to a machine happened to the licence, and what time does is done by no command.</summary>
    private static (string Command, Guid Resource) CauseOf(IEvent e) => (
        e.Data is LicenseExpired or LicenseExpiringSoon or LicenseMaintenanceExpired or LicenseMaintenanceExpiringSoon ? e.Id.ToString() : e.CausationId ?? e.Id.ToString(),
        (e.Data as ActivationRefused)?.License.Value ?? e.StreamId);

    private static bool IsChange(string name) => name.EndsWith(".updated", StringComparison.Ordinal);

    /// <summary>The names under which the same may be told: who is moved into an organization is one of it from then on.</summary>
    private static IEnumerable<string> Forms(string name) => WebhookNames.WithinOrganization(name) is { } within ? [name, within] : [name];

    /// <summary>The names of the creation of a resource.</summary>
    private static IEnumerable<string> Creations(string resource) => resource switch
    {
        "userGroup" => ["organization.userGroup.created"],
        "accessToken" => ["personalAccessToken.created", "organization.accessToken.created"],
        _ => [$"{resource}.created"],
    };

    /// <summary>A user of an organization is told of as a user and as one of an organization, a token as what it is.</summary>
    private static ValueList<string> NamesOf(object e, string name, bool owned) => (owned ? WebhookNames.WithinOrganization(name) : null) switch
    {
        null => [name],
        { } within when e is UserEvent => [name, within],
        { } within => [within],
    };

    private static string ResourceOf(object e) => e switch
    {
        OrganizationEvent => "organization",
        UserEvent => "user",
        UserGroupEvent => "userGroup",
        LicenseEvent or ActivationRefused => "license",
        ActivationEvent => "activation",
        ProductEvent => "product",
        LicenseTemplateEvent => "licenseTemplate",
        MaintenancePolicyEvent => "maintenancePolicy",
        TrialPolicyEvent => "trialPolicy",
        TrialActivationEvent => "trialActivation",
        FeatureEvent => "feature",
        EntitlementSetEvent => "entitlementSet",
        ReleaseEvent => "release",
        ReleaseChannelEvent => "releaseChannel",
        ReleasePlatformEvent => "releasePlatform",
        AccessTokenEvent => "accessToken",
        CustomRoleEvent => "role",
        AccountEvent => "account",
        _ => throw new UnreachableException($"{e.GetType().Name} happens to nothing that is known outside."),
    };

    internal static OutboxRow Read(System.Data.Common.DbDataReader r) => new(
        r.Get<string>("command"), r.Get<Guid>("resource_id"), r.Get<long>("position"), r.Get<string>("resource"), r.Get<string[]>("events").ToValueList(), r.Get<DateTimeOffset>("at"));
}

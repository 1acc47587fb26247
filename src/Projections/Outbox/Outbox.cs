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
/// has a name; it orders the feed, and a client goes on after the last one it has seen.
/// </summary>
public sealed record OutboxRow(string Command, Guid ResourceId, long Position, string Resource, ValueList<string> Events, DateTimeOffset At);

/// <summary>A user, or a token, that belongs to an organization.</summary>
public sealed record OrganizationOwned(Guid Id, OrganizationId Organization);

/// <summary>
/// What is to be told outside, in the order in which it happened. One command tells one thing of one resource: a licence that is created with notes and tags was
/// created, and not changed three times. It is written with the progress of the read model, so that nothing is told twice and nothing is left out, whatever stops it;
/// made anew, it is the same.
/// </summary>
public sealed class Outbox() : ReadModel(ModelName, [Entries, Owned], WebhookNames.Told)
{
    public const string ModelName = "Outbox";

    private const int Shape = 1;

    public static readonly Table<(string Command, Guid Resource), OutboxRow> Entries = Table.Of<(string Command, Guid Resource), OutboxRow>(
            "outbox", Shape, row => (row.Command, row.ResourceId), Read)
        .Key("command", NpgsqlDbType.Text, key => key.Command)
        .Key("resource_id", NpgsqlDbType.Uuid, key => key.Resource)
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
        touched.Key(Entries, KeyOf(e));
        if (e.Data is UserEvent or AccessTokenEvent)
            touched.OfStream(Owned, e.StreamId);
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

        var key = KeyOf(e);
        if (WebhookNames.Decisions[e.EventType](e.Data) is not { } name)
            return;

        var told = rows.Get(Entries, key);
        if (told is null)
            rows.Put(Entries, new(key.Command, key.Resource, e.Sequence, ResourceOf(e.Data), NamesOf(e.Data, name, owned), e.Timestamp));
        else if (e.Data is OfflineResponseRevoked)
            rows.Put(Entries, told with { Events = [name] }); // who revokes an answer is told of that, though the activation ends before
    }

    /// <summary>What was refused to a machine happened to the licence, and what time does is done by no command.</summary>
    private static (string Command, Guid Resource) KeyOf(IEvent e) => (
        e.Data is LicenseExpired or LicenseExpiringSoon or LicenseMaintenanceExpired or LicenseMaintenanceExpiringSoon ? e.Id.ToString() : e.CausationId ?? e.Id.ToString(),
        (e.Data as ActivationRefused)?.License.Value ?? e.StreamId);

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

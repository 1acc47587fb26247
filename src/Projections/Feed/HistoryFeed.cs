using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>Where one event stands and what it is found by; what happened is in the event itself.</summary>
public sealed record FeedRow(long Position, Guid Id, Guid ResourceId, string Resource, string Type, string Action, DateTimeOffset At, string? Actor, string? RequestId, string? Causation)
{
    /// <summary>To which organization it happened, as it was then; of a move, the one that was moved into.</summary>
    public OrganizationId? Organization { get; init; }

    /// <summary>Of a move, the organization that was left.</summary>
    public OrganizationId? Former { get; init; }

    /// <summary>The person who acted, by a token or not.</summary>
    public UserId? User { get; init; }

    /// <summary>The organization of whoever acted, at that time.</summary>
    public OrganizationId? ActorOrganization { get; init; }
}

/// <summary>To which organization a user, a group, a licence or a token belongs; whose a token is, and which tokens a user has.</summary>
public sealed record FeedOwner(Guid Id, OrganizationId? Organization, UserId? User, ValueList<Guid> Tokens);

/// <summary>
/// One small row for every event there is, by which it is found: who did it, to what, in which organization, when, by which request. An event that happened to
/// what has moved since stays with the organization in which it happened.
/// </summary>
public sealed class HistoryFeed() : ReadModel(ModelName, [Entries, Owners], Resource.All.Select(resource => resource.Family))
{
    public const string ModelName = "History";

    internal override bool StopsAtStrangers => true;

    private const int Shape = 1;
    private const NpgsqlDbType Uuid = NpgsqlDbType.Uuid;
    private const NpgsqlDbType Text = NpgsqlDbType.Text;

    public static readonly Table<long, FeedRow> Entries = Table.Of<long, FeedRow>("feed", Shape, row => row.Position, Read)
        .Key("position", NpgsqlDbType.Bigint, position => position)
        .Column("id", Uuid, row => row.Id)
        .Column("resource_id", Uuid, row => row.ResourceId)
        .Column("resource", Text, row => row.Resource)
        .Column("type", Text, row => row.Type)
        .Column("action", Text, row => row.Action)
        .Column("at", NpgsqlDbType.TimestampTz, row => row.At.UtcDateTime)
        .Column("actor", Text, row => row.Actor)
        .Column("request_id", Text, row => row.RequestId)
        .Column("causation", Text, row => row.Causation)
        .Column("organization_id", Uuid, row => row.Organization?.Value)
        .Column("former_id", Uuid, row => row.Former?.Value)
        .Column("user_id", Uuid, row => row.User?.Value)
        .Column("actor_organization_id", Uuid, row => row.ActorOrganization?.Value)
        .Index("(id)")
        .Index("(resource_id, position)")
        .Index("(resource, position)")
        .Index("(type, position)")
        .Index("(at, position)")
        .Index("(actor, position)")
        .Index("(request_id, position)")
        .Index("(organization_id, position)")
        .Index("(former_id, position) where former_id is not null")
        .Index("(user_id, position) where user_id is not null");

    public static readonly Table<Guid, FeedOwner> Owners = Table.Of<Guid, FeedOwner>(
            "feed_owner", Shape, row => row.Id, r => new(r.Get<Guid>("id"), r.Organization(), r.User("user_id"), r.Get<Guid[]>("token_ids").ToValueList()))
        .Key("id", Uuid, id => id)
        .Column("organization_id", Uuid, row => row.Organization?.Value)
        .Column("user_id", Uuid, row => row.User?.Value)
        .Set("token_ids", Uuid, row => row.Tokens);

    /// <summary>What may be asked about history.</summary>
    public static Listing Listing { get; } = new("history", ListField.Id("id", "h.id"),
    [
        ListField.Number("position", "h.position") with { Required = true },
        ListField.Instant("at", "h.at") with { Required = true },
        ListField.Text("type", "h.type") with { Required = true },
        ListField.Enum("resource", "h.resource", [.. Resource.All.Select(resource => resource.Name)]) with { Required = true },
        ListField.Id("resourceId", "h.resource_id") with { Required = true },
        ListField.Text("actor", "h.actor"),
        ListField.Id("userId", "h.user_id"),
        ListField.Id("organizationId", "h.organization_id"),
        ListField.Text("requestId", "h.request_id"),
        ListField.Text("causation", "h.causation"),
    ])
    { Versioned = "h", DefaultSort = [new("position", SortOrder.Descending)], MaxLimit = 1000 };

    /// <summary>What an organization may ask about its own: by nothing that it is not shown, such as which of the vendor's people it was.</summary>
    public static Listing OfOrganization { get; } = Listing.Without("actor", "userId", "organizationId");

    public override void Touch(IEvent e, Touched touched)
    {
        if (OwnerOf(e) is { } owner)
            touched.Key(Owners, owner);
        if (e.Data is AccessTokenCreated token)
            touched.Key(Owners, token.User.Value);
        if (ActorId(e.UserName) is { } actor)
            touched.Key(Owners, actor);
    }

    public override void Apply(IEvent e, Rows rows)
    {
        var before = OwnerOf(e) is { } owner ? rows.Get(Owners, owner) : null;
        var actor = ActorId(e.UserName) is { } id ? rows.Get(Owners, id) ?? new(id, null, null, []) : null;
        var after = Change(e, before, rows);
        var organization = e.Data is OrganizationEvent ? new OrganizationId(e.StreamId) : after?.Organization;
        rows.Put(Entries, new(e.Sequence, e.Id, e.StreamId, Resource.Of(e).Name, e.EventTypeName, ActionOf(e), e.Timestamp, e.UserName, e.CorrelationId, e.CausationId)
        {
            Organization = organization,
            Former = e.Data is UserMoved or LicenseTransferred && before?.Organization != organization ? before?.Organization : null,
            User = IdAfter("user:", e.UserName) is { } user ? new(user) : actor?.User,
            ActorOrganization = IdAfter("provider:", e.UserName) is { } provider ? new(provider) : actor?.Organization,
        });
    }

    /// <summary>The owner after an event, and what else changes with it: the tokens of a user go where the user goes.</summary>
    private static FeedOwner? Change(IEvent e, FeedOwner? before, Rows rows)
    {
        var known = before ?? new(e.StreamId, null, null, []);
        var after = e.Data switch
        {
            UserCreated x => known with { Organization = x.Organization },
            UserMoved x => known with { Organization = x.Organization },
            UserGroupCreated x => known with { Organization = x.Organization },
            LicenseCreated x => known with { Organization = x.Organization },
            LicenseTransferred x => known with { Organization = x.Organization },
            OrganizationAccessTokenCreated x => known with { Organization = x.Organization },
            AccessTokenCreated x => known with { Organization = rows.Get(Owners, x.User.Value)?.Organization, User = x.User },
            _ => before,
        };
        if (after is not null && after != before)
            rows.Put(Owners, after);
        if (e.Data is AccessTokenCreated token && rows.Get(Owners, token.User.Value) is { } holder)
            rows.Put(Owners, holder with { Tokens = holder.Tokens.Append(e.StreamId).ToValueList() });
        if (e.Data is UserMoved moved)
        {
            foreach (var held in known.Tokens)
                rows.Put(Owners, new(held, moved.Organization, moved.User, []));
        }

        return after;
    }

    /// <summary>Whose organization is that of the event; null where events happen to the vendor alone, or to an organization itself.</summary>
    private static Guid? OwnerOf(IEvent e) => e.Data switch
    {
        UserEvent or UserGroupEvent or LicenseEvent or AccessTokenEvent => e.StreamId,
        ActivationEvent x => LicenseOf(x).Value,
        _ => null,
    };

    private static LicenseId LicenseOf(ActivationEvent e) => e switch
    {
        ActivationCreated x => x.License,
        ActivationRepeated x => x.License,
        ActivationSynced x => x.License,
        ActivationMeterCounted x => x.License,
        ActivationEnded x => x.License,
        ActivationRefused x => x.License,
        OfflineResponseIssued x => x.License,
        OfflineResponseRevoked x => x.License,
        ActivationErased x => x.License,
        _ => throw new System.Diagnostics.UnreachableException($"{e.GetType().Name} belongs to no licence."),
    };

    /// <summary>What happened, in the few words of the v3 contract.</summary>
    private static string ActionOf(IEvent e) => e.Data switch
    {
        ActivationRefused => "refused",
        ActivationEnded => "deleted",
        _ when e.Version == 1 => "created",
        _ when e.EventType.Name.EndsWith("Deleted", StringComparison.Ordinal) => "deleted",
        _ => "updated",
    };

    /// <summary>The user or token that acted.</summary>
    private static Guid? ActorId(string? actor) => IdAfter("user:", actor) ?? IdAfter("token:", actor);

    private static Guid? IdAfter(string kind, string? actor) =>
        actor?.StartsWith(kind, StringComparison.Ordinal) == true && Guid.TryParse(actor.AsSpan(kind.Length), out var known) ? known : null;

    internal static FeedRow Read(System.Data.Common.DbDataReader r) => new(
        r.Get<long>("position"), r.Get<Guid>("id"), r.Get<Guid>("resource_id"), r.Get<string>("resource"), r.Get<string>("type"), r.Get<string>("action"),
        r.Get<DateTimeOffset>("at"), r.Get<string?>("actor"), r.Get<string?>("request_id"), r.Get<string?>("causation"))
    {
        Organization = r.Organization(),
        Former = r.Get<Guid?>("former_id") is { } former ? new OrganizationId(former) : null,
        User = r.User("user_id"),
        ActorOrganization = r.Get<Guid?>("actor_organization_id") is { } own ? new OrganizationId(own) : null,
    };
}

using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using JasperFx.Events;
using MediatR;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// One thing that happened to a licence, in the organization it belonged to. A transfer from one organization to another is two: it left the one and came
/// to the other.
/// </summary>
public sealed record HistoryRow(
    Guid Id, LicenseId LicenseId, OrganizationId? OrganizationId, UserId? UserId, UserGroupId? UserGroupId, string Kind, long Position, DateTimeOffset At, string? Actor)
{
    /// <summary>The machine's activation, or the attempt at one.</summary>
    public ActivationId? ActivationId { get; init; }

    /// <summary>Why an attempt was refused.</summary>
    public string? Code { get; init; }
}

/// <summary>To which organization a licence belongs.</summary>
public sealed record LicenseOwner(LicenseId Id, OrganizationId? Organization);

/// <summary>Who uses an activation, when that is known.</summary>
public sealed record ActivationUser(ActivationId Id, UserId? User);

/// <summary>
/// The life of every licence, line by line: created, assigned, suspended, renewed, transferred, deleted; activated, synced, refused, deactivated.
/// </summary>
public sealed class ActivationHistory() : ReadModel(ModelName, [Entries, Owners, Users], Kinds.Keys)
{
    public const string ModelName = "ActivationHistory";

    private const string TransferredAway = "transferred-away";

    /// <summary>The kinds of lines by the events that make them.</summary>
    private static readonly Dictionary<Type, string> Kinds = new()
    {
        [typeof(LicenseCreated)] = "created",
        [typeof(LicenseKeyChanged)] = "key-changed",
        [typeof(LicensePolicyChanged)] = "policy-changed",
        [typeof(LicenseTermChanged)] = "term-changed",
        [typeof(LicenseExpiryChanged)] = "expiry-changed",
        [typeof(LicenseRenewed)] = "renewed",
        [typeof(LicenseExtended)] = "extended",
        [typeof(LicenseMaintenanceExpiryChanged)] = "maintenance-expiry-changed",
        [typeof(LicenseMaintenanceRenewed)] = "maintenance-renewed",
        [typeof(LicenseMaintenanceExtended)] = "maintenance-extended",
        [typeof(FeatureAddedToLicense)] = "feature-added",
        [typeof(FeatureOfLicenseChanged)] = "feature-changed",
        [typeof(FeatureRemovedFromLicense)] = "feature-removed",
        [typeof(LicenseMeterReset)] = "meter-reset",
        [typeof(LicenseSuspended)] = "suspended",
        [typeof(LicenseReinstated)] = "reinstated",
        [typeof(LicenseRevoked)] = "revoked",
        [typeof(LicenseRevocationLifted)] = "revocation-lifted",
        [typeof(LicenseTransferred)] = "transferred",
        [typeof(LicenseDeleted)] = "deleted",
        [typeof(PrimaryUserAssignedToLicense)] = "primary-user-assigned",
        [typeof(PrimaryUserUnassignedFromLicense)] = "primary-user-unassigned",
        [typeof(UserAssignedToLicense)] = "user-assigned",
        [typeof(UserUnassignedFromLicense)] = "user-unassigned",
        [typeof(GroupAssignedToLicense)] = "group-assigned",
        [typeof(GroupUnassignedFromLicense)] = "group-unassigned",
        [typeof(LicenseFirstActivated)] = "first-activated",
        [typeof(ActivationCreated)] = "activated",
        [typeof(ActivationRepeated)] = "reactivated",
        [typeof(ActivationSynced)] = "synced",
        [typeof(ActivationMeterCounted)] = "meter-counted",
        [typeof(ActivationRefused)] = "activation-refused",
        [typeof(ActivationEnded)] = "activation-ended",
    };

    /// <summary>An activation ends in one of these ways.</summary>
    private static readonly Dictionary<ActivationEnd, string> Ends = new()
    {
        [ActivationEnd.Deactivated] = "deactivated",
        [ActivationEnd.Deleted] = "activation-deleted",
        [ActivationEnd.LeaseEnded] = "lease-ended",
    };

    public static readonly Table<Guid, HistoryRow> Entries = Table.Versioned<Guid, HistoryRow>("activation_history", 2, row => row.Id, Read)
        .Key("id", NpgsqlDbType.Uuid, id => id)
        .Column("license_id", NpgsqlDbType.Uuid, row => row.LicenseId.Value)
        .Column("organization_id", NpgsqlDbType.Uuid, row => row.OrganizationId?.Value)
        .Column("user_id", NpgsqlDbType.Uuid, row => row.UserId?.Value)
        .Column("group_id", NpgsqlDbType.Uuid, row => row.UserGroupId?.Value)
        .Column("kind", NpgsqlDbType.Text, row => row.Kind)
        .Column("at", NpgsqlDbType.TimestampTz, row => row.At.UtcDateTime)
        .Column("actor", NpgsqlDbType.Text, row => row.Actor)
        .Column("activation_id", NpgsqlDbType.Uuid, row => row.ActivationId?.Value)
        .Column("code", NpgsqlDbType.Text, row => row.Code)
        .Index("(license_id, since, id)")
        .Index("(organization_id, since, id)");

    public static readonly Table<LicenseId, LicenseOwner> Owners = Table.Of<LicenseId, LicenseOwner>(
            "activation_history_owner", 2, row => row.Id, r => new(new(r.Get<Guid>("license_id")), r.Organization()))
        .Key("license_id", NpgsqlDbType.Uuid, id => id.Value)
        .Column("organization_id", NpgsqlDbType.Uuid, row => row.Organization?.Value);

    public static readonly Table<ActivationId, ActivationUser> Users = Table.Of<ActivationId, ActivationUser>(
            "activation_history_user", 2, row => row.Id, r => new(new(r.Get<Guid>("activation_id")), r.Get<Guid?>("user_id") is { } user ? new UserId(user) : null))
        .Key("activation_id", NpgsqlDbType.Uuid, id => id.Value)
        .Column("user_id", NpgsqlDbType.Uuid, row => row.User?.Value);

    /// <summary>What may be asked about the lines.</summary>
    public static Listing Listing { get; } = new("activation-history", ListField.Id("id", "h.id"),
    [
        ListField.Number("position", "h.since") with { Required = true },
        ListField.Instant("at", "h.at") with { Required = true },
        ListField.Enum("kind", "h.kind", [.. Kinds.Values, .. Ends.Values, TransferredAway]) with { Required = true },
        ListField.Id("licenseId", "h.license_id") with { Required = true },
        ListField.Id("userId", "h.user_id"),
        ListField.Id("userGroupId", "h.group_id"),
        ListField.Text("actor", "h.actor"),
        ListField.Id("activationId", "h.activation_id"),
        ListField.Text("code", "h.code"),
    ])
    { Versioned = "h", DefaultSort = [new("position", SortOrder.Descending)] };

    public override void Touch(IEvent e, Touched touched)
    {
        if (e.Data is ActivationEvent)
            touched.Key(Users, new(e.StreamId));
        touched.Key(Owners, LicenseOf(e));
    }

    public override void Apply(IEvent e, Rows rows)
    {
        if (e.Data is ActivationEvent used)
            OfActivation(e, used, rows);
        else
            OfLicense(e, rows);
    }

    private static void OfActivation(IEvent e, ActivationEvent used, Rows rows)
    {
        var (id, license) = (new ActivationId(e.StreamId), LicenseOf(e));
        var user = used switch { ActivationCreated x => x.User, ActivationRepeated x => x.User, ActivationRefused x => x.User, _ => rows.Get(Users, id)?.User };
        if (used is ActivationCreated or ActivationRepeated)
            rows.Put(Users, new(id, user));

        var kind = used is ActivationEnded ended ? Ends[ended.Reason] : Kinds[e.EventType];
        rows.Put(Entries, new(e.Id, license, rows.Get(Owners, license)?.Organization, user, null, kind, e.Sequence, e.Timestamp, e.UserName)
        {
            ActivationId = id,
            Code = (used as ActivationRefused)?.Code,
        });
    }

    private static void OfLicense(IEvent e, Rows rows)
    {
        var license = new LicenseId(e.StreamId);
        var former = rows.Get(Owners, license)?.Organization;
        var owner = e.Data switch
        {
            LicenseCreated x => x.Organization,
            LicenseTransferred x => x.Organization,
            _ => former,
        };
        if (e.Data is LicenseCreated or LicenseTransferred)
            rows.Put(Owners, new(license, owner));
        if (e.Data is LicenseTransferred && former is not null)
            rows.Put(Entries, new(Twin(e.Id), license, former, null, null, TransferredAway, e.Sequence, e.Timestamp, e.UserName));

        rows.Put(Entries, new(e.Id, license, owner, UserOf(e.Data), GroupOf(e.Data), Kinds[e.EventType], e.Sequence, e.Timestamp, e.UserName));
    }

    internal static HistoryRow Read(System.Data.Common.DbDataReader r) => new(
        r.Get<Guid>("id"), new(r.Get<Guid>("license_id")), r.Organization(), r.Get<Guid?>("user_id") is { } user ? new UserId(user) : null,
        r.Get<Guid?>("group_id") is { } group ? new UserGroupId(group) : null, r.Get<string>("kind"), r.Get<long>("since"), r.Get<DateTimeOffset>("at"), r.Get<string?>("actor"))
    {
        ActivationId = r.Get<Guid?>("activation_id") is { } activation ? new ActivationId(activation) : null,
        Code = r.Get<string?>("code"),
    };

    private static LicenseId LicenseOf(IEvent e) => e.Data switch
    {
        ActivationCreated x => x.License,
        ActivationRepeated x => x.License,
        ActivationSynced x => x.License,
        ActivationMeterCounted x => x.License,
        ActivationEnded x => x.License,
        ActivationRefused x => x.License,
        _ => new(e.StreamId),
    };

    private static UserId? UserOf(object e) => e switch
    {
        PrimaryUserAssignedToLicense x => x.User,
        PrimaryUserUnassignedFromLicense x => x.User,
        UserAssignedToLicense x => x.User,
        UserUnassignedFromLicense x => x.User,
        _ => null,
    };

    private static UserGroupId? GroupOf(object e) => e switch
    {
        GroupAssignedToLicense x => x.UserGroup,
        GroupUnassignedFromLicense x => x.UserGroup,
        _ => null,
    };

    /// <summary>The id of the second line of one event: the first's, but for one bit.</summary>
    private static Guid Twin(Guid id)
    {
        var bytes = id.ToByteArray();
        bytes[^1] ^= 1;
        return new(bytes);
    }
}

/// <summary>The life of a licence.</summary>
public sealed record ListLicenseHistory(LicenseId License, ListRequest Request) : IListQuery<HistoryRow>
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    public sealed class Handler(HistoryReader reader) : IRequestHandler<ListLicenseHistory, Result<ListPage<HistoryRow>>>
    {
        public Task<Result<ListPage<HistoryRow>>> Handle(ListLicenseHistory query, CancellationToken cancellationToken) =>
            reader.Page(null, query.License, query.Request, cancellationToken);
    }
}

/// <summary>The lives of the licences of an organization, or of one of them: the parts in which they belonged to it.</summary>
public sealed record ListOrganizationLicenseHistory(OrganizationId Organization, LicenseId? License, ListRequest Request) : IListQuery<HistoryRow>, IWithinOrganization
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    public sealed class Handler(HistoryReader reader) : IRequestHandler<ListOrganizationLicenseHistory, Result<ListPage<HistoryRow>>>
    {
        public Task<Result<ListPage<HistoryRow>>> Handle(ListOrganizationLicenseHistory query, CancellationToken cancellationToken) =>
            reader.Page(query.Organization, query.License, query.Request, cancellationToken);
    }
}

/// <summary>Reads pages of history at the position it has reached.</summary>
public sealed class HistoryReader(NpgsqlDataSource database, Progress progress)
{
    internal async Task<Result<ListPage<HistoryRow>>> Page(OrganizationId? organization, LicenseId? license, ListRequest request, CancellationToken cancellation)
    {
        (string Column, Guid? Value)[] conditions = [("organization_id", organization?.Value), ("license_id", license?.Value)];
        var given = conditions.Where(condition => condition.Value is not null).ToList();
        var where = string.Join(" and ", given.Select((condition, n) => $"h.{condition.Column} = ${n + 1}"));
        var source = new ListSource("h.*", $"{ActivationHistory.Entries.Name} h", where, given.ConvertAll<object>(condition => condition.Value!.Value));
        if (license is not null && !await AnyAsync(source, cancellation))
            return Refusal.LicenseNotFound;

        var page = await ActivationHistory.Listing.ReadAsync(
            database, source, request, progress.Of(ActivationHistory.ModelName).Position, ActivationHistory.Read, cancellation);
        return page.IsValid ? page.Value : page.Errors.AsRefusal();
    }

    private async Task<bool> AnyAsync(ListSource source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select exists (select 1 from {source.From} where {source.Where})");
        foreach (var value in source.Parameters)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}

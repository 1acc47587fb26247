using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using JasperFx.Events;
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

    public ProductId? ProductId { get; init; }

    /// <summary>Of the machine, as it was last reported.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Why an attempt was refused.</summary>
    public string? Code { get; init; }

    /// <summary>Whether it was done by what somebody carried for a machine that was not online.</summary>
    public bool Offline { get; init; }
}

/// <summary>To which organization a licence belongs, and who its own user is.</summary>
public sealed record LicenseOwner(LicenseId Id, OrganizationId? Organization, UserId? PrimaryUser);

/// <summary>What the later lines of an activation repeat: its product, its machine, its user when that is known, and the end of its lease.</summary>
public sealed record KnownActivation(ActivationId Id, ProductId Product, UserId? User, string Fingerprint, DateTimeOffset? LeaseExpiresAt);

/// <summary>
/// The life of every licence, line by line: created, assigned, suspended, renewed, transferred, deleted; activated, synced, refused, deactivated. What time
/// does alone, such as the end of a lease, has the time at which it happened, not that at which it was recorded.
/// </summary>
public sealed class ActivationHistory() : ReadModel(ModelName, [Entries, Owners, Activations], Kinds.Keys)
{
    public const string ModelName = "ActivationHistory";

    private const int Shape = 4;
    private const string TransferredAway = "transferred-away";
    private const string SyncRefused = "sync-refused";

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
        [typeof(LicenseExpiringSoon)] = "expiring-soon",
        [typeof(LicenseExpired)] = "expired",
        [typeof(LicenseMaintenanceExpiringSoon)] = "maintenance-expiring-soon",
        [typeof(LicenseMaintenanceExpired)] = "maintenance-expired",
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
        [typeof(OfflineResponseIssued)] = "offline-response-issued",
        [typeof(OfflineResponseRevoked)] = "offline-response-revoked",
    };

    /// <summary>An activation ends in one of these ways.</summary>
    private static readonly Dictionary<ActivationEnd, string> Ends = new()
    {
        [ActivationEnd.Deactivated] = "deactivated",
        [ActivationEnd.Deleted] = "activation-deleted",
        [ActivationEnd.LeaseEnded] = "lease-ended",
    };

    public static readonly Table<Guid, HistoryRow> Entries = Table.Versioned<Guid, HistoryRow>("activation_history", Shape, row => row.Id, Read)
        .Key("id", NpgsqlDbType.Uuid, id => id)
        .Column("license_id", NpgsqlDbType.Uuid, row => row.LicenseId.Value)
        .Column("organization_id", NpgsqlDbType.Uuid, row => row.OrganizationId?.Value)
        .Column("user_id", NpgsqlDbType.Uuid, row => row.UserId?.Value)
        .Column("group_id", NpgsqlDbType.Uuid, row => row.UserGroupId?.Value)
        .Column("kind", NpgsqlDbType.Text, row => row.Kind)
        .Column("at", NpgsqlDbType.TimestampTz, row => row.At.UtcDateTime)
        .Column("actor", NpgsqlDbType.Text, row => row.Actor)
        .Column("activation_id", NpgsqlDbType.Uuid, row => row.ActivationId?.Value)
        .Column("product_id", NpgsqlDbType.Uuid, row => row.ProductId?.Value)
        .Column("fingerprint", NpgsqlDbType.Text, row => row.Fingerprint)
        .Column("code", NpgsqlDbType.Text, row => row.Code)
        .Column("offline", NpgsqlDbType.Boolean, row => row.Offline)
        .Index("(license_id, at, since, id)")
        .Index("(organization_id, at, since, id)")
        .Index("(user_id, at, since, id) where user_id is not null")
        .Index("(license_id, kind, at, since, id)")
        .Index("(license_id, fingerprint, at, since, id) where fingerprint is not null")
        .Index("(license_id, code, at, since, id) where code is not null")
        .Index($"(at, id) where {ActivationLog.Lines}");

    public static readonly Table<LicenseId, LicenseOwner> Owners = Table.Of<LicenseId, LicenseOwner>(
            "activation_history_owner", Shape, row => row.Id, r => new(new(r.Get<Guid>("license_id")), r.Organization(), r.User("primary_user_id")))
        .Key("license_id", NpgsqlDbType.Uuid, id => id.Value)
        .Column("organization_id", NpgsqlDbType.Uuid, row => row.Organization?.Value)
        .Column("primary_user_id", NpgsqlDbType.Uuid, row => row.PrimaryUser?.Value);

    public static readonly Table<ActivationId, KnownActivation> Activations = Table.Of<ActivationId, KnownActivation>(
            "activation_history_activation", Shape, row => row.Id, r => new(
                new(r.Get<Guid>("activation_id")), new(r.Get<Guid>("product_id")), r.User("user_id"), r.Get<string>("fingerprint"), r.Get<DateTimeOffset?>("lease_expires_at")))
        .Key("activation_id", NpgsqlDbType.Uuid, id => id.Value)
        .Column("product_id", NpgsqlDbType.Uuid, row => row.Product.Value)
        .Column("user_id", NpgsqlDbType.Uuid, row => row.User?.Value)
        .Column("fingerprint", NpgsqlDbType.Text, row => row.Fingerprint)
        .Column("lease_expires_at", NpgsqlDbType.TimestampTz, row => row.LeaseExpiresAt?.UtcDateTime);

    /// <summary>What may be asked about the lines.</summary>
    public static Listing Listing { get; } = new("activation-history", ListField.Id("id", "h.id"),
    [
        ListField.Number("position", "h.since") with { Required = true },
        ListField.Instant("at", "h.at") with { Required = true },
        ListField.Enum("kind", "h.kind", [.. Kinds.Values, .. Ends.Values, TransferredAway, SyncRefused]) with { Required = true },
        ListField.Id("licenseId", "h.license_id") with { Required = true },
        ListField.Id("userId", "h.user_id"),
        ListField.Id("userGroupId", "h.group_id"),
        ListField.Text("actor", "h.actor"),
        ListField.Id("activationId", "h.activation_id"),
        ListField.Flag("offline", "h.offline") with { Required = true },
        ListField.Id("productId", "h.product_id"),
        ListField.Enum("fingerprint", "h.fingerprint"),
        ListField.Enum("code", "h.code"),
    ])
    { Versioned = "h", DefaultSort = [new("at", SortOrder.Descending), new("position", SortOrder.Descending)] };

    /// <summary>What customers may ask about the lines, who are not told which of the vendor's people it was.</summary>
    public static Listing OfCustomers { get; } = Listing.Without("actor");

    public override void Touch(IEvent e, Touched touched)
    {
        if (e.Data is ActivationEvent used)
            touched.Key(Activations, Subject(e, used));
        touched.Key(Owners, LicenseOf(e));
    }

    public override void Apply(IEvent e, Rows rows)
    {
        if (e.Data is ActivationEvent used)
            OfActivation(e, used, rows);
        else
            OfLicense(e, rows);
    }

    /// <summary>The activation that an event is about: a refused sync has a stream of its own.</summary>
    private static ActivationId Subject(IEvent e, ActivationEvent used) => (used as ActivationRefused)?.Synced ?? new(e.StreamId);

    private static void OfActivation(IEvent e, ActivationEvent used, Rows rows)
    {
        var (id, license) = (Subject(e, used), LicenseOf(e));
        var (owner, before) = (rows.Get(Owners, license), rows.Get(Activations, id));
        var known = used switch
        {
            ActivationCreated x => new(id, x.Product, x.User, x.Report.Fingerprint, x.LeaseExpiresAt),
            ActivationRepeated x => before is null ? null : before with { User = x.User, Fingerprint = x.Report.Fingerprint, LeaseExpiresAt = x.LeaseExpiresAt },
            ActivationSynced x => before is null ? null : before with { Fingerprint = x.Report.Fingerprint, LeaseExpiresAt = x.LeaseExpiresAt },
            _ => before,
        };
        if (known is not null && known != before)
            rows.Put(Activations, known);

        var refused = used as ActivationRefused;
        var kind = used is ActivationEnded ended ? Ends[ended.Reason] : refused?.Synced is not null ? SyncRefused : Kinds[e.EventType];
        var at = used is ActivationEnded { Reason: ActivationEnd.LeaseEnded } ? known?.LeaseExpiresAt ?? e.Timestamp : e.Timestamp;
        rows.Put(Entries, new(e.Id, license, owner?.Organization, refused?.User ?? known?.User ?? owner?.PrimaryUser, null, kind, e.Sequence, at, e.UserName)
        {
            ActivationId = id,
            ProductId = known?.Product,
            Fingerprint = refused?.Report.Fingerprint ?? known?.Fingerprint,
            Code = refused?.Code,
            Offline = used switch
            {
                ActivationCreated x => x.Offline,
                ActivationRepeated x => x.Offline,
                ActivationRefused x => x.Offline,
                ActivationEnded x => x.OfflineRequest is not null,
                _ => used is OfflineResponseIssued,
            },
        });
    }

    private static void OfLicense(IEvent e, Rows rows)
    {
        var license = new LicenseId(e.StreamId);
        var former = rows.Get(Owners, license) ?? new(license, null, null);
        var owner = e.Data switch
        {
            LicenseCreated x => former with { Organization = x.Organization },
            LicenseTransferred x => former with { Organization = x.Organization },
            PrimaryUserAssignedToLicense x => former with { PrimaryUser = x.User },
            PrimaryUserUnassignedFromLicense => former with { PrimaryUser = null },
            _ => former,
        };
        if (owner != former || e.Data is LicenseCreated)
            rows.Put(Owners, owner);
        if (e.Data is LicenseTransferred && former.Organization is not null)
            rows.Put(Entries, new(Twin(e.Id), license, former.Organization, null, null, TransferredAway, e.Sequence, e.Timestamp, e.UserName));

        var at = e.Data switch { LicenseExpired x => x.ExpiresAt, LicenseMaintenanceExpired x => x.MaintenanceExpiresAt, _ => e.Timestamp };
        rows.Put(Entries, new(e.Id, license, owner.Organization, UserOf(e.Data), GroupOf(e.Data), Kinds[e.EventType], e.Sequence, at, e.UserName));
    }

    internal static HistoryRow Read(System.Data.Common.DbDataReader r) => new(
        r.Get<Guid>("id"), new(r.Get<Guid>("license_id")), r.Organization(), r.User("user_id"),
        r.Get<Guid?>("group_id") is { } group ? new UserGroupId(group) : null, r.Get<string>("kind"), r.Get<long>("since"), r.Get<DateTimeOffset>("at"), r.Get<string?>("actor"))
    {
        ActivationId = r.Get<Guid?>("activation_id") is { } activation ? new ActivationId(activation) : null,
        ProductId = r.Get<Guid?>("product_id") is { } product ? new ProductId(product) : null,
        Fingerprint = r.Get<string?>("fingerprint"),
        Code = r.Get<string?>("code"),
        Offline = r.Get<bool>("offline"),
    };

    private static LicenseId LicenseOf(IEvent e) => e.Data switch
    {
        ActivationCreated x => x.License,
        ActivationRepeated x => x.License,
        ActivationSynced x => x.License,
        ActivationMeterCounted x => x.License,
        ActivationEnded x => x.License,
        ActivationRefused x => x.License,
        OfflineResponseIssued x => x.License,
        OfflineResponseRevoked x => x.License,
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

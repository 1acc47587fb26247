using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>An organization and its seats; -1 in <see cref="Allowed"/> is unlimited.</summary>
public sealed record SeatsRow(OrganizationId Id, bool Suspended, int Allowed, int Used);

/// <summary>The seats of an organization at the end of a day (UTC) on which they changed.</summary>
public sealed record SeatsDayRow(OrganizationId Organization, DateOnly Day, int Allowed, int Used);

/// <summary>A user, as far as a summary counts it.</summary>
public sealed record CountedUser(UserId Id, OrganizationId? Organization, string Role, bool Suspended);

/// <summary>A user group that lives.</summary>
public sealed record CountedGroup(UserGroupId Id, OrganizationId Organization);

/// <summary>A licence, as far as a summary counts it; what it is at a moment follows from its dates.</summary>
public sealed record CountedLicense(LicenseId Id, OrganizationId? Organization, bool Revoked, bool Suspended, DateTimeOffset EffectiveDate, DateTimeOffset? ExpiresAt)
{
    public DateTimeOffset EffectiveDate { get; init; } = EffectiveDate.AsStored();

    public DateTimeOffset? ExpiresAt { get; init => field = value?.AsStored(); } = ExpiresAt?.AsStored();
}

/// <summary>An activation that has not been recorded as ended; whether it is live at a moment follows from its lease.</summary>
public sealed record CountedActivation(ActivationId Id, LicenseId License, DateTimeOffset? LeaseExpiresAt)
{
    public DateTimeOffset? LeaseExpiresAt { get; init => field = value?.AsStored(); } = LeaseExpiresAt?.AsStored();
}

/// <summary>What users are counted by.</summary>
public sealed record UsersKey(OrganizationId Organization, string Role, bool Suspended);

/// <summary>
/// Numbers of every organization: seats, users, groups, licences. The rows that are counted are kept with the positions between which they hold, so that any
/// past moment can be counted; for the present there are counters, and a line of seats for every day.
/// </summary>
public sealed class OrganizationSummary() : ReadModel(ModelName, [Seats, SeatsOfDays, Users, UserGroups, Licenses, Activations, UserCounts, GroupCounts], Handled)
{
    public const string ModelName = "OrganizationSummary";

    private const int Shape = 2;
    private const NpgsqlDbType Uuid = NpgsqlDbType.Uuid;

    public static readonly Table<OrganizationId, SeatsRow> Seats = Table.Versioned<OrganizationId, SeatsRow>(
            "summary_seats", Shape, row => row.Id, r => new(new(r.Get<Guid>("id")), r.Get<bool>("suspended"), r.Get<int>("allowed"), r.Get<int>("used")))
        .Key("id", Uuid, id => id.Value)
        .Column("suspended", NpgsqlDbType.Boolean, row => row.Suspended)
        .Column("allowed", NpgsqlDbType.Integer, row => row.Allowed)
        .Column("used", NpgsqlDbType.Integer, row => row.Used);

    public static readonly Table<(OrganizationId Organization, DateOnly Day), SeatsDayRow> SeatsOfDays = Table.Of<(OrganizationId Organization, DateOnly Day), SeatsDayRow>(
            "summary_seats_day", Shape, row => (row.Organization, row.Day),
            r => new(new(r.Get<Guid>("organization_id")), r.Get<DateOnly>("day"), r.Get<int>("allowed"), r.Get<int>("used")))
        .Key("organization_id", Uuid, key => key.Organization.Value)
        .Key("day", NpgsqlDbType.Date, key => key.Day)
        .Column("allowed", NpgsqlDbType.Integer, row => row.Allowed)
        .Column("used", NpgsqlDbType.Integer, row => row.Used);

    public static readonly Table<UserId, CountedUser> Users = Table.Versioned<UserId, CountedUser>(
            "summary_user", Shape, row => row.Id, r => new(new(r.Get<Guid>("id")), r.Organization(), r.Get<string>("role"), r.Get<bool>("suspended")))
        .Key("id", Uuid, id => id.Value)
        .Column("organization_id", Uuid, row => row.Organization?.Value)
        .Column("role", NpgsqlDbType.Text, row => row.Role)
        .Column("suspended", NpgsqlDbType.Boolean, row => row.Suspended)
        .Index("(organization_id)");

    public static readonly Table<UserGroupId, CountedGroup> UserGroups = Table.Versioned<UserGroupId, CountedGroup>(
            "summary_group", Shape, row => row.Id, r => new(new(r.Get<Guid>("id")), new(r.Get<Guid>("organization_id"))))
        .Key("id", Uuid, id => id.Value)
        .Column("organization_id", Uuid, row => row.Organization.Value)
        .Index("(organization_id)");

    public static readonly Table<LicenseId, CountedLicense> Licenses = Table.Versioned<LicenseId, CountedLicense>(
            "summary_license", Shape, row => row.Id, r => new(
                new(r.Get<Guid>("id")), r.Organization(), r.Get<bool>("revoked"), r.Get<bool>("suspended"),
                r.Get<DateTimeOffset>("effective_date"), r.Get<DateTimeOffset?>("expires_at")))
        .Key("id", Uuid, id => id.Value)
        .Column("organization_id", Uuid, row => row.Organization?.Value)
        .Column("revoked", NpgsqlDbType.Boolean, row => row.Revoked)
        .Column("suspended", NpgsqlDbType.Boolean, row => row.Suspended)
        .Column("effective_date", NpgsqlDbType.TimestampTz, row => row.EffectiveDate.UtcDateTime)
        .Column("expires_at", NpgsqlDbType.TimestampTz, row => row.ExpiresAt?.UtcDateTime)
        .Index("(organization_id)");

    public static readonly Table<ActivationId, CountedActivation> Activations = Table.Versioned<ActivationId, CountedActivation>(
            "summary_activation", Shape, row => row.Id, r => new(new(r.Get<Guid>("id")), new(r.Get<Guid>("license_id")), r.Get<DateTimeOffset?>("lease_expires_at")))
        .Key("id", Uuid, id => id.Value)
        .Column("license_id", Uuid, row => row.License.Value)
        .Column("lease_expires_at", NpgsqlDbType.TimestampTz, row => row.LeaseExpiresAt?.UtcDateTime)
        .Index("(license_id)");

    public static readonly CounterTable<UsersKey> UserCounts = Table.Counters<UsersKey>("summary_user_count", Shape)
        .Key("organization_id", Uuid, key => key.Organization.Value)
        .Key("role", NpgsqlDbType.Text, key => key.Role)
        .Key("suspended", NpgsqlDbType.Boolean, key => key.Suspended)
        .Counter("users");

    public static readonly CounterTable<OrganizationId> GroupCounts = Table.Counters<OrganizationId>("summary_group_count", Shape)
        .Key("organization_id", Uuid, id => id.Value)
        .Counter("groups");

    private static readonly Type[] Handled =
    [
        typeof(OrganizationCreated), typeof(AllowedUsersChanged), typeof(UserJoinedOrganization), typeof(UserLeftOrganization), typeof(OrganizationSuspended),
        typeof(OrganizationReinstated), typeof(OrganizationDeleted),
        typeof(UserCreated), typeof(UserRoleChanged), typeof(UserMoved), typeof(UserSuspended), typeof(UserReinstated), typeof(UserDeleted),
        typeof(UserGroupCreated), typeof(UserGroupDeleted),
        typeof(LicenseCreated), typeof(LicenseExpiryChanged), typeof(LicenseRenewed), typeof(LicenseExtended), typeof(LicenseSuspended), typeof(LicenseReinstated),
        typeof(LicenseRevoked), typeof(LicenseRevocationLifted), typeof(LicenseTransferred), typeof(LicenseDeleted),
        typeof(ActivationCreated), typeof(ActivationRepeated), typeof(ActivationSynced), typeof(ActivationEnded),
    ];

    public override void Touch(IEvent e, Touched touched)
    {
        switch (e.Data)
        {
            case OrganizationEvent: touched.OfStream(Seats, new(e.StreamId)); break;
            case UserEvent: touched.OfStream(Users, new(e.StreamId)); break;
            case UserGroupEvent: touched.OfStream(UserGroups, new(e.StreamId)); break;
            case LicenseEvent: touched.OfStream(Licenses, new(e.StreamId)); break;
            case ActivationEvent: touched.OfStream(Activations, new(e.StreamId)); break;
        }
    }

    public override void Apply(IEvent e, Rows rows)
    {
        switch (e.Data)
        {
            case OrganizationEvent x:
                var (before, seats) = Change<OrganizationId, SeatsRow>(rows, Seats, new(e.StreamId), row => After(row, x));
                if (seats is not null && (before?.Allowed, before?.Used) != (seats.Allowed, seats.Used))
                    rows.Put(SeatsOfDays, new(seats.Id, DateOnly.FromDateTime(e.Timestamp.UtcDateTime), seats.Allowed, seats.Used));
                break;
            case UserEvent x:
                var (former, user) = Change<UserId, CountedUser>(rows, Users, new(e.StreamId), row => After(row, x));
                Count(rows, former, -1);
                Count(rows, user, +1);
                break;
            case UserGroupCreated x:
                rows.Put(UserGroups, new(x.UserGroup, x.Organization));
                rows.Add(GroupCounts, x.Organization, "groups", +1);
                break;
            case UserGroupDeleted x when rows.Get(UserGroups, x.UserGroup) is { } ended:
                rows.Remove(UserGroups, x.UserGroup);
                rows.Add(GroupCounts, ended.Organization, "groups", -1);
                break;
            case LicenseEvent x:
                Change<LicenseId, CountedLicense>(rows, Licenses, new(e.StreamId), row => After(row, x));
                break;
            case ActivationEvent x:
                Change<ActivationId, CountedActivation>(rows, Activations, new(e.StreamId), row => After(row, x));
                break;
        }
    }

    private static SeatsRow? After(SeatsRow? row, OrganizationEvent e) => e switch
    {
        OrganizationCreated x => new(x.Organization, false, x.AllowedUsers, 0),
        AllowedUsersChanged x => row is null ? null : row with { Allowed = x.AllowedUsers },
        UserJoinedOrganization => row is null ? null : row with { Used = row.Used + 1 },
        UserLeftOrganization => row is null ? null : row with { Used = row.Used - 1 },
        OrganizationSuspended => row is null ? null : row with { Suspended = true },
        OrganizationReinstated => row is null ? null : row with { Suspended = false },
        OrganizationDeleted => null,
        _ => row,
    };

    private static CountedUser? After(CountedUser? row, UserEvent e) => e switch
    {
        UserCreated x => new(x.User, x.Organization, x.Role.Name, false),
        UserRoleChanged x => row is null ? null : row with { Role = x.Role.Name },
        UserMoved x => row is null ? null : row with { Organization = x.Organization },
        UserSuspended => row is null ? null : row with { Suspended = true },
        UserReinstated => row is null ? null : row with { Suspended = false },
        UserDeleted => null,
        _ => row,
    };

    private static CountedLicense? After(CountedLicense? row, LicenseEvent e) => e switch
    {
        LicenseCreated x => new(x.License, x.Organization, false, false, x.EffectiveDate, x.ExpiresAt),
        LicenseExpiryChanged x => row is null ? null : row with { ExpiresAt = x.ExpiresAt },
        LicenseRenewed x => row is null ? null : row with { ExpiresAt = x.ExpiresAt },
        LicenseExtended x => row is null ? null : row with { ExpiresAt = x.ExpiresAt },
        LicenseSuspended => row is null ? null : row with { Suspended = true },
        LicenseReinstated => row is null ? null : row with { Suspended = false },
        LicenseRevoked => row is null ? null : row with { Revoked = true },
        LicenseRevocationLifted => row is null ? null : row with { Revoked = false },
        LicenseTransferred x => row is null ? null : row with { Organization = x.Organization },
        LicenseDeleted => null,
        _ => row,
    };

    private static CountedActivation? After(CountedActivation? row, ActivationEvent e) => e switch
    {
        ActivationCreated x => new(x.Activation, x.License, x.LeaseExpiresAt),
        ActivationRepeated x => row is null ? null : row with { LeaseExpiresAt = x.LeaseExpiresAt },
        ActivationSynced x => row is null ? null : row with { LeaseExpiresAt = x.LeaseExpiresAt },
        ActivationEnded => null,
        _ => row,
    };

    private static (TRow? Before, TRow? After) Change<TKey, TRow>(Rows rows, Table<TKey, TRow> table, TKey key, Func<TRow?, TRow?> change)
        where TKey : notnull where TRow : class
    {
        var before = rows.Get(table, key);
        var after = change(before);
        if (after is null)
            rows.Remove(table, key);
        else if (!after.Equals(before))
            rows.Put(table, after);

        return (before, after);
    }

    private static void Count(Rows rows, CountedUser? user, int delta)
    {
        if (user is { Organization: { } organization })
            rows.Add(UserCounts, new(organization, user.Role, user.Suspended), "users", delta);
    }
}

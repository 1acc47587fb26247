using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>An organization, as far as access depends on it.</summary>
public sealed record OrganizationNode(OrganizationId Id, bool Suspended);

/// <summary>A user, as far as access depends on it; memberships older than <see cref="Placed"/> ended with a move.</summary>
public sealed record UserNode(UserId Id, OrganizationId? Organization, bool Suspended, long Placed);

/// <summary>A user group that lives.</summary>
public sealed record UserGroupNode(UserGroupId Id, OrganizationId Organization);

/// <summary>A licence, as far as access depends on it; assignments older than <see cref="Placed"/> ended with a transfer.</summary>
public sealed record LicenseNode(
    LicenseId Id, ProductId Product, OrganizationId? Organization, bool Revoked, bool Suspended, DateTimeOffset EffectiveDate, DateTimeOffset? ExpiresAt, long Placed)
{
    public DateTimeOffset EffectiveDate { get; init; } = EffectiveDate.AsStored();

    public DateTimeOffset? ExpiresAt { get; init => field = value?.AsStored(); } = ExpiresAt?.AsStored();
}

/// <summary>The user is in the group.</summary>
public sealed record MembershipEdge(UserId User, UserGroupId UserGroup);

/// <summary>The licence opens to everyone in the group, within the window.</summary>
public sealed record AssignmentEdge(LicenseId License, UserGroupId UserGroup, AssignmentWindow Window);

/// <summary>The licence opens to this additional user, within the window.</summary>
public sealed record AdditionalUserEdge(LicenseId License, UserId User, AssignmentWindow Window);

/// <summary>The licence's own user.</summary>
public sealed record PrimaryUserEdge(LicenseId License, UserId User);

/// <summary>
/// Who may use what: the users, groups and licences as nodes, the memberships and assignments as edges, each with the positions between which it holds. A
/// pair of user and licence is never stored, so whatever changes for however many people is one row; who may use what is the join of what holds at a position.
/// An edge counts while both its ends live, so nothing has to be closed with them; what has a window opens and closes by the time that is asked about.
/// </summary>
public sealed class EffectiveAccess() : ReadModel(
    ModelName, [Organizations, Users, UserGroups, Licenses, Memberships, Assignments, AdditionalUsers, PrimaryUsers], Handled)
{
    public const string ModelName = "EffectiveAccess";

    private const int Shape = 3;
    private const NpgsqlDbType Uuid = NpgsqlDbType.Uuid;

    public static readonly Table<OrganizationId, OrganizationNode> Organizations = Table.Versioned<OrganizationId, OrganizationNode>(
            "access_organization", Shape, row => row.Id, r => new(new(r.Get<Guid>("id")), r.Get<bool>("suspended")))
        .Key("id", Uuid, id => id.Value)
        .Column("suspended", NpgsqlDbType.Boolean, row => row.Suspended);

    public static readonly Table<UserId, UserNode> Users = Table.Versioned<UserId, UserNode>(
            "access_user", Shape, row => row.Id, r => new(new(r.Get<Guid>("id")), r.Organization(), r.Get<bool>("suspended"), r.Get<long>("placed")))
        .Key("id", Uuid, id => id.Value)
        .Column("organization_id", Uuid, row => row.Organization?.Value)
        .Column("suspended", NpgsqlDbType.Boolean, row => row.Suspended)
        .Column("placed", NpgsqlDbType.Bigint, row => row.Placed)
        .Index("(organization_id, id)")
        .ByMoment();

    public static readonly Table<UserGroupId, UserGroupNode> UserGroups = Table.Versioned<UserGroupId, UserGroupNode>(
            "access_group", Shape, row => row.Id, r => new(new(r.Get<Guid>("id")), new(r.Get<Guid>("organization_id"))))
        .Key("id", Uuid, id => id.Value)
        .Column("organization_id", Uuid, row => row.Organization.Value)
        .ByMoment();

    public static readonly Table<LicenseId, LicenseNode> Licenses = Table.Versioned<LicenseId, LicenseNode>(
            "access_license", Shape, row => row.Id, r => new(
                new(r.Get<Guid>("id")), new(r.Get<Guid>("product_id")), r.Organization(), r.Get<bool>("revoked"), r.Get<bool>("suspended"),
                r.Get<DateTimeOffset>("effective_date"), r.Get<DateTimeOffset?>("expires_at"), r.Get<long>("placed")))
        .Key("id", Uuid, id => id.Value)
        .Column("product_id", Uuid, row => row.Product.Value)
        .Column("organization_id", Uuid, row => row.Organization?.Value)
        .Column("revoked", NpgsqlDbType.Boolean, row => row.Revoked)
        .Column("suspended", NpgsqlDbType.Boolean, row => row.Suspended)
        .Column("effective_date", NpgsqlDbType.TimestampTz, row => row.EffectiveDate.UtcDateTime)
        .Column("expires_at", NpgsqlDbType.TimestampTz, row => row.ExpiresAt?.UtcDateTime)
        .Column("placed", NpgsqlDbType.Bigint, row => row.Placed)
        .Index("(organization_id, id)")
        .Index("(effective_date)")
        .Index("(expires_at)")
        .ByMoment();

    public static readonly Table<MembershipEdge, MembershipEdge> Memberships = Table.Versioned<MembershipEdge, MembershipEdge>(
            "access_membership", Shape, row => row, r => new(new(r.Get<Guid>("user_id")), new(r.Get<Guid>("group_id"))))
        .Key("user_id", Uuid, edge => edge.User.Value)
        .Key("group_id", Uuid, edge => edge.UserGroup.Value)
        .Index("(group_id, user_id)")
        .ByMoment();

    public static readonly Table<(LicenseId License, UserGroupId UserGroup), AssignmentEdge> Assignments =
        Table.Versioned<(LicenseId License, UserGroupId UserGroup), AssignmentEdge>(
            "access_assignment", Shape, row => (row.License, row.UserGroup), r => new(new(r.Get<Guid>("license_id")), new(r.Get<Guid>("group_id")), r.Window()))
        .Key("license_id", Uuid, edge => edge.License.Value)
        .Key("group_id", Uuid, edge => edge.UserGroup.Value)
        .Column("valid_from", NpgsqlDbType.TimestampTz, row => row.Window.From?.UtcDateTime)
        .Column("valid_until", NpgsqlDbType.TimestampTz, row => row.Window.Until?.UtcDateTime)
        .Index("(group_id, license_id)")
        .Index("(valid_from) where valid_from is not null")
        .Index("(valid_until) where valid_until is not null")
        .ByMoment();

    public static readonly Table<(LicenseId License, UserId User), AdditionalUserEdge> AdditionalUsers =
        Table.Versioned<(LicenseId License, UserId User), AdditionalUserEdge>(
            "access_additional_user", Shape, row => (row.License, row.User), r => new(new(r.Get<Guid>("license_id")), new(r.Get<Guid>("user_id")), r.Window()))
        .Key("license_id", Uuid, edge => edge.License.Value)
        .Key("user_id", Uuid, edge => edge.User.Value)
        .Column("valid_from", NpgsqlDbType.TimestampTz, row => row.Window.From?.UtcDateTime)
        .Column("valid_until", NpgsqlDbType.TimestampTz, row => row.Window.Until?.UtcDateTime)
        .Index("(user_id, license_id)")
        .Index("(valid_from) where valid_from is not null")
        .Index("(valid_until) where valid_until is not null")
        .ByMoment();

    public static readonly Table<LicenseId, PrimaryUserEdge> PrimaryUsers = Table.Versioned<LicenseId, PrimaryUserEdge>(
            "access_primary_user", Shape, row => row.License, r => new(new(r.Get<Guid>("license_id")), new(r.Get<Guid>("user_id"))))
        .Key("license_id", Uuid, license => license.Value)
        .Column("user_id", Uuid, row => row.User.Value)
        .Index("(user_id, license_id)")
        .ByMoment();

    private static readonly Type[] Handled =
    [
        typeof(OrganizationCreated), typeof(OrganizationSuspended), typeof(OrganizationReinstated), typeof(OrganizationDeleted),
        typeof(UserCreated), typeof(UserMoved), typeof(UserSuspended), typeof(UserReinstated), typeof(UserDeleted), typeof(UserAddedToGroup), typeof(UserRemovedFromGroup),
        typeof(UserGroupCreated), typeof(UserGroupDeleted),
        typeof(LicenseCreated), typeof(LicenseExpiryChanged), typeof(LicenseRenewed), typeof(LicenseExtended), typeof(LicenseSuspended), typeof(LicenseReinstated),
        typeof(LicenseRevoked), typeof(LicenseRevocationLifted), typeof(LicenseTransferred), typeof(LicenseDeleted),
        typeof(PrimaryUserAssignedToLicense), typeof(PrimaryUserUnassignedFromLicense), typeof(UserAssignedToLicense), typeof(UserUnassignedFromLicense),
        typeof(GroupAssignedToLicense), typeof(GroupUnassignedFromLicense),
    ];

    public override void Touch(IEvent e, Touched touched)
    {
        switch (e.Data)
        {
            case OrganizationCreated or OrganizationSuspended or OrganizationReinstated:
                touched.OfStream(Organizations, new(e.StreamId));
                break;
            case UserCreated or UserMoved or UserSuspended or UserReinstated:
                touched.OfStream(Users, new(e.StreamId));
                break;
            case LicenseCreated or LicenseExpiryChanged or LicenseRenewed or LicenseExtended or LicenseSuspended or LicenseReinstated or LicenseRevoked or LicenseRevocationLifted
                or LicenseTransferred:
                touched.OfStream(Licenses, new(e.StreamId));
                break;
        }
    }

    public override void Apply(IEvent e, Rows rows)
    {
        switch (e.Data)
        {
            case OrganizationEvent x: Apply(x, rows); break;
            case UserEvent x: Apply(x, rows, e.Sequence); break;
            case UserGroupCreated x: rows.Put(UserGroups, new(x.UserGroup, x.Organization)); break;
            case UserGroupDeleted x: rows.Remove(UserGroups, x.UserGroup); break;
            case LicenseEvent x: Apply(x, rows, e.Sequence); break;
        }
    }

    private static void Apply(OrganizationEvent e, Rows rows)
    {
        switch (e)
        {
            case OrganizationCreated x: rows.Put(Organizations, new(x.Organization, false)); break;
            case OrganizationSuspended x: rows.Change(Organizations, x.Organization, row => row with { Suspended = true }); break;
            case OrganizationReinstated x: rows.Change(Organizations, x.Organization, row => row with { Suspended = false }); break;
            case OrganizationDeleted x: rows.Remove(Organizations, x.Organization); break;
        }
    }

    private static void Apply(UserEvent e, Rows rows, long position)
    {
        switch (e)
        {
            case UserCreated x: rows.Put(Users, new(x.User, x.Organization, false, position)); break;
            case UserMoved x: rows.Change(Users, x.User, row => row with { Organization = x.Organization, Placed = position }); break;
            case UserSuspended x: rows.Change(Users, x.User, row => row with { Suspended = true }); break;
            case UserReinstated x: rows.Change(Users, x.User, row => row with { Suspended = false }); break;
            case UserDeleted x: rows.Remove(Users, x.User); break;
            case UserAddedToGroup x: rows.Put(Memberships, new(x.User, x.UserGroup)); break;
            case UserRemovedFromGroup x: rows.Remove(Memberships, new(x.User, x.UserGroup)); break;
        }
    }

    private static void Apply(LicenseEvent e, Rows rows, long position)
    {
        switch (e)
        {
            case LicenseCreated x: rows.Put(Licenses, new(x.License, x.Product, x.Organization, false, false, x.EffectiveDate, x.ExpiresAt, position)); break;
            case LicenseExpiryChanged x: rows.Change(Licenses, x.License, row => row with { ExpiresAt = x.ExpiresAt }); break;
            case LicenseRenewed x: rows.Change(Licenses, x.License, row => row with { ExpiresAt = x.ExpiresAt }); break;
            case LicenseExtended x: rows.Change(Licenses, x.License, row => row with { ExpiresAt = x.ExpiresAt }); break;
            case LicenseSuspended x: rows.Change(Licenses, x.License, row => row with { Suspended = true }); break;
            case LicenseReinstated x: rows.Change(Licenses, x.License, row => row with { Suspended = false }); break;
            case LicenseRevoked x: rows.Change(Licenses, x.License, row => row with { Revoked = true }); break;
            case LicenseRevocationLifted x: rows.Change(Licenses, x.License, row => row with { Revoked = false }); break;
            case LicenseTransferred x: rows.Change(Licenses, x.License, row => row with { Organization = x.Organization, Placed = position }); break;
            case LicenseDeleted x: rows.Remove(Licenses, x.License); break;
            case PrimaryUserAssignedToLicense x: rows.Put(PrimaryUsers, new(x.License, x.User)); break;
            case PrimaryUserUnassignedFromLicense x: rows.Remove(PrimaryUsers, x.License); break;
            case UserAssignedToLicense x: rows.Put(AdditionalUsers, new(x.License, x.User, new(x.From, x.Until))); break;
            case UserUnassignedFromLicense x: rows.Remove(AdditionalUsers, (x.License, x.User)); break;
            case GroupAssignedToLicense x: rows.Put(Assignments, new(x.License, x.UserGroup, new(x.From, x.Until))); break;
            case GroupUnassignedFromLicense x: rows.Remove(Assignments, (x.License, x.UserGroup)); break;
        }
    }
}

/// <summary>What many of these tables have in common.</summary>
internal static class NodeFields
{
    public static OrganizationId? Organization(this System.Data.Common.DbDataReader reader) =>
        reader.Get<Guid?>("organization_id") is { } id ? new OrganizationId(id) : null;

    public static UserId? User(this System.Data.Common.DbDataReader reader, string column) =>
        reader.Get<Guid?>(column) is { } id ? new UserId(id) : null;

    /// <summary>
    /// A time as the database keeps it, to the microsecond. Rows hold no finer ones: whether a change makes another version must not depend on whether the row was read from the table or made a moment ago.
    /// </summary>
    public static DateTimeOffset AsStored(this DateTimeOffset time) => time == DateTimeOffset.MaxValue ? time : time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    public static AssignmentWindow Window(this System.Data.Common.DbDataReader reader) =>
        new(reader.Get<DateTimeOffset?>("valid_from"), reader.Get<DateTimeOffset?>("valid_until"));

    /// <summary>Finds the versions that began or ended between two moments.</summary>
    public static Table<TKey, TRow> ByMoment<TKey, TRow>(this Table<TKey, TRow> table) where TKey : notnull where TRow : class =>
        table.Index("(since)").Index("(until) where until is not null");
}

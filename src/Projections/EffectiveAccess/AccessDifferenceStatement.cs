using EventSourcedOrgs.Domain;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The SQL of one page of what changed between two moments. It starts from the rows that began or ended after the one and not after the other, and from the
/// licences and assignments whose dates passed in between; only users who are connected with one of these are looked at, and of their licences only those that are. Users and
/// licences count while they are the organization's (a licence also while it is nobody's), so nothing is told of what happened to them elsewhere.
/// </summary>
internal sealed class AccessDifferenceStatement
{
    /// <summary>The user and the licence of a row <c>p</c> while they are the organization's.</summary>
    private readonly string ofUser, ofLicense;

    private readonly AccessDifference list;
    private readonly ListParameters parameters = new([]);
    private readonly AccessRules before, after;
    private readonly string organization;

    public AccessDifferenceStatement(AccessDifference list, Moment from, Moment to)
    {
        this.list = list;
        before = new(Add(from.Position), Add(from.At.UtcDateTime));
        after = new(Add(to.Position), Add(to.At.UtcDateTime));
        organization = Add(list.Organization.Value);
        ofUser = $"u.id = p.user_id and u.organization_id = {organization}";
        ofLicense = $"l.id = p.license_id and {Owned}";
    }

    private string Owned => $"(l.organization_id = {organization} or l.organization_id is null)";

    /// <summary>One row if there was such an organization at one of the moments or between them.</summary>
    public NpgsqlBatchCommand Existence() =>
        parameters.Command($"select 1 from {EffectiveAccess.Organizations.Name} o where o.id = {organization} and {Held("o")} limit 1");

    public NpgsqlBatchCommand Rows(AccessCursor? cursor, int limit, Directory directory, string events) => parameters.Command(
        $"""
         with {Touched()},
         page as materialized (
             select c.user_id, w.license_id, b.code as before_code, b.user_placed as before_user_placed, b.license_placed as before_license_placed,
                 a.code as after_code, a.user_placed as after_user_placed, a.license_placed as after_license_placed,
                 case when b.code is null then b.product_id else a.product_id end as product_id, case when b.code is null then {before.Position} else {after.Position} end as seen
             from ({Users(cursor)}) c
             cross join lateral ({Licenses()}) w
             cross join lateral ({Answer(before, "c.user_id", "w.license_id")}) b
             cross join lateral ({Answer(after, "c.user_id", "w.license_id")}) a
             where (b.code is null) <> (a.code is null){Beyond(cursor)}
             order by c.user_id, w.license_id
             limit {Add(limit)})
         select p.user_id, coalesce(du.name, '') as user_name, coalesce(du.email, '') as user_email, p.license_id, coalesce(dl.key, '') as license_key, p.product_id,
             p.before_code, p.after_code, t.turned_at is not null as by_time, t.turned_at,
             w.part, w.kind, w.group_id, dg.name as group_name, w.valid_from, w.valid_until, w.opened, e.type as event, e.id as event_id, e.timestamp as at, e.user_name as actor
         from page p
         cross join lateral ({Answer(before with { Now = after.Now }, "p.user_id", "p.license_id")}) x
         cross join lateral ({Answer(after with { Now = before.Now }, "p.user_id", "p.license_id")}) y
         left join lateral ({Turn()}) t on (x.code is null) = (p.after_code is null) and (y.code is null) = (p.before_code is null)
         left join {directory.Users.Rows.Name} du on du.id = p.user_id and {Seen("du")}
         left join {directory.Licenses.Rows.Name} dl on dl.id = p.license_id and {Seen("dl")}
         cross join lateral (
             select {(int)DifferencePart.Before} as part, w.* from ({before.Ways("p.before_user_placed", "p.before_license_placed")}) w where p.before_code is null
             union all
             select {(int)DifferencePart.After}, w.* from ({after.Ways("p.after_user_placed", "p.after_license_placed")}) w where p.after_code is null
             union all
             select {(int)DifferencePart.Event}, null, null, v.position, null, null from ({Events()}) v where v.position > {before.Position} and v.position <= {after.Position}) w
         left join {directory.UserGroups.Rows.Name} dg on dg.id = w.group_id and {Seen("dg")}
         join {events} e on e.seq_id = w.opened
         order by p.user_id, p.license_id, w.part, w.kind, w.group_id, w.opened
         """);

    /// <summary>The users whom a change between the moments can concern; of a licence's dates it is the clock that changes something.</summary>
    private string Touched() =>
        $"""
         changed_license as materialized (
             select l.id from {EffectiveAccess.Licenses.Name} l
             where {Owned} and {Held("l")} and ({Changed("l")} or {Passed("l.effective_date")} or {Passed("l.expires_at")}){Only("l.id", list.Filter.License?.Value)}),
         changed_user as materialized (
             select u.id from {EffectiveAccess.Users.Name} u
             where u.organization_id = {organization} and {Held("u")} and ({Changed("u")}
                 or exists (select 1 from {EffectiveAccess.Organizations.Name} o where o.id = {organization} and {Changed("o")}))),
         changed_group as materialized (
             select g.id from {EffectiveAccess.UserGroups.Name} g where g.organization_id = {organization} and {Changed("g")}
             union
             select d.group_id from {EffectiveAccess.Assignments.Name} d
             join {EffectiveAccess.UserGroups.Name} g on g.id = d.group_id and g.organization_id = {organization}
             where {Turned(EffectiveAccess.Assignments.Name)}
             union
             select d.group_id from {EffectiveAccess.Assignments.Name} d where d.license_id in (select id from changed_license) and {Held("d")}),
         touched as materialized (
             select id from changed_user
             union
             select m.user_id from {EffectiveAccess.Memberships.Name} m join {EffectiveAccess.Users.Name} u on u.id = m.user_id and u.organization_id = {organization}
             where {Changed("m")}
             union
             select m.user_id from {EffectiveAccess.Memberships.Name} m where m.group_id in (select id from changed_group) and {Held("m")}
             {string.Concat(Direct.Select(table => $"""

                 union
                 select d.user_id from {table} d join {EffectiveAccess.Users.Name} u on u.id = d.user_id and u.organization_id = {organization} where {Turned(table)}
                 union
                 select d.user_id from {table} d where d.license_id in (select id from changed_license) and {Held("d")}
                 """))})
         """;

    private static string[] Direct => [EffectiveAccess.PrimaryUsers.Name, EffectiveAccess.AdditionalUsers.Name];

    private string Users(AccessCursor? cursor) =>
        $"""
         select distinct u.id as user_id from {EffectiveAccess.Users.Name} u
         where u.organization_id = {organization} and {Held("u")} and u.id in (select id from touched){Only("u.id", list.Filter.User?.Value)}{Grouped()}
             {(cursor is null ? "" : $" and u.id >= {Add(cursor.User)}")}
         order by u.id
         """;

    /// <summary>Users that were in the group at one of the moments.</summary>
    private string Grouped() => list.Filter.UserGroup is { } group
        ? $" and (exists ({Member(before, Add(group.Value))}) or exists ({Member(after, Add(group.Value))}))"
        : "";

    private static string Member(AccessRules moment, string group) =>
        $"""
         select 1 from {EffectiveAccess.Memberships.Name} m
         join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {moment.Hold("g")}
         join {EffectiveAccess.Users.Name} n on n.id = m.user_id and {moment.Hold("n")} and m.since > n.placed
         where m.user_id = u.id and m.group_id = {group} and {moment.Hold("m")}
         """;

    /// <summary>The licences to which there may be a way from user <c>c</c>, and of which anything has changed.</summary>
    private string Licenses() =>
        $"""
         select distinct d.license_id from (
             {string.Concat(Direct.Select(table => $"""
                 select d.license_id, {Turned(table)} as changed from {table} d where d.user_id = c.user_id and {Held("d")}
                 union all

                 """))}
             select d.license_id, {Changed("m")} or {Turned(EffectiveAccess.Assignments.Name)} or {Changed("g")} from {EffectiveAccess.Memberships.Name} m
             join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {Held("g")}
             join {EffectiveAccess.Assignments.Name} d on d.group_id = m.group_id and {Held("d")}
             where m.user_id = c.user_id and {Held("m")}) d
         where (d.changed or c.user_id in (select id from changed_user) or d.license_id in (select id from changed_license)){Only("d.license_id", list.Filter.License?.Value)}
         """;

    /// <summary>The answer for a user and a licence at a moment; who or what is not the organization's then is unknown to it.</summary>
    private string Answer(AccessRules moment, string user, string license) =>
        $"""
         select case when u.id is null then '{Access.UserUnknown.Code}' when l.id is null then '{Access.LicenseUnknown.Code}'
             else {moment.Code("r")} end as code, u.placed as user_placed, l.placed as license_placed, l.product_id
         from (select {user} as user_id, {license} as license_id) p
         left join {EffectiveAccess.Users.Name} u on {ofUser} and {moment.Hold("u")}
         left join {EffectiveAccess.Organizations.Name} o on o.id = u.organization_id and {moment.Hold("o")}
         left join {EffectiveAccess.Licenses.Name} l on {ofLicense} and {moment.Hold("l")}
         cross join lateral ({moment.Reach("u.placed", "l.placed")}) r
         """;

    /// <summary>The instant since which the clock gives the later answer about a row <c>p</c>: of the dates in between the first after which it is that one to the end.</summary>
    private string Turn() =>
        $"""
         select min(i.at) as turned_at from ({Dates()}) i
         where i.at > (
             select max(j.at) from (select {before.Now} as at union all {Dates()}) j
             cross join lateral ({Answer(after with { Now = "j.at" }, "p.user_id", "p.license_id")}) z
             where (z.code is null) <> (p.after_code is null))
         """;

    /// <summary>The dates between the moments of the licence of a row <c>p</c>, and those of the ways to it.</summary>
    private string Dates() =>
        $"""
         select v.at from (
             select l.effective_date, l.expires_at from {EffectiveAccess.Licenses.Name} l where l.id = p.license_id and {after.Hold("l")}
             union all
             select w.valid_from, w.valid_until from ({after.AllWays("p.after_user_placed", "p.after_license_placed")}) w) d(begins, ends)
         cross join lateral (values (d.begins), (d.ends)) v(at)
         where {Passed("v.at")}
         """;

    /// <summary>The positions at which the nodes of a row <c>p</c> changed, a way between them opened (by the last of its edges or one before) or closed.</summary>
    private string Events() =>
        $"""
         select v.position from {EffectiveAccess.Organizations.Name} o cross join lateral (values (o.since), (o.until)) v(position) where o.id = {organization}
         union
         select v.position from {EffectiveAccess.Users.Name} u cross join lateral (values (u.since), (u.until)) v(position) where {ofUser}
         union
         select v.position from {EffectiveAccess.Licenses.Name} l cross join lateral (values (l.since), (l.until)) v(position) where {ofLicense}
         {string.Concat(Direct.Select(table => $"""

             union
             select v.position from {table} d
             join {EffectiveAccess.Users.Name} u on {ofUser}
             join {EffectiveAccess.Licenses.Name} l on {ofLicense}
             cross join lateral (values (d.since), ({End("d", "u", "l")})) v(position)
             where d.user_id = p.user_id and d.license_id = p.license_id and {Overlap("d", "u", "l")}{(table == EffectiveAccess.AdditionalUsers.Name ? " and d.since > l.placed" : "")}
             """))}
         union
         select v.position from {EffectiveAccess.Memberships.Name} m
         join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id
         join {EffectiveAccess.Assignments.Name} d on d.group_id = m.group_id and d.license_id = p.license_id
         join {EffectiveAccess.Users.Name} u on {ofUser} and m.since > u.placed
         join {EffectiveAccess.Licenses.Name} l on {ofLicense} and d.since > l.placed
         cross join lateral (values (m.since), (d.since), (g.since), ({End("m", "d", "g", "u", "l")})) v(position)
         where m.user_id = p.user_id and {Overlap("m", "d", "g", "u", "l")}
         """;

    private static string End(params string[] aliases) => $"least({string.Join(", ", aliases.Select(alias => $"{alias}.until"))})";

    /// <summary>The rows hold together for a while, and some of it lies between the moments.</summary>
    private string Overlap(params string[] aliases) =>
        $"""
         greatest({string.Join(", ", aliases.Select(alias => $"{alias}.since"))}) < coalesce({End(aliases)}, {long.MaxValue})
         and {string.Join(" and ", aliases.Select(alias => $"{alias}.since <= {after.Position}"))} and coalesce({End(aliases)}, {long.MaxValue}) > {before.Position}
         """;

    /// <summary>The row holds at one of the moments or between them.</summary>
    private string Held(string alias) => $"({alias}.since <= {after.Position} and ({alias}.until is null or {alias}.until > {before.Position}))";

    /// <summary>The row began or ended after the one moment and not after the other.</summary>
    private string Changed(string alias) =>
        $"({alias}.since > {before.Position} and {alias}.since <= {after.Position} or {alias}.until > {before.Position} and {alias}.until <= {after.Position})";

    /// <summary>The assignment <c>d</c> began or ended between the moments, or its window did. The licence's own user has none.</summary>
    private string Turned(string table) => table == EffectiveAccess.PrimaryUsers.Name
        ? Changed("d")
        : $"({Changed("d")} or {Held("d")} and ({Passed("d.valid_from")} or {Passed("d.valid_until")}))";

    private string Passed(string instant) => $"({instant} > {before.Now} and {instant} <= {after.Now})";

    private static string Seen(string alias) => $"{alias}.since <= p.seen and ({alias}.until is null or {alias}.until > p.seen)";

    private string Beyond(AccessCursor? cursor) => cursor is null ? "" : $" and (c.user_id > {Add(cursor.User)} or w.license_id > {Add(cursor.License!.Value)})";

    private string Only(string column, Guid? id) => id is { } only ? $" and {column} = {Add(only)}" : "";

    private string Add(object value) => parameters.Add(value);
}

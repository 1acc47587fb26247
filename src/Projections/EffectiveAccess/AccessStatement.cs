using EventSourcedOrgs.Domain;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What a list of access is about.</summary>
internal enum AccessSubject
{
    User,
    License,
    Organization,
}

/// <summary>A list of access: what it is about, whom it is for, what of it is wanted.</summary>
internal sealed record AccessList(AccessSubject Subject, Guid Id, AccessView View, AccessFilter Filter)
{
    /// <summary>One row if the subject exists for whom the list is for.</summary>
    public NpgsqlBatchCommand Existence(Moment moment) => new AccessStatement(this, moment).Existence();

    public NpgsqlBatchCommand Rows(Moment moment, AccessCursor? after, int limit, Directory directory, string events) =>
        new AccessStatement(this, moment).Rows(after, limit, directory, events);
}

/// <summary>
/// The SQL of one page of access. For each user come the licences that the user reaches, by whatever way, and those of the user's organization; the rules of
/// denial are those of <see cref="Access.Decide"/>, in its order. A membership counts from after the user's last move, an assignment from after the licence's
/// last transfer, and both open something within the window of the assignment only. Names, ways and the events that made them are read for the rows of the page only.
/// </summary>
internal sealed class AccessStatement
{
    private readonly AccessList list;
    private readonly ListParameters parameters = new([]);
    private readonly string position, now;

    public AccessStatement(AccessList list, Moment moment)
    {
        this.list = list;
        (position, now) = (parameters.Add(moment.Position), parameters.Add(moment.At.UtcDateTime));
    }

    /// <summary>The pairs that are wanted have a way from the one to the other.</summary>
    private bool OnlyReached => list.Filter.Allowed == true || list.View.Person is not null;

    /// <summary>Also users whom no licence comes with are rows.</summary>
    private bool WithoutLicense => list is { Subject: AccessSubject.Organization, Filter: { License: null, Product: null, Allowed: not true } };

    public NpgsqlBatchCommand Existence() => Command(list.Subject switch
    {
        AccessSubject.Organization => $"select 1 from {EffectiveAccess.Organizations.Name} o where o.id = {Add(list.Id)} and {At("o")}",
        AccessSubject.User => $"select 1 from {EffectiveAccess.Users.Name} u where u.id = {Add(list.Id)} and {At("u")}{Seen("u")}",
        _ when list.View.Person is { } person =>
            $"select 1 from {EffectiveAccess.Users.Name} u cross join lateral ({Licenses()}) l where u.id = {Add(person.Value)} and {At("u")}",
        _ => $"select 1 from {EffectiveAccess.Licenses.Name} l where l.id = {Add(list.Id)} and {At("l")}{Owned("l")}",
    });

    public NpgsqlBatchCommand Rows(AccessCursor? after, int limit, Directory directory, string events) => Command(
        $"""
         with page as materialized (
             select u.id as user_id, u.placed as user_placed, l.id as license_id, l.placed as license_placed, l.product_id, c.code
             from ({Users()}{From(after)} order by u.id) u
             left join {EffectiveAccess.Organizations.Name} o on o.id = u.organization_id and {At("o")}
             {(WithoutLicense ? "left join" : "join")} lateral ({Licenses()}) l on true
             cross join lateral (select {Code()} as code) c
             where {Wanted()}{Beyond(after)}
             order by u.id, l.id
             limit {Add(limit)})
         select p.user_id, coalesce(du.name, '') as user_name, coalesce(du.email, '') as user_email, p.license_id, coalesce(dl.key, '') as license_key, p.product_id, p.code,
             w.kind, w.group_id, dg.name as group_name, w.valid_from, w.valid_until, w.opened, e.type as event, e.timestamp as at, e.user_name as actor
         from page p
         left join {directory.Users.Rows.Name} du on du.id = p.user_id and {At("du")}
         left join {directory.Licenses.Rows.Name} dl on dl.id = p.license_id and {At("dl")}
         left join lateral ({Ways()}) w on p.code is null
         left join {directory.UserGroups.Rows.Name} dg on dg.id = w.group_id and {At("dg")}
         left join {events} e on e.seq_id = w.opened
         order by p.user_id, p.license_id, w.kind, w.group_id
         """);

    private string Users() => list.Subject switch
    {
        AccessSubject.User => $"select u.* from {EffectiveAccess.Users.Name} u where u.id = {Add(list.Id)} and {At("u")}{Seen("u")}{Filtered()}",
        AccessSubject.Organization => $"select u.* from {EffectiveAccess.Users.Name} u where u.organization_id = {Add(list.Id)} and {At("u")}{Filtered()}",
        _ => $"select u.* from ({UsersOfLicense(Add(list.Id))}) u where true{Seen("u")}{Filtered()}",
    };

    /// <summary>The users of the licence's organization, and those it names.</summary>
    private string UsersOfLicense(string license) =>
        $"""
         select u.* from {EffectiveAccess.Licenses.Name} l join {EffectiveAccess.Users.Name} u on u.organization_id = l.organization_id
         where l.id = {license} and {At("l")} and {At("u")}
         union all
         select u.* from {EffectiveAccess.Licenses.Name} l
         cross join lateral (
             select d.user_id from {EffectiveAccess.PrimaryUsers.Name} d where d.license_id = l.id and {At("d")}
             union
             select d.user_id from {EffectiveAccess.AdditionalUsers.Name} d where d.license_id = l.id and {At("d")} and d.since > l.placed) n
         join {EffectiveAccess.Users.Name} u on u.id = n.user_id
         where l.id = {license} and {At("l")} and {At("u")} and (u.organization_id = l.organization_id) is not true
         """;

    private string Seen(string user) => list.View switch
    {
        { Person: { } person } => $" and {user}.id = {Add(person.Value)}",
        { Organization: { } organization } => $" and {user}.organization_id = {Add(organization.Value)}",
        _ => "",
    };

    private string Owned(string license) => list.View.Organization is { } organization ? $" and {license}.organization_id = {Add(organization.Value)}" : "";

    private string Filtered() => string.Concat(
        list.Filter.User is { } user && list.Subject != AccessSubject.User ? $" and u.id = {Add(user.Value)}" : "",
        list.Filter.UserGroup is { } group
            ? $" and exists (select 1 from {EffectiveAccess.Memberships.Name} m join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {At("g")} where m.user_id = u.id and m.group_id = {Add(group.Value)} and {At("m")} and m.since > u.placed)"
            : "");

    private string From(AccessCursor? after) => after is null ? "" : $" and u.id {(after.License is null ? ">" : ">=")} {Add(after.User)}";

    private string Beyond(AccessCursor? after) => after?.License is { } license ? $" and (u.id > {Add(after.User)} or l.id > {Add(license)})" : "";

    /// <summary>The licences that make a row with user <c>u</c>, and whether there is a way to them, one that is open now, one that begins later.</summary>
    private string Licenses()
    {
        var foreign = list.View.IsEverything && list.Subject != AccessSubject.Organization;
        var wanted = string.Concat(
            list.Filter.License is { } license ? $" and l.id = {Add(license.Value)}" : "", list.Filter.Product is { } product ? $" and l.product_id = {Add(product.Value)}" : "");
        const string Ways = "(r.since > l.placed) is true as reached, (r.open > l.placed) is true as is_open, (r.later > l.placed) is true as begins_later";
        var reached = $"select l.*, {Ways} from reach r join {EffectiveAccess.Licenses.Name} l on l.id = r.license_id where {At("l")} and r.since > l.placed{wanted}";
        return OnlyReached
            ? $"with reach as ({Reach()}) {reached}{(foreign ? "" : " and (l.organization_id is null or l.organization_id = u.organization_id)")}"
            : $"""
               with reach as ({Reach()})
               select l.*, {Ways} from {EffectiveAccess.Licenses.Name} l left join reach r on r.license_id = l.id
               where l.organization_id = u.organization_id and {At("l")}{wanted}
               union all
               {reached} and (l.organization_id = u.organization_id) is not true{(foreign ? "" : " and l.organization_id is null")}
               """;
    }

    /// <summary>
    /// The licences to which there is a way from user <c>u</c>, with the position of the latest assignment: of all, of those that are open now, of those that
    /// begin later.
    /// </summary>
    private string Reach()
    {
        var one = list.Filter.License is { } license ? $" and d.license_id = {Add(license.Value)}" : "";
        return $"""
                select d.license_id, max(d.since) as since, max(d.since) filter (where {Open("d")}) as open, max(d.since) filter (where {now} < d.valid_from) as later from (
                    select d.license_id, {long.MaxValue} as since, null::timestamptz as valid_from, null::timestamptz as valid_until
                    from {EffectiveAccess.PrimaryUsers.Name} d where d.user_id = u.id and {At("d")}{one}
                    union all
                    select d.license_id, d.since, d.valid_from, d.valid_until from {EffectiveAccess.AdditionalUsers.Name} d where d.user_id = u.id and {At("d")}{one}
                    union all
                    select d.license_id, d.since, d.valid_from, d.valid_until from {EffectiveAccess.Memberships.Name} m
                    join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {At("g")}
                    join {EffectiveAccess.Assignments.Name} d on d.group_id = m.group_id and {At("d")}{one}
                    where m.user_id = u.id and {At("m")} and m.since > u.placed) d
                group by d.license_id
                """;
    }

    private string Code() =>
        $"""
         case
             when u.organization_id is not null and (o.id is null or o.suspended) then '{Access.OrganizationSuspended.Code}'
             when u.suspended then '{Access.UserSuspended.Code}'
             when l.id is null then '{Access.NotAssigned.Code}'
             when l.revoked then '{Access.LicenseRevoked.Code}'
             when l.suspended then '{Access.LicenseSuspended.Code}'
             when {now} < l.effective_date then '{Access.LicenseNotYetEffective.Code}'
             when {now} >= l.expires_at then '{Access.LicenseExpired.Code}'
             when l.organization_id is distinct from u.organization_id and l.organization_id is not null then '{Access.ForeignLicense.Code}'
             when l.is_open then null
             when l.begins_later then '{Access.AssignmentNotYetStarted.Code}'
             when l.reached then '{Access.AssignmentEnded.Code}'
             else '{Access.NotAssigned.Code}'
         end
         """;

    private string Wanted() => list.Filter.Allowed switch
    {
        true => "c.code is null",
        false => "c.code is not null",
        null => "true",
    };

    /// <summary>The open ways from the user to the licence of a row <c>p</c>, each with the position at which it was complete.</summary>
    private string Ways() =>
        $"""
         select {(int)AccessPathKind.PrimaryUser} as kind, null::uuid as group_id, d.since as opened, null::timestamptz as valid_from, null::timestamptz as valid_until
         from {EffectiveAccess.PrimaryUsers.Name} d
         where d.license_id = p.license_id and d.user_id = p.user_id and {At("d")}
         union all
         select {(int)AccessPathKind.AdditionalUser}, null, d.since, d.valid_from, d.valid_until from {EffectiveAccess.AdditionalUsers.Name} d
         where d.license_id = p.license_id and d.user_id = p.user_id and {At("d")} and d.since > p.license_placed and {Open("d")}
         union all
         select {(int)AccessPathKind.UserGroup}, m.group_id, greatest(m.since, d.since), d.valid_from, d.valid_until from {EffectiveAccess.Memberships.Name} m
         join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {At("g")}
         join {EffectiveAccess.Assignments.Name} d on d.license_id = p.license_id and d.group_id = m.group_id and {At("d")} and d.since > p.license_placed
         where m.user_id = p.user_id and {At("m")} and m.since > p.user_placed and {Open("d")}
         """;

    private string Open(string alias) => $"(({now} < {alias}.valid_from) is not true and ({now} >= {alias}.valid_until) is not true)";

    private string At(string alias) => $"({alias}.since <= {position} and ({alias}.until is null or {alias}.until > {position}))";

    private string Add(object value) => parameters.Add(value);

    private NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters.Values)
            command.Parameters.Add(new() { Value = value });

        return command;
    }
}

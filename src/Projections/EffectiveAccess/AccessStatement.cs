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

    /// <summary>The next users, in the order of their ids, who may have rows.</summary>
    public NpgsqlBatchCommand Candidates(Moment moment, AccessCursor? after, int most) => new AccessStatement(this, moment).Candidates(after, most);

    /// <summary>The first rows of these users.</summary>
    public NpgsqlBatchCommand Rows(Moment moment, Guid[] users, AccessCursor? after, int most, Directory directory, string events) =>
        new AccessStatement(this, moment).Rows(users, after, most, directory, events);

    /// <summary>A user has one row at most.</summary>
    public bool HasOneLicense => Filter.License is not null;
}

/// <summary>
/// The SQL of access. First come users, a few at a time and in their order, from an index that has them so; then for each user the licences that the user
/// reaches, by whatever way, and those of the user's organization; what holds of them and what is denied say the <see cref="AccessRules"/>. Names, ways and the events that made them are read for the rows of the page only.
/// </summary>
internal sealed class AccessStatement
{
    private readonly AccessList list;
    private readonly ListParameters parameters = new([]);
    private readonly AccessRules rules;

    public AccessStatement(AccessList list, Moment moment)
    {
        this.list = list;
        rules = new(parameters.Add(moment.Position), parameters.Add(moment.At.UtcDateTime));
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

    public NpgsqlBatchCommand Candidates(AccessCursor? after, int most) => Command((list.Filter.User ?? list.View.Person) switch
    {
        { } single => $"select u.id from {EffectiveAccess.Users.Name} u where u.id = {Add(single.Value)} and {At("u")}{From("u.id", after)}",
        _ when list.Filter.UserGroup is { } group => Members($"m.group_id = {Add(group.Value)}", after, Add(most)),
        _ when list.HasOneLicense && OnlyReached => UsersOf(Add(list.Filter.License!.Value.Value), Add(most), after,
            limit => $"select m.id from {EffectiveAccess.Assignments.Name} d cross join lateral ({Members("m.group_id = d.group_id", after, limit)}) m where d.license_id = l.id and {At("d")}"),
        _ when list.Subject == AccessSubject.License => UsersOf(Add(list.Id), Add(most), after,
            limit => UsersOf($"(select l.organization_id from {EffectiveAccess.Licenses.Name} l where l.id = {Add(list.Id)} and {At("l")})", after, limit)),
        _ => UsersOf(Add(list.Id), after, Add(most)),
    });

    public NpgsqlBatchCommand Rows(Guid[] users, AccessCursor? after, int most, Directory directory, string events) => Command(
        $"""
         with page as materialized (
             select u.id as user_id, u.placed as user_placed, l.id as license_id, l.placed as license_placed, l.product_id, c.code
             from unnest({Add(users)}) n
             join {EffectiveAccess.Users.Name} u on u.id = n and {At("u")}{Within("u")}{Seen("u")}{Filtered()}
             left join {EffectiveAccess.Organizations.Name} o on o.id = u.organization_id and {At("o")}
             {(WithoutLicense ? "left join" : "join")} lateral ({Licenses()}) l on true
             cross join lateral (select {rules.Code("l")} as code) c
             where {Wanted()}{Beyond(after)}
             order by u.id, l.id
             limit {Add(most)})
         select p.user_id, coalesce(du.name, '') as user_name, coalesce(du.email, '') as user_email, p.license_id, coalesce(dl.key, '') as license_key, p.product_id, p.code,
             w.kind, w.group_id, dg.name as group_name, w.valid_from, w.valid_until, w.opened, e.type as event, e.timestamp as at, e.user_name as actor
         from page p
         left join {directory.Users.Rows.Name} du on du.id = p.user_id and {At("du")}
         left join {directory.Licenses.Rows.Name} dl on dl.id = p.license_id and {At("dl")}
         left join lateral ({rules.Ways("p.user_placed", "p.license_placed")}) w on p.code is null
         left join {directory.UserGroups.Rows.Name} dg on dg.id = w.group_id and {At("dg")}
         left join {events} e on e.seq_id = w.opened
         order by p.user_id, p.license_id, w.kind, w.group_id
         """);

    /// <summary>The next users of an organization.</summary>
    private string UsersOf(string organization, AccessCursor? after, string limit) =>
        $"select u.id from {EffectiveAccess.Users.Name} u where u.organization_id = {organization} and {At("u")}{From("u.id", after)}{WithProduct("u.id")} order by u.id limit {limit}";

    /// <summary>The next members of groups; each of them once for each group.</summary>
    private string Members(string groups, AccessCursor? after, string limit) =>
        $"select m.user_id as id from {EffectiveAccess.Memberships.Name} m where {groups} and {At("m")}{From("m.user_id", after)}{WithProduct("m.user_id")} order by m.user_id limit {limit}";

    /// <summary>The next users whom a licence names, and of others.</summary>
    private string UsersOf(string license, string limit, AccessCursor? after, Func<string, string> others) =>
        $"""
         select n.id from {EffectiveAccess.Licenses.Name} l
         cross join lateral (
             select d.user_id as id from {EffectiveAccess.PrimaryUsers.Name} d where d.license_id = l.id and {At("d")}{From("d.user_id", after)}
             union
             select d.user_id from {EffectiveAccess.AdditionalUsers.Name} d where d.license_id = l.id and {At("d")} and d.since > l.placed{From("d.user_id", after)}
             union
             ({others(limit)})) n
         where l.id = {license} and {At("l")}{OfProduct("l")}
         order by n.id
         limit {limit}
         """;

    /// <summary>
    /// Of a product, only users who may have rows: all where the organization has a licence of it, which is asked once, and those who have a way to one that rows are made of without that. Otherwise every user would be
    /// looked at for nothing.
    /// </summary>
    private string WithProduct(string user)
    {
        if (list.Filter is not { Product: not null, License: null })
            return "";

        var owned = list.Subject == AccessSubject.Organization ? $"l.organization_id = {Add(list.Id)}" : "true";
        var licenses = $"join {EffectiveAccess.Licenses.Name} l on l.id = d.license_id and {At("l")}{OfProduct("l")} and (l.organization_id is null{(OnlyReached ? $" or {owned}" : "")})";
        var reached =
            $"""
             {user} in (
                 select d.user_id from {EffectiveAccess.PrimaryUsers.Name} d {licenses} where {At("d")}
                 union all
                 select d.user_id from {EffectiveAccess.AdditionalUsers.Name} d {licenses} where {At("d")}
                 union all
                 select g.user_id from {EffectiveAccess.Assignments.Name} d {licenses} join {EffectiveAccess.Memberships.Name} g on g.group_id = d.group_id and {At("g")} where {At("d")})
             """;
        return OnlyReached ? $" and {reached}" : $" and (exists (select 1 from {EffectiveAccess.Licenses.Name} l where {owned} and {At("l")}{OfProduct("l")}) or {reached})";
    }

    private string OfProduct(string license) => list.Filter.Product is { } product ? $" and {license}.product_id = {Add(product.Value)}" : "";

    private string Within(string user) => list.Subject == AccessSubject.Organization ? $" and {user}.organization_id = {Add(list.Id)}" : "";

    private string Seen(string user) => list.View switch
    {
        { Person: { } person } => $" and {user}.id = {Add(person.Value)}",
        { Organization: { } organization } => $" and {user}.organization_id = {Add(organization.Value)}",
        _ => "",
    };

    private string Owned(string license) => list.View.Organization is { } organization ? $" and {license}.organization_id = {Add(organization.Value)}" : "";

    private string Filtered() => string.Concat(
        list.Filter.User is { } user ? $" and u.id = {Add(user.Value)}" : "",
        list.Filter.UserGroup is { } group
            ? $" and exists (select 1 from {EffectiveAccess.Memberships.Name} m join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {At("g")} where m.user_id = u.id and m.group_id = {Add(group.Value)} and {At("m")} and m.since > u.placed)"
            : "");

    private string From(string user, AccessCursor? after) => after is null ? "" : $" and {user} {(after.License is null ? ">" : ">=")} {Add(after.User)}";

    private string Beyond(AccessCursor? after) => after?.License is { } license ? $" and (u.id > {Add(after.User)} or l.id > {Add(license)})" : "";

    /// <summary>The licences that make a row with user <c>u</c>, and whether there is a way to them, one that is open now, one that begins later.</summary>
    private string Licenses()
    {
        var foreign = list.View.IsEverything && list.Subject != AccessSubject.Organization;
        var wanted = string.Concat(
            list.Filter.License is { } license ? $" and l.id = {Add(license.Value)}" : "", OfProduct("l"));
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
                select d.license_id, max(d.since) as since, max(d.since) filter (where {rules.Open("d")}) as open, max(d.since) filter (where {rules.Later("d")}) as later from (
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

    private string Wanted() => list.Filter.Allowed switch
    {
        true => "c.code is null",
        false => "c.code is not null",
        null => "true",
    };

    private string At(string alias) => rules.Hold(alias);

    private string Add(object value) => parameters.Add(value);

    private NpgsqlBatchCommand Command(string sql) => parameters.Command(sql);
}

using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// What a change touches: groups and organizations with all that they lead to, users with the licences that name them, and the groups that users are in and licences are assigned to, before it or after it.
/// </summary>
public sealed record AccessTouch(
    IReadOnlyCollection<Guid> Groups, IReadOnlyCollection<Guid> Organizations, IReadOnlyCollection<Guid> Users,
    IReadOnlyCollection<(Guid User, Guid Group)> Memberships, IReadOnlyCollection<(Guid License, Guid Group)> Assignments);

/// <summary>Who and what is connected by memberships and assignments now: whom a change of one of them can concern.</summary>
public sealed class AccessNeighbours(NpgsqlDataSource database)
{
    private static readonly string Members = $"{EffectiveAccess.Memberships.Name} m on m.group_id = e.group_id and m.until is null";

    private static readonly string Assigned = $"{EffectiveAccess.Assignments.Name} a on a.group_id = e.group_id and a.until is null";

    private static readonly string OfGroups = $"select e.group_id, e.user_id from {EffectiveAccess.Memberships.Name} e where e.until is null and e.group_id = any($1)";

    private static readonly string OfOrganizations =
        $"""
        select e.group_id, e.user_id from {EffectiveAccess.Users.Name} u join {EffectiveAccess.Memberships.Name} e on e.user_id = u.id and e.until is null
        where u.until is null and u.organization_id = any($2)
        """;

    private const string OfUsers = "select e.group_id, e.user_id from unnest($4::uuid[], $5::uuid[]) e(user_id, group_id)";

    private const string OfLicenses = "select e.group_id, e.license_id from unnest($6::uuid[], $7::uuid[]) e(license_id, group_id)";

    private static readonly string Named = string.Join(" union all ", new[] { EffectiveAccess.AdditionalUsers.Name, EffectiveAccess.PrimaryUsers.Name }.Select(table =>
        $"""
        select d.user_id, d.license_id from {table} d where d.until is null and d.user_id = any($3)
        union all
        select d.user_id, d.license_id from {EffectiveAccess.Users.Name} u join {table} d on d.user_id = u.id and d.until is null where u.until is null and u.organization_id = any($2)
        """));

    /// <summary>How many pairs of user and licence are connected by what is touched, each as often as there are ways; told by how many are in each group, without a look at the pairs.</summary>
    public async Task<long> CountAsync(AccessTouch touch, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            select coalesce(sum(c.n), 0)::bigint from (
                {Ways(OfGroups)} union all {Ways(OfOrganizations)} union all {Ways(OfUsers)}
                union all select count(*) from ({OfLicenses}) e join {Members}
                union all select count(*) from ({Named}) d) c
            """, touch);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>These pairs, each once.</summary>
    public async Task<IReadOnlyList<(Guid User, Guid License)>> PairsAsync(AccessTouch touch, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            select e.user_id, a.license_id from ({OfGroups} union all {OfOrganizations} union all {OfUsers}) e join {Assigned}
            union select m.user_id, e.license_id from ({OfLicenses}) e join {Members}
            union select d.user_id, d.license_id from ({Named}) d
            """, touch);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(Guid, Guid)>();
        while (await reader.ReadAsync(cancellation))
            found.Add((reader.GetGuid(0), reader.GetGuid(1)));
        return found;
    }

    /// <summary>Of each group, as many users as are meant times the licences that are assigned to it.</summary>
    private static string Ways(string users) =>
        $"""
        select g.n * l.n as n from (select e.group_id, count(*) as n from ({users}) e group by e.group_id) g
        cross join lateral (select count(*) as n from {EffectiveAccess.Assignments.Name} a where a.group_id = g.group_id and a.until is null) l
        """;

    private NpgsqlCommand Command(string sql, AccessTouch touch)
    {
        Guid[][] values =
        [
            [.. touch.Groups], [.. touch.Organizations], [.. touch.Users], [.. touch.Memberships.Select(edge => edge.User)], [.. touch.Memberships.Select(edge => edge.Group)],
            [.. touch.Assignments.Select(edge => edge.License)], [.. touch.Assignments.Select(edge => edge.Group)],
        ];
        var command = database.CreateCommand(sql);
        foreach (var ids in values)
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        return command;
    }
}

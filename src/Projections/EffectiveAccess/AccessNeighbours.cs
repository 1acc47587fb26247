using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Who and what is connected by memberships and assignments now: whom a change of one of them can concern.</summary>
public sealed class AccessNeighbours(NpgsqlDataSource database)
{
    /// <summary>The users in these groups, named by these licences, or of these organizations.</summary>
    public Task<IReadOnlyList<Guid>> UsersOf(Guid[] groups, Guid[] licenses, Guid[] organizations, CancellationToken cancellation) => ReadAsync(
        $"""
         select user_id from {EffectiveAccess.Memberships.Name} where until is null and group_id = any($1)
         union select user_id from {EffectiveAccess.AdditionalUsers.Name} where until is null and license_id = any($2)
         union select user_id from {EffectiveAccess.PrimaryUsers.Name} where until is null and license_id = any($2)
         union select id from {EffectiveAccess.Users.Name} where until is null and organization_id = any($3)
         """, groups, licenses, organizations, cancellation);

    /// <summary>The licences assigned to these groups, naming these users, or of these organizations or their users.</summary>
    public Task<IReadOnlyList<Guid>> LicensesOf(Guid[] groups, Guid[] users, Guid[] organizations, CancellationToken cancellation) => ReadAsync(
        $"""
         select license_id from {EffectiveAccess.Assignments.Name} where until is null and group_id = any($1)
         union select license_id from {EffectiveAccess.AdditionalUsers.Name} where until is null and user_id = any($2)
         union select license_id from {EffectiveAccess.PrimaryUsers.Name} where until is null and user_id = any($2)
         union select id from {EffectiveAccess.Licenses.Name} where until is null and organization_id = any($3)
         union select d.license_id from {EffectiveAccess.Users.Name} u join {EffectiveAccess.AdditionalUsers.Name} d on d.user_id = u.id and d.until is null
         where u.until is null and u.organization_id = any($3)
         union select d.license_id from {EffectiveAccess.Users.Name} u join {EffectiveAccess.PrimaryUsers.Name} d on d.user_id = u.id and d.until is null
         where u.until is null and u.organization_id = any($3)
         """, groups, users, organizations, cancellation);

    private async Task<IReadOnlyList<Guid>> ReadAsync(string sql, Guid[] first, Guid[] second, Guid[] third, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var ids in new[] { first, second, third })
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
            found.Add(reader.GetGuid(0));
        return found;
    }
}

using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;
using Npgsql;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>An event that made an assignment or a membership: its name, id, position, time (UTC), and who did it.</summary>
public sealed record Grant(string Type, Guid Id, long Position, DateTimeOffset At, string? Actor);

/// <summary>What an event has to be: of this stream, of this name, about this user or group.</summary>
internal readonly record struct GrantKey(Guid Stream, string Type, Guid Subject)
{
    private static readonly string Joined = EventNames.All[typeof(UserAddedToGroup)];
    private static readonly string GroupAssigned = EventNames.All[typeof(GroupAssignedToLicense)];
    private static readonly string UserAssigned = EventNames.All[typeof(UserAssignedToLicense)];
    private static readonly string PrimaryUserAssigned = EventNames.All[typeof(PrimaryUserAssignedToLicense)];

    /// <summary>The events that a path consists of, from the user to the licence.</summary>
    public static IReadOnlyList<GrantKey> Of(UserId user, LicenseId license, AccessPath path) => path switch
    {
        { UserGroup: { } group } => [new(user.Value, Joined, group.Value), new(license.Value, GroupAssigned, group.Value)],
        { Kind: AccessPathKind.PrimaryUser } => [new(license.Value, PrimaryUserAssigned, user.Value)],
        _ => [new(license.Value, UserAssigned, user.Value)],
    };
}

/// <summary>Reads the events behind access from the history: for what holds now, the latest event of its kind is the one that counts.</summary>
public sealed class Grants(NpgsqlDataSource database)
{
    /// <summary>The latest event of every key up to a position, in one query whatever the number of keys.</summary>
    internal async Task<IReadOnlyDictionary<GrantKey, Grant>> Find(IReadOnlyCollection<GrantKey> keys, long upTo, CancellationToken cancellation)
    {
        var grants = new Dictionary<GrantKey, Grant>(keys.Count);
        if (keys.Count == 0)
            return grants;

        await using var command = database.CreateCommand(
            """
            select k.stream, k.type, k.subject, e.id, e.seq_id, e.timestamp, e.user_name
            from unnest($1, $2, $3) as k(stream, type, subject)
            cross join lateral (
                select * from events.mt_events e
                where e.stream_id = k.stream and e.type = k.type and coalesce(e.data ->> 'userGroup', e.data ->> 'user') = k.subject::text
                    and e.seq_id <= $4
                order by e.version desc limit 1) e
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Select(key => key.Stream)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Type)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Select(key => key.Subject)] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            grants[new(reader.GetGuid(0), reader.GetString(1), reader.GetGuid(2))] = new(
                reader.GetString(1), reader.GetGuid(3), reader.GetInt64(4), await reader.GetFieldValueAsync<DateTimeOffset>(5, cancellation),
                await reader.IsDBNullAsync(6, cancellation) ? null : reader.GetString(6));
        }

        return grants;
    }
}

using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Users;

/// <summary>Finds users by what they hold.</summary>
internal static class FindUsers
{
    /// <summary>Of so many events the order in time may differ from that of positions, because commands that began together end one after the other.</summary>
    private const int Overlapping = 500;

    /// <summary>From the moment of a request, which the ids that it makes begin with, to that of its events.</summary>
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(1);

    private static readonly string Changed = EventNames.All[typeof(UserMetadataChanged)];

    /// <summary>
    /// The user whose metadata has an entry of this id. What it says is sealed and cannot be searched, but its id tells when it was made: it is looked for with the users whose
    /// metadata was changed then, whose events are found by halving.
    /// </summary>
    public static async Task<UserId?> UserWithMetadata(this Store store, Guid entry, CancellationToken cancellation)
    {
        if (entry.Version != 7)
            return null;

        var made = MadeAt(entry);
        var ids = await store.Session.AdvancedSql.QueryAsync<Guid>(
            $"""
             with recursive half(moment, low, high) as (
                 select moment, 0::bigint, coalesce((select max(seq_id) from events.mt_events), 0) + 1 from unnest(?::timestamptz[]) moment
                 union all
                 select moment, case when e.timestamp >= moment then low else (low + high) / 2 end, case when e.timestamp >= moment then e.seq_id else high end
                 from half left join lateral (select * from events.mt_events where seq_id <= (low + high) / 2 and seq_id > low order by seq_id desc limit 1) e on true
                 where high - low > 1),
             reached as (select moment, max(low) as low, min(high) as high from half group by moment)
             select distinct e.stream_id from events.mt_events e
             where e.seq_id between (select min(low) from reached) - {Overlapping} and (select max(high) from reached) + {Overlapping} and e.type = ?
                 and e.timestamp between (select min(moment) from reached) and (select max(moment) from reached)
             """, cancellation, new[] { made, made + LongestRequest }, Changed);
        var users = await store.Users.Latest(ids.Select(UserId.From), cancellation);
        return users.Values.FirstOrDefault(user => user.Exists && user.Metadata?.Value?.Any(known => known.Id == entry) == true)?.Id;
    }

    /// <summary>The milliseconds since 1970 that such an id begins with.</summary>
    private static DateTimeOffset MadeAt(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = 0L;
        foreach (var part in bytes[..6])
            milliseconds = (milliseconds << 8) | part;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.AddYears(-1).ToUnixTimeMilliseconds()));
    }
}

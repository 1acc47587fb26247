using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>How far sealing has come: what is in the log, what is final and waits to get there, and since when; and what was signed last.</summary>
/// <param name="Size">How many events the log holds.</param>
/// <param name="Position">The position of the last of them.</param>
/// <param name="HighWater">Up to which position events are final.</param>
/// <param name="EventsBehind">How many of those wait at most; a position without an event counts.</param>
/// <param name="SecondsBehind">The age of the first that waits.</param>
/// <param name="SignedSize">How many events the last checkpoint covers.</param>
/// <param name="SignedAt">When it was made.</param>
public sealed record SealingStand(long Size, long Position, long HighWater, long EventsBehind, double SecondsBehind, long? SignedSize, DateTimeOffset? SignedAt);

/// <summary>Tells how far sealing has come, from the database alone: every Host says the same, whichever of them seals.</summary>
public sealed class SealingState(NpgsqlDataSource source, string schema = "events")
{
    public async Task<SealingStand> NowAsync(CancellationToken cancellation)
    {
        var (size, position) = await new LogTiles(source).End(cancellation);
        await using var command = source.CreateCommand(
            $"""
             with f as (select coalesce((select last_seq_id from {schema}.mt_event_progression where name = 'HighWaterMark'), 0) as final),
                 c as (select size, made_at from {LogTiles.Schema}.checkpoint order by size desc limit 1)
             select f.final, (select extract(epoch from now() - e.timestamp)::float8 from {schema}.mt_events e where e.seq_id > $1 and e.seq_id <= f.final order by e.seq_id limit 1),
                 (select size from c), (select made_at from c)
             from f
             """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (final, waits) = (reader.GetInt64(0), reader.IsDBNull(1) ? (double?)null : reader.GetDouble(1));
        return new(
            size, position, final, waits is null ? 0 : Math.Max(0, final - position), Math.Max(0, Math.Round(waits ?? 0, 3)), reader.IsDBNull(2) ? null : reader.GetInt64(2),
            reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3));
    }
}

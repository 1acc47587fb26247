using JasperFx.Events.Projections;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Tells up to which position the history is final, as soon as somebody of this process has committed. As long as no position is missing, one look tells, and nothing has to be noted before read models
/// follow. Where one is missing, who would fill it may still be at work, or gave up: to know that is left to the store's own agent, which is told to look.
/// </summary>
internal sealed class FinalPositions(NpgsqlDataSource source, string events, CommitWakeup wakeup)
{
    /// <summary>So many events at most are looked at: no more make a page.</summary>
    private const int Most = 5000;

    /// <summary>So long nobody looks while nothing is committed here; what is committed elsewhere the agent finds.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    /// <summary>By so much longer it waits after each look in a row that found a position missing: most come within a moment, and some take as long as a transaction lives.</summary>
    private static readonly TimeSpan Growth = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private readonly string text =
        $"""
         select coalesce(max(seq_id) filter (where seq_id = $1 + number), $1), coalesce(max(seq_id), $1)
         from (select seq_id, row_number() over (order by seq_id) as number from {events} where seq_id > $1 and seq_id <= $1 + {Most}) e
         """;

    /// <summary>After so many looks the agent is told; most positions that are missing come before.</summary>
    private const int Doubtful = 3;

    private int misses;

    /// <summary>Waits for commits; answers the position that is final after them, given the one before.</summary>
    public async Task<long> NextAsync(long final, CancellationToken cancellation)
    {
        await wakeup.PaceAsync(Idle, cancellation);
        if (misses > 0)
            await Task.Delay(Growth * misses < Longest ? Growth * misses : Longest, cancellation);
        await using var command = source.CreateCommand(text);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = final });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (end, last) = (reader.GetInt64(0), reader.GetInt64(1));
        misses = last == end ? 0 : end > final ? 1 : misses + 1;
        if (misses >= Doubtful)
            wakeup.Miss();
        if (last > end || end == final + Most)
            wakeup.Wake();
        return end;
    }

    /// <summary>Notes for all processes that a position is final, in the transaction of those who follow up to it.</summary>
    public static NpgsqlBatchCommand Note(string progression, long final)
    {
        var command = new NpgsqlBatchCommand(
            $"""
             insert into {progression} as p (name, last_seq_id, last_updated) values ('{ShardState.HighWaterMark}', $1, now())
             on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated where p.last_seq_id < excluded.last_seq_id
             """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = final });
        return command;
    }
}

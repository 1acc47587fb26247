using System.Text.Json;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>A rebuild, or a verification, as anybody may follow it.</summary>
public sealed record RebuildJob(Guid Id, string Kind, IReadOnlyList<string> Models, string State, RebuildProgress Progress, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    public const string Rebuild = "rebuild";
    public const string Verify = "verify";
    public const string Repair = "repair";
    public const string Running = "running";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>It would have begun.</summary>
    public const string Previewed = "previewed";

    /// <summary>What was found when it compared.</summary>
    public IReadOnlyList<Drift> Drift { get; init; } = [];

    /// <summary>Why it failed, without values that came from outside.</summary>
    public string? Failure { get; init; }
}

/// <summary>The rebuilds in the database: whichever Host works on one, every Host can tell how far it is, and stop it.</summary>
public sealed class RebuildJobs(NpgsqlDataSource source)
{
    internal const string Table = $"{Projections.Table.Schema}.rebuild";

    internal const string Definition =
        $"""
         create table if not exists {Table} (id uuid primary key, kind text not null, models text[] not null, state text not null, phase text not null, done bigint not null, total bigint not null,
             rate double precision not null, started_at timestamptz not null, ended_at timestamptz, seen_at timestamptz not null, cancel boolean not null default false, failure text, drift jsonb)
         """;

    private const string Columns = "id, kind, models, state, phase, done, total, rate, started_at, ended_at, failure, drift";

    /// <summary>How long nothing is heard of one that runs before it counts as lost with its Host.</summary>
    private const string Silence = "30 seconds";

    public async Task<RebuildJob> BeginAsync(Guid id, string kind, IReadOnlyList<string> models, CancellationToken cancellation)
    {
        await using var command = Command(
            $"insert into {Table} (id, kind, models, state, phase, done, total, rate, started_at, seen_at) values ($1, $2, $3, '{RebuildJob.Running}', 'starting', 0, 0, 0, now(), now())",
            id, kind, models.ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
        return (await FindAsync(id, cancellation))!;
    }

    public async Task<RebuildJob?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var lost = Command(
            $"update {Table} set state = '{RebuildJob.Failed}', ended_at = seen_at, failure = 'The process that worked on it is gone.' where id = $1 and state = '{RebuildJob.Running}' and seen_at < now() - interval '{Silence}'", id);
        await lost.ExecuteNonQueryAsync(cancellation);
        await using var command = Command($"select {Columns} from {Table} where id = $1", id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    /// <summary>Asks whoever works on it to stop; false when there is nothing to stop.</summary>
    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = Command($"update {Table} set cancel = true where id = $1 and state = '{RebuildJob.Running}'", id);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>Records how far it is; answers whether it shall stop.</summary>
    public async Task<bool> ReportAsync(Guid id, RebuildProgress progress, CancellationToken cancellation)
    {
        await using var command = Command(
            $"update {Table} set phase = $2, done = $3, total = $4, rate = $5, seen_at = now() where id = $1 returning cancel", id, progress.Phase, progress.Done, progress.Total, progress.EventsPerSecond);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    public async Task EndAsync(Guid id, string state, RebuildProgress progress, IReadOnlyList<Drift> drift, string? failure, CancellationToken cancellation)
    {
        await using var command = Command(
            $"update {Table} set state = $2, phase = $3, done = $4, total = $5, rate = $6, drift = $7::jsonb, failure = nullif($8, ''), ended_at = now(), seen_at = now() where id = $1",
            id, state, progress.Phase, progress.Done, progress.Total, progress.EventsPerSecond, JsonSerializer.Serialize(drift), failure ?? "");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The read models that are made anew, or compared, now: by their names, with what is done.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RunningAsync(CancellationToken cancellation)
    {
        await using var command = Command(
            $"select distinct on (model) model, kind from {Table} r, unnest(r.models) model where state = '{RebuildJob.Running}' and seen_at > now() - interval '{Silence}' order by model, started_at desc");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var running = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellation))
            running.Add(reader.GetString(0), reader.GetString(1));
        return running;
    }

    private static RebuildJob Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetString(3),
        new(reader.GetString(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetDouble(7)), reader.GetFieldValue<DateTimeOffset>(8), reader.Get<DateTimeOffset?>("ended_at"))
    {
        Failure = reader.Get<string?>("failure"),
        Drift = reader.Get<string?>("drift") is { } drift ? JsonSerializer.Deserialize<List<Drift>>(drift)! : [],
    };

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}

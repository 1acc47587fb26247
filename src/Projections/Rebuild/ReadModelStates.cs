using System.Text.Json.Serialization;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>How a read model fares. The position is that of the last event it has dealt with; seconds behind are the age of the first one it has not.</summary>
public sealed record ReadModelStatus(
    string Name, int Version, string State, long Position, long HighWater, long EventsBehind, double SecondsBehind, double EventsPerSecond, double? SecondsToCatchUp, string? Error, PoisonEvent? Poison)
{
    public const string Running = "running";
    public const string Behind = "behind";
    public const string Rebuilding = "rebuilding";
    public const string Paused = "paused";
    public const string Failed = "failed";
    public const string Stopped = "stopped";

    public static IReadOnlyList<string> States { get; } = [Running, Behind, Rebuilding, Paused, Failed, Stopped];

    [JsonIgnore]
    public bool IsWell => State is Running or Behind or Rebuilding or Paused;
}

/// <summary>Tells how the read models fare, from the database alone: every Host, and the command line, say the same of whichever Host runs them.</summary>
public sealed class ReadModelStates(NpgsqlDataSource source, IDocumentStore store, IEnumerable<ReadModel> models, TimeProvider clock)
{
    /// <summary>An event that waits so long means that its read model is behind.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    /// <summary>Nobody said for so long that it runs.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly ReadModelControl control = new(source);
    private readonly RebuildJobs jobs = new(source);
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<(DateTimeOffset At, long Position)>> samples = [];

    /// <summary>What was last told, for those who must not wait: metrics.</summary>
    public IReadOnlyList<ReadModelStatus> Latest { get; private set; } = [];

    public async Task<IReadOnlyList<ReadModelStatus>> AllAsync(CancellationToken cancellation)
    {
        var wishes = await control.AllAsync(cancellation);
        var rebuilding = await jobs.RunningAsync(cancellation);
        var (positions, now) = await PositionsAsync(cancellation);
        return Latest = [.. models.Select(model =>
        {
            var (position, final, last, next) = positions[model.Name];
            return Status(model, position, final, last, next, now, wishes.GetValueOrDefault(model.Name), rebuilding.GetValueOrDefault(model.Name) == RebuildJob.Rebuild);
        })];
    }

    public ReadModel? Find(string name) => models.FirstOrDefault(model => string.Equals(model.Name, name, StringComparison.OrdinalIgnoreCase));

    private ReadModelStatus Status(
        ReadModel model, long position, long final, long last, DateTimeOffset? next, DateTimeOffset now, ReadModelWish? wish, bool rebuilding)
    {
        var (behind, rate) = (Math.Max(0, last - position), Rate(model.Name, position));
        var age = behind == 0 || next is null ? TimeSpan.Zero : now - next.Value;
        var failed = wish is { Failure: not null } && !(wish.Poison is { } poison && position >= poison.Position);
        var state = rebuilding ? ReadModelStatus.Rebuilding
            : wish is { Paused: true } ? ReadModelStatus.Paused
            : failed ? ReadModelStatus.Failed
            : wish?.SeenAt is not { } seen || now - seen > Silence ? ReadModelStatus.Stopped
            : age > Late ? ReadModelStatus.Behind
            : ReadModelStatus.Running;
        return new(
            model.Name, model.Version, state, position, final, behind, Math.Max(0, Math.Round(age.TotalSeconds, 3)), Math.Round(rate, 1),
            behind == 0 ? 0 : rate > 0 && state is ReadModelStatus.Running or ReadModelStatus.Behind ? Math.Round(behind / rate, 1) : null,
            failed ? wish!.Poison is { } e ? $"Event {e.Position}{(e.Name is { } name ? $" ({name})" : "")} cannot be applied." : "The log of the Host that runs it says why." : null,
            failed ? wish!.Poison : null);
    }

    /// <summary>Events per second over the last seconds in which somebody looked.</summary>
    private double Rate(string name, long position)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            if (!samples.TryGetValue(name, out var seen))
                samples.Add(name, seen = []);
            seen.RemoveAll(sample => now - sample.At > Window);
            seen.Add((now, position));
            var elapsed = (now - seen[0].At).TotalSeconds;
            return elapsed < 0.2 ? 0 : Math.Max(0, position - seen[0].Position) / elapsed;
        }
    }

    private async Task<(Dictionary<string, (long Position, long Final, long Last, DateTimeOffset? Next)> Positions, DateTimeOffset Now)> PositionsAsync(CancellationToken cancellation)
    {
        var events = $"{store.Options.Events.DatabaseSchemaName}.mt_events";
        await using var command = source.CreateCommand(
            $"""
             with m as (select t.name, coalesce(p.last_seq_id, 0) as position from unnest($1, $2) t(name, shard) left join {Stand.Progression(store)} p on p.name = t.shard)
             select m.name, m.position, coalesce((select last_seq_id from {Stand.Progression(store)} where name = 'HighWaterMark'), 0), coalesce((select max(seq_id) from {events}), 0),
                 (select e.timestamp from {events} e where e.seq_id > m.position order by e.seq_id limit 1) as next, now() as now
             from m
             """);
        var all = models.ToList();
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. all.Select(model => model.Name)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. all.Select(model => model.Shard)] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (found, now) = (new Dictionary<string, (long, long, long, DateTimeOffset?)>(), DateTimeOffset.MinValue);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(reader.GetString(0), (reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.Get<DateTimeOffset?>("next")));
            now = reader.Get<DateTimeOffset>("now");
        }

        return (found, now);
    }
}

using System.Text.Json.Serialization;
using EventSourcedOrgs.Projections;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>One thing that was looked at; the detail says what is wrong, without values that came from outside.</summary>
internal sealed record HealthCheck(string Name, bool Ok, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null)
{
    /// <summary>By how many events a read model is behind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Lag { get; init; }

    /// <summary>Whether somebody paused a read model: it stands still because that was wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Paused { get; init; }

    /// <summary>Whether a read model that is behind comes nearer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Moving { get; init; }
}

/// <summary>The answer to an orchestrator.</summary>
internal sealed record HealthReport(string Status, IReadOnlyList<HealthCheck> Checks)
{
    [JsonIgnore]
    public bool Ok => Checks.All(check => check.Ok);
}

/// <summary>
/// Whether this process can answer: the database does, its schema is of this version, the history is sealed, every read model runs and comes nearer. A read model that stands still for
/// half a minute is stuck; less than that is what one long transaction does to all of them.
/// </summary>
internal sealed class Health(
    IDocumentStore store, NpgsqlDataSource database, Progress progress, IEnumerable<ReadModel> models, ReadModelControl control, Sealing sealing,
    IHostApplicationLifetime life, TimeProvider clock)
{
    public static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Position, DateTimeOffset Since)> seen = [];
    private volatile bool migrated;

    /// <summary>Has it started? What follows, readiness tells.</summary>
    public Task<HealthReport> Startup(CancellationToken cancellation) => WithDatabase("started", "starting", async patience =>
        [new("process", life.ApplicationStarted.IsCancellationRequested, "The process is starting."), await Schema(patience)], cancellation);

    /// <summary>Can it answer now?</summary>
    public Task<HealthReport> Readiness(CancellationToken cancellation) => WithDatabase("ready", "unready", async patience =>
    {
        if (life.ApplicationStopping.IsCancellationRequested)
            return [new("process", false, "The process is stopping.")];
        if (await Schema(patience) is { Ok: false } schema)
            return [schema];

        var last = await LastPosition(patience);
        await progress.RefreshAsync().WaitAsync(patience);
        var wishes = await control.AllAsync(patience);
        return [new("database", true), new("schema", true), SealingCheck(await sealing.Stand(patience)), .. progress.All.Select(model => ReadModel(model, last, wishes.GetValueOrDefault(model.Name)))];
    }, cancellation);

    private static async Task<HealthReport> WithDatabase(
        string good, string bad, Func<CancellationToken, Task<IReadOnlyList<HealthCheck>>> check, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return ReportOf(good, bad, await check(patience.Token));
        }
        catch (Exception e) when ((e is NpgsqlException or OperationCanceledException || e.InnerException is NpgsqlException) && !cancellation.IsCancellationRequested)
        {
            return ReportOf(good, bad, [new("database", false, "The database does not answer.")]);
        }
    }

    private static HealthReport ReportOf(string good, string bad, IReadOnlyList<HealthCheck> checks) =>
        new(checks.All(check => check.Ok) ? good : bad, [.. checks.Select(check => check.Ok ? check with { Detail = null } : check)]);

    /// <summary>Once it was right it stays right: a newer version that migrates the database leaves what this one needs.</summary>
    private async Task<HealthCheck> Schema(CancellationToken cancellation)
    {
        migrated = migrated || await IsMigrated(cancellation);
        return new("schema", migrated, "The database is not at the schema of this version. Run 'migrate'.");
    }

    private async Task<bool> IsMigrated(CancellationToken cancellation) =>
        await Setup.Schema.HistoryIsMigratedAsync(store, cancellation) && await ReadModels.AreMigratedAsync(database, models, cancellation);

    private async Task<long> LastPosition(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select coalesce(max(seq_id), 0) from {Application.EventStore.Schema}.mt_events");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>What exactly is wrong may name folders, so only operators are told: <c>GET /v3/operations/sealing</c>.</summary>
    private HealthCheck SealingCheck(SealingStand? stand)
    {
        var standstill = stand is null ? TimeSpan.Zero : Standstill("sealing", stand.Position, stand.EventsBehind > 0);
        var wrong = sealing.Wrong is not null ? "The history is not sealed by this Host. Operators are told why."
            : standstill >= LongestStandstill ? $"Sealing has stood still after event {stand?.Position} for {standstill.TotalSeconds:0} s."
            : null;
        return new("sealing", wrong is null, wrong) { Lag = stand?.EventsBehind, Moving = wrong is null };
    }

    private HealthCheck ReadModel(ReadModelProgress model, long last, ReadModelWish? wish)
    {
        if (wish is { Paused: true })
            return new($"read model {model.Name}", true) { Lag = Math.Max(0, last - model.Position), Moving = false, Paused = true };

        var (lag, standstill) = (Math.Max(0, last - model.Position), Standstill(model.Name, model.Position, model.Position < last));
        var wrong = model.Poison is { } poison ? $"{model.Shard} cannot get past event {poison.Position}{(poison.Name is { } name ? $" ({name})" : "")}."
            : model.Failure is not null ? $"{model.Shard} failed after event {model.Position}; the log says why."
            : model.Stopped ? $"{model.Shard} is stopped after event {model.Position}."
            : standstill >= LongestStandstill ? $"{model.Shard} has stood still after event {model.Position} for {standstill.TotalSeconds:0} s."
            : null;
        return new($"read model {model.Name}", wrong is null, wrong) { Lag = lag, Moving = wrong is null };
    }

    /// <summary>For how long something that is behind has been seen at the same position.</summary>
    private TimeSpan Standstill(string name, long position, bool isBehind)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            if (!isBehind || !seen.TryGetValue(name, out var before) || before.Position != position)
                seen[name] = (position, now);
            return now - seen[name].Since;
        }
    }
}

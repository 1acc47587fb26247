using System.Diagnostics.Metrics;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Where checkpoints are published, and how often; without a folder they stay in the database.</summary>
internal sealed record SealingOptions(string? Folder)
{
    public TimeSpan BetweenCheckpoints { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Adds what is final to the log, every second, and keeps what stands in the way for whoever asks.</summary>
internal sealed partial class Sealing(
    NpgsqlDataSource database, LogSecrets secrets, SealingOptions options, SealingState state, SealingMeter meter, TimeProvider clock, ILogger<Sealing> log)
    : Periodically(TimeSpan.FromSeconds(1), clock, log)
{
    private readonly Sealer sealer = new(database, new(database), options.Folder is { } path ? new(path) : null, clock);
    private LogKey? key;

    /// <summary>Why nothing is sealed, when something is wrong.</summary>
    public string? Wrong { get; private set; }

    /// <summary>The key of the log; null before there is an account.</summary>
    public async Task<LogKey?> Key(CancellationToken cancellation)
    {
        if (key is null && await secrets.Find(LogKey.NewSecret, cancellation) is var (name, secret))
            Interlocked.CompareExchange(ref key, LogKey.From(name, secret), null);
        return key;
    }

    public override void Dispose()
    {
        key?.Dispose();
        base.Dispose();
    }

    internal override async Task Work(CancellationToken cancellation)
    {
        try
        {
            if (await Key(cancellation) is { } signing)
            {
                while ((await sealer.Seal(signing, options.BetweenCheckpoints, cancellation)).Sealed > 0)
                    await Task.Yield();
            }

            Wrong = null;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            if (Wrong != wrong.Message)
                LogWrong(log, wrong.Message);
            Wrong = wrong.Message;
        }

        meter.Update(await state.NowAsync(cancellation), Wrong is not null);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The history is not sealed: {Reason}")]
    private static partial void LogWrong(ILogger log, string reason);
}

/// <summary>How far sealing has come, as metrics.</summary>
internal sealed class SealingMeter : IDisposable
{
    public const string Name = "EventSourcedOrgs.Sealing";

    private readonly Meter meter = new(Name);
    private volatile SealingStand? latest;
    private volatile bool wrong;

    public SealingMeter()
    {
        meter.CreateObservableGauge("eventsourcedorgs.sealing.lag", () => Of(stand => stand.EventsBehind), "{event}", "Final events that are not in the sealed log");
        meter.CreateObservableGauge("eventsourcedorgs.sealing.lag.time", () => Of(stand => stand.SecondsBehind), "s", "Age of the first final event that is not in the sealed log");
        meter.CreateObservableGauge("eventsourcedorgs.sealing.size", () => Of(stand => stand.Size), "{event}", "Events in the sealed log");
        meter.CreateObservableGauge("eventsourcedorgs.sealing.stopped", () => Of(_ => wrong ? 1 : 0), "1", "1 while this Host cannot seal");
    }

    public void Update(SealingStand stand, bool isWrong) => (latest, wrong) = (stand, isWrong);

    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<T>> Of<T>(Func<SealingStand, T> value) where T : struct => latest is { } stand ? [new(value(stand))] : [];
}

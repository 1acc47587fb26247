using System.Diagnostics.Metrics;
using System.Security.Cryptography;
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
                while ((await sealer.Seal(signing, options.BetweenCheckpoints, cancellation)).IsFull)
                    await Task.Yield();
            }

            Wrong = null;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or FormatException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            Tell(wrong.Message);
        }
        catch (PostgresException broken) when (!broken.IsTransient)
        {
            Tell(Damage(broken));
        }

        if (meter.IsRead)
            meter.Update(await Stand(cancellation), Wrong is not null);
    }

    /// <summary>How far sealing has come; null when the database cannot tell.</summary>
    public async Task<SealingStand?> Stand(CancellationToken cancellation)
    {
        try
        {
            return await state.NowAsync(cancellation);
        }
        catch (PostgresException broken) when (!broken.IsTransient)
        {
            Tell(Damage(broken));
            return null;
        }
    }

    private static string Damage(PostgresException broken) => $"The sealed log cannot be read or written ({broken.MessageText}). Run 'migrate', then 'history verify'.";

    private void Tell(string wrong)
    {
        if (Wrong != wrong)
            LogWrong(log, wrong);
        Wrong = wrong;
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
    private readonly ObservableGauge<long> lag;
    private volatile bool wrong;

    public SealingMeter()
    {
        lag = meter.CreateObservableGauge("eventsourcedorgs.sealing.lag", () => Of(stand => stand.EventsBehind), "{event}", "Final events that are not in the sealed log");
        meter.CreateObservableGauge("eventsourcedorgs.sealing.lag.time", () => Of(stand => stand.SecondsBehind), "s", "Age of the first final event that is not in the sealed log");
        meter.CreateObservableGauge("eventsourcedorgs.sealing.size", () => Of(stand => stand.Size), "{event}", "Events in the sealed log");
        meter.CreateObservableGauge("eventsourcedorgs.sealing.stopped", () => Of(_ => wrong ? 1 : 0), "1", "1 while this Host cannot seal");
    }

    /// <summary>Whether anybody asks; the database is not asked for nobody.</summary>
    public bool IsRead => lag.Enabled;

    public void Update(SealingStand? stand, bool isWrong) => (latest, wrong) = (stand ?? latest, isWrong);

    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<T>> Of<T>(Func<SealingStand, T> value) where T : struct => latest is { } stand ? [new(value(stand))] : [];
}

using EventSourcedOrgs.Host.Api;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Work that comes round again and again for as long as the Host runs. While the database is away it waits for the next time.</summary>
internal abstract partial class Periodically(TimeSpan between, TimeProvider clock, ILogger log) : BackgroundService
{
    internal abstract Task Work(CancellationToken cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(between, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryWork(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The Host stops; what was not committed is done after the next start.
        }
    }

    private async Task TryWork(CancellationToken cancellation)
    {
        try
        {
            await Work(cancellation);
        }
        catch (Exception away) when (Problems.IsOutage(away))
        {
            LogAway(log, away, GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} could not be done; it is tried again at its next time")]
    private static partial void LogAway(ILogger log, Exception away, string work);
}

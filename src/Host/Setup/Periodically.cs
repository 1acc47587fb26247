using System.Diagnostics.CodeAnalysis;
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

    [SuppressMessage("Design", "CA1031", Justification = "One damaged row must not stop everybody; it is told, and tried again.")]
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
        catch (Exception broken) when (!cancellation.IsCancellationRequested)
        {
            LogBroken(log, broken, GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} could not be done; it is tried again at its next time")]
    private static partial void LogAway(ILogger log, Exception away, string work);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Work} broke; everything else goes on, and it is tried again at its next time")]
    private static partial void LogBroken(ILogger log, Exception broken, string work);
}

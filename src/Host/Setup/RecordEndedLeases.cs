using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Host.Api;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Records, once a minute, the leases that have ended. Their places are free from the very moment of their end; this only makes lists and the history of the
/// past tell it. While the database is away it waits for the next minute.
/// </summary>
internal sealed class RecordEndedLeases(Commands commands, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var minutes = new PeriodicTimer(Between, clock);
        while (await minutes.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while ((await commands.Run(new EndLeases(), Envelope.System, null, stoppingToken)).Result is { Refusal: null, Value: > 0 })
                    await Task.Yield();
            }
            catch (Exception away) when (Problems.IsOutage(away))
            {
                Serilog.Log.Warning(away, "Leases that have ended could not be recorded.");
            }
        }
    }
}

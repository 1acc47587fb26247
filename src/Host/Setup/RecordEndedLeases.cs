using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Pipeline;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Records, once a minute, the leases that have ended. Their places are free from the very moment of their end; this only makes lists and the history of the
/// past tell it.
/// </summary>
internal sealed class RecordEndedLeases(Commands commands, TimeProvider clock, ILogger<RecordEndedLeases> log) : Periodically(TimeSpan.FromMinutes(1), clock, log)
{
    internal override async Task Work(CancellationToken cancellation)
    {
        while ((await commands.Run(new EndLeases(), Envelope.System, null, cancellation)).Result is { Refusal: null, Value: > 0 })
            await Task.Yield();
    }
}

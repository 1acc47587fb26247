using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Tells, once a minute, of licences that have run out or soon will. Who may use one asks the clock; this is for histories and webhooks.</summary>
internal sealed class RecordExpiries(Commands commands, TimeProvider clock, ILogger<RecordExpiries> log) : Periodically(TimeSpan.FromMinutes(1), clock, log)
{
    internal override async Task Work(CancellationToken cancellation)
    {
        while ((await commands.Run(new TellExpiries(), Envelope.System, null, cancellation)).Result is { Refusal: null, Value: > 0 })
            await Task.Yield();
    }
}

using EventSourcedOrgs.Application.Imports;
using Marten;
using Wolverine;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Asks for the next step of imports that are not done: at every start of all of them, later of those that stand still. The message for it is in the database as well, but after a crash
/// it may take minutes until it is known that its owner is gone, and one that failed often enough comes no more. Whichever comes second finds nothing to do.
/// </summary>
internal sealed class ResumeImports(IServiceScopeFactory scopes, IDocumentStore documents, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ResumeImports> log)
    : Periodically(TimeSpan.FromMinutes(5), clock, log)
{
    /// <summary>Longer than a message waits for its next try.</summary>
    private static readonly TimeSpan StandsStill = TimeSpan.FromMinutes(15);

    private readonly TimeProvider clock = clock;

    internal override Task Work(CancellationToken cancellation) => Resume(clock.GetUtcNow() - StandsStill, cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.Started().WaitAsync(stoppingToken);
        await Resume(DateTimeOffset.MaxValue, stoppingToken);
        await base.ExecuteAsync(stoppingToken);
    }

    private async Task Resume(DateTimeOffset unchangedSince, CancellationToken cancellation)
    {
        await using var session = documents.QuerySession();
        var running = await session.QueryAsync<Import>("where data ->> 'state' = ?", cancellation, "running");
        await using var scope = scopes.CreateAsyncScope();
        foreach (var import in running.Where(import => import.UpdatedAt < unchangedSince))
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().PublishAsync(new ContinueImport(import.Id, import.Done));
    }
}

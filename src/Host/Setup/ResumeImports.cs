using EventSourcedOrgs.Application.Imports;
using Marten;
using Wolverine;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Asks, at every start, for the next step of every import that is not done. The message for it is in the database as well, but after a crash
/// it may take minutes until it is known that its owner is gone. Whichever comes second finds nothing to do.
/// </summary>
internal sealed class ResumeImports(IServiceScopeFactory scopes, IDocumentStore documents, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.Started().WaitAsync(stoppingToken);

        await using var session = documents.QuerySession();
        var running = await session.QueryAsync<Import>("where data ->> 'state' = ?", stoppingToken, "running");
        await using var scope = scopes.CreateAsyncScope();
        foreach (var import in running)
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().PublishAsync(new ContinueImport(import.Id, import.Done));
    }
}

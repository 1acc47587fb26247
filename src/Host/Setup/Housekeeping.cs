using EventSourcedOrgs.Application.Pipeline;
using Marten;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Forgets, every hour, the answers under idempotency keys that nobody will ask for again.</summary>
internal sealed class Housekeeping(IDocumentStore documents, TimeProvider clock, ILogger<Housekeeping> log) : BackgroundService
{
    public static readonly TimeSpan AnswersAreKept = TimeSpan.FromDays(3);
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryForgetAnswers(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The Host stops, and there is nothing left half-done.
        }
    }

    private async Task TryForgetAnswers(CancellationToken cancellation)
    {
        try
        {
            await ForgetAnswers(cancellation);
        }
        catch (Npgsql.NpgsqlException e)
        {
            log.LogWarning(e, "Old answers could not be removed; the next try is in an hour.");
        }
    }

    internal async Task ForgetAnswers(CancellationToken cancellation)
    {
        await using var session = documents.LightweightSession();
        session.QueueSqlCommand("delete from events.mt_doc_answeredrequest where events.mt_immutable_timestamptz(data ->> 'answeredAt') < ?", clock.GetUtcNow() - AnswersAreKept);
        await session.SaveChangesAsync(cancellation);
    }
}

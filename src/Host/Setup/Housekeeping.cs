using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Host.Files;
using Marten;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Forgets, every hour, the answers under idempotency keys that nobody will ask for again, what was refused long ago, and the contents of files that no release names.</summary>
internal sealed class Housekeeping(IDocumentStore documents, UnnamedFiles files, TimeProvider clock, ILogger<Housekeeping> log) : Periodically(TimeSpan.FromHours(1), clock, log)
{
    public static readonly TimeSpan AnswersAreKept = TimeSpan.FromDays(3);
    public static readonly TimeSpan RefusalsAreKept = TimeSpan.FromDays(400);

    private readonly TimeProvider clock = clock;

    internal override async Task Work(CancellationToken cancellation)
    {
        await using var session = documents.LightweightSession();
        session.QueueSqlCommand("delete from events.mt_doc_answeredrequest where events.mt_immutable_timestamptz(data ->> 'answeredAt') < ?", clock.GetUtcNow() - AnswersAreKept);
        // The ids of refused commands begin with their time.
        session.QueueSqlCommand("delete from events.mt_doc_refusedcommand where id < ?", Guid.CreateVersion7(clock.GetUtcNow() - RefusalsAreKept));
        new Traces(session).RemoveLate(clock.GetUtcNow() - AnswersAreKept);
        await session.SaveChangesAsync(cancellation);
        await files.Drop(cancellation);
    }
}

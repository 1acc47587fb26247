using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// Handles the message that an import is to go on. A step that breaks, for a reason that is neither a race nor an outage, is tried again with fewer rows, down to
/// the one row that breaks it: that row fails, the others do not. If it broke after its commit, the message for the next step may never be handled,
/// so that step is done at once. Each step is done with the rights that who asked for the import has by then; who has none any more has it cancelled.
/// </summary>
public sealed class ContinueImportHandler(Commands commands, Callers callers, IDocumentStore documents, ILogger<ContinueImportHandler> log)
{
    private const int Fewer = 8;

    public async Task Handle(ContinueImport message, Wolverine.Envelope delivery, CancellationToken cancellation)
    {
        await using var session = documents.QuerySession();
        if (await session.LoadAsync<Import>(message.Import, cancellation) is not { State: ImportState.Running } import)
            return;

        var envelope = import.Caller.Envelope with { Caller = await callers.OfNow(import.Caller.Envelope.Caller, cancellation) };
        if (envelope.Caller.IsAnonymous)
        {
            await Cancel(import, cancellation);
            return;
        }

        for (var broke = delivery.Attempts > 1; ;)
        {
            try
            {
                var outcome = await commands.Run(message, envelope, null, cancellation);
                if (outcome.Result.Refusal is { Kind: RefusalKind.Forbidden or RefusalKind.Unauthenticated })
                {
                    await Cancel(import, cancellation);
                    return;
                }

                if (outcome.Result.Refusal is { } refusal)
                    throw new TimeoutException($"Import {import.Id} cannot go on: {refusal.Message}");
                if (!broke || outcome.Result.Value is not { State: ImportState.Running } running)
                    return;

                (broke, message) = (false, new ContinueImport(import.Id, running.Done));
            }
            catch (Exception e) when (!message.Broken && e is not (OperationCanceledException or TimeoutException or NpgsqlException { IsTransient: true }))
            {
                log.LogError(e, "Import {Import} broke after {Done} rows, with {Most} at once", import.Id, message.From, message.Most);
                broke = true;
                message = message.Most > 1 && import.Mode == ImportMode.PerItem ? message with { Most = Math.Max(1, message.Most / Fewer) } : message with { Broken = true };
            }
        }
    }

    private async Task Cancel(Import import, CancellationToken cancellation)
    {
        log.LogWarning("Import {Import} is cancelled after {Done} rows, because who asked for it may import nothing any more", import.Id, import.Done);
        await commands.Run(new CancelImport(import.Id), Envelope.System, null, cancellation);
    }
}

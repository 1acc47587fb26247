using System.Text.Json;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>
/// A command that was refused: who asked for what, when, and the code of the "no". It is kept for the audit beside the history and is no part of it,
/// because nothing happened. What the request held is not kept: it may be wrong, secret or personal.
/// </summary>
/// <remarks>
/// <c>Organization</c> is the caller's own, and of a caller without one that which the command stays within. <c>Resource</c> is the command's target. <c>Origin</c> is under
/// the key of the user who asked, or of the machine that was asked for; <c>SealedOrigin</c>, where there is neither, under that of the installation.
/// </remarks>
public sealed record RefusedCommand(
    Guid Id, DateTimeOffset At, string Command, string Code, RefusalKind Kind, string Actor, OrganizationId? Organization, Guid? Resource, string? RequestId,
    Personal<Origin>? Origin, byte[]? SealedOrigin);

/// <summary>
/// Keeps what was refused, in a unit of work of its own and before the caller is answered. Who is nobody may ask as often as they like: the same command with the same code from the same address is noted
/// once an hour, by each Host.
/// </summary>
public sealed class Refusals(IDocumentStore documents, Secrets secrets, PersonKeys keys, TimeProvider clock)
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromHours(1);

    private readonly Generations<(string Command, string Code, string? Address), Noted> ofNobody = new(10_000);
    private readonly Lock noting = new();

    /// <summary>Notes a refusal, unless the request was merely wrong in itself, or the service too busy: then nothing was decided.</summary>
    public async Task Note(object request, Caller caller, Origin origin, Refusal refusal, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var what = (request.GetType().Name, refusal.Code, origin.IpAddress);
        if (refusal.Kind is RefusalKind.Invalid or RefusalKind.Unavailable || (caller.IsAnonymous && !Begin(what, now)))
            return;

        try
        {
            await Insert(NoteOf(request, caller, origin, refusal, now), cancellation);
        }
        catch
        {
            ofNobody.Remove(what);
            throw;
        }
    }

    /// <summary>Where a refused command came from; null when the person was erased.</summary>
    public Origin? OriginOf(RefusedCommand refused) =>
        refused.SealedOrigin is { } @sealed ? JsonSerializer.Deserialize<Origin>(secrets.Open(@sealed)) : refused.Origin?.Value;

    /// <summary>Whether it is to be noted now; of many at once one does it.</summary>
    private bool Begin((string Command, string Code, string? Address) what, DateTimeOffset now)
    {
        lock (noting)
        {
            if (ofNobody.Find(what) is { } last && now - last.At < BetweenNotes)
                return false;
            ofNobody.Keep(what, new(now));
            return true;
        }
    }

    private RefusedCommand NoteOf(object request, Caller caller, Origin origin, Refusal refusal, DateTimeOffset now)
    {
        var target = (request as ICommand)?.Target;
        var personal = (caller.User?.Value ?? target) is { } person && keys.Find(person) is not null ? new Personal<Origin>(person, origin) : null;
        var tellsOfNobody = caller.User is null && personal is null && !(target is { } gone && keys.IsErased(gone));
        var @sealed = tellsOfNobody ? secrets.Seal(JsonSerializer.SerializeToUtf8Bytes(origin)) : null;
        return new(
            Guid.CreateVersion7(now), now, request.GetType().Name, refusal.Code, refusal.Kind, caller.Actor,
            caller.Organization ?? (request as IWithinOrganization)?.Organization, target, origin.RequestId, personal, @sealed);
    }

    private Task<RefusedCommand> Insert(RefusedCommand note, CancellationToken cancellation) => ForgottenStatements.Again(async () =>
    {
        await using var session = documents.LightweightSession();
        session.Insert(note);
        await session.SaveChangesAsync(cancellation);
        return note;
    });

    private sealed record Noted(DateTimeOffset At);
}

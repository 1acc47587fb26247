using System.Text.Json;
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

/// <summary>Keeps what was refused, in a unit of work of its own and before the caller is answered.</summary>
public sealed class Refusals(IDocumentStore documents, Secrets secrets, PersonKeys keys, TimeProvider clock)
{
    /// <summary>Notes a refusal, unless the request was merely wrong in itself, or the service too busy: then nothing was decided.</summary>
    public async Task Note(object request, Caller caller, Origin origin, Refusal refusal, CancellationToken cancellation)
    {
        if (refusal.Kind is RefusalKind.Invalid or RefusalKind.Unavailable)
            return;

        var target = (request as ICommand)?.Target;
        var personal = (caller.User?.Value ?? target) is { } person && keys.Find(person) is not null ? new Personal<Origin>(person, origin) : null;
        var tellsOfNobody = caller.User is null && personal is null && !(target is { } gone && keys.IsErased(gone));
        var @sealed = tellsOfNobody ? secrets.Seal(JsonSerializer.SerializeToUtf8Bytes(origin)) : null;
        var note = new RefusedCommand(
            Guid.CreateVersion7(), clock.GetUtcNow(), request.GetType().Name, refusal.Code, refusal.Kind, caller.Actor,
            caller.Organization ?? (request as IWithinOrganization)?.Organization, target, origin.RequestId, personal, @sealed);
        await ForgottenStatements.Again(async () =>
        {
            await using var session = documents.LightweightSession();
            session.Insert(note);
            await session.SaveChangesAsync(cancellation);
            return note;
        });
    }

    /// <summary>Where a refused command came from; null when the person was erased.</summary>
    public Origin? OriginOf(RefusedCommand refused) =>
        refused.SealedOrigin is { } @sealed ? JsonSerializer.Deserialize<Origin>(secrets.Open(@sealed)) : refused.Origin?.Value;
}

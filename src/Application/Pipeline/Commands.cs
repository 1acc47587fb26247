using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using JasperFx;
using JasperFx.Events;
using Marten.Exceptions;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>
/// What a request brings besides its command. <see cref="RequestHash"/> tells requests under one idempotency key apart; a dry run decides
/// and replies like the real thing, and commits nothing.
/// </summary>
public sealed record Envelope(Caller Caller, Origin Origin, long? IfMatch = null, string? IdempotencyKey = null, string RequestHash = "", bool DryRun = false, States.Moment? Seen = null)
{
    public static Envelope System { get; } = new(Caller.System, Origin.None);
}

/// <summary>What a command is answered with: a status of HTTP, a body as JSON text, and the headers that belong to it.</summary>
public sealed record Reply(int Status, string? Json = null, string? ETag = null, string? Location = null)
{
    /// <summary>Makes the body of what is known already, where that takes long: after the commit, so that nobody waits for it who waits for a lock.</summary>
    [JsonIgnore]
    public Func<string>? Later { get; init; }

    public Reply Finished() => Later is null ? this : this with { Json = Later(), Later = null };
}

/// <summary>
/// How a command ended. <see cref="Position"/> is the sequence of its last event, or null when it appended none.
/// </summary>
public sealed record Outcome<T>(Result<T> Result, Reply? Reply, long? Position, IReadOnlyList<IEvent> Events);

/// <summary>A request that was answered under an idempotency key: written in the transaction of its events, kept at least 24 hours.</summary>
/// <remarks>
/// Requests hold passwords and replies hold secrets and personal data, so one is a keyed hash and the other is sealed. By the ids that a reply mentions it is found, and
/// emptied, when the person is erased.
/// </remarks>
public sealed record AnsweredRequest(string Id, string RequestHash, byte[] SealedReply, DateTimeOffset AnsweredAt, ValueList<Guid>? Mentions = null)
{
    public bool IsErased => SealedReply.Length == 0;
}

/// <summary>
/// Runs commands: authorize, validate, handle, commit, each in its own unit of work. When others were faster the whole command runs
/// again on the new state, so a caller sees either success, or the refusal that then holds.
/// </summary>
public sealed partial class Commands(IServiceScopeFactory scopes, TimeProvider clock, Secrets secrets, Refusals refusals, Permissions permissions, StreamTurns lines) : IDisposable
{
    private const int MostAttempts = 20;

    /// <summary>How long a command waits for room in the line for a stream.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>More units of work at once only wait for each other.</summary>
    private const int MostTurns = 128;

    private readonly SemaphoreSlim turns = new(MostTurns);
    private readonly SemaphoreSlim slowTurns = new(8);

    public void Dispose()
    {
        turns.Dispose();
        slowTurns.Dispose();
    }

    /// <summary>
    /// Runs a command; the reply is made before the commit, from what the command decided, and stored with it when it has a key. Without one, what is made <see cref="Reply.Later"/> is made after it.
    /// </summary>
    public async Task<Outcome<T>> Run<T>(
        ICommand<T> command, Envelope envelope, Func<T, Store, CancellationToken, Task<Reply>>? reply, CancellationToken cancellation)
    {
        var outcome = await Telemetry.Command(command, () => RunInTurn(command, envelope, reply, cancellation));
        if (outcome.Result.Refusal is { } refusal && !envelope.DryRun)
            await refusals.Note(command, envelope.Caller, envelope.Origin, refusal, cancellation);
        return outcome with { Reply = outcome.Reply?.Finished() };
    }

    private async Task<Outcome<T>> RunInTurn<T>(
        ICommand<T> command, Envelope envelope, Func<T, Store, CancellationToken, Task<Reply>>? reply, CancellationToken cancellation)
    {
        var (turn, began) = (command.IsSlow ? slowTurns : turns, Stopwatch.GetTimestamp());
        for (var attempt = 1; ;)
        {
            var crowded = default(Guid?);
            await turn.WaitAsync(cancellation);
            try
            {
                return await RunOnce(command, envelope, attempt, reply, cancellation);
            }
            catch (CrowdedException e)
            {
                crowded = e.Stream;
            }
            catch (Exception e) when (IsRace(e))
            {
                if (attempt == MostAttempts)
                    return new(Refusal.Busy, null, null, []);
            }
            finally
            {
                turn.Release();
            }

            if (crowded is { } stream)
            {
                // Without a turn, so that commands on other streams have it.
                if (!await lines.Room(stream, Patience - Stopwatch.GetElapsedTime(began), cancellation))
                    return new(Refusal.Crowded, null, null, []);
                continue;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1, 10 * attempt)), cancellation);
            attempt++;
        }
    }

    private async Task<Outcome<T>> RunOnce<T>(
        ICommand<T> command, Envelope envelope, int attempt, Func<T, Store, CancellationToken, Task<Reply>>? reply, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<Context>();
        context.Set(envelope.Caller, envelope.Origin, clock.GetUtcNow(), command.Target, envelope.IfMatch);
        (context.Attempt, context.Seen, context.IsDryRun) = (attempt, attempt == 1 ? envelope.Seen : null, envelope.DryRun);
        context.ForRoom = !command.IsSlow && turns.CurrentCount > MostTurns / 2 ? Patience : default;
        var store = scope.ServiceProvider.GetRequiredService<Store>();

        var (key, request) = KeyOf(envelope);
        if (key is not null && await Answered(command, envelope, key, request, store.Writing.States, cancellation) is { } answered)
            return answered;

        var result = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command, cancellation);
        if (result.Refusal is not null)
        {
            await (store.RecordsRefusal && !envelope.DryRun ? store.Commit() : store.Settle());
            return new(result, null, null, []);
        }

        var made = reply is null ? null : await reply(result.Value!, store, cancellation);
        if (envelope.DryRun)
        {
            await store.Settle();
            return new(result, made, null, store.Appended);
        }

        if (key is not null && made is not null)
        {
            made = made.Finished();
            store.Unit.Claims.Add(key);
            store.Documents.Insert(key, new AnsweredRequest(key, request, secrets.Seal(JsonSerializer.SerializeToUtf8Bytes(made)), store.Context.Now, Mentions(made)));
        }

        await store.Commit();
        return new(result, made, store.Appended.Count == 0 ? null : store.Appended.Max(e => e.Sequence), store.Appended);
    }

    /// <summary>What was answered before under the key of a request, if it has one: for what has more to do than one command.</summary>
    public async Task<Outcome<T>?> Answered<T>(ICommand<T> command, Envelope envelope, CancellationToken cancellation)
    {
        var (key, request) = KeyOf(envelope);
        if (key is null)
            return null;
        await using var scope = scopes.CreateAsyncScope();
        return await Answered(command, envelope, key, request, scope.ServiceProvider.GetRequiredService<States>(), cancellation);
    }

    /// <summary>Whoever may not send the command any more is not answered as before, but refused like anybody.</summary>
    private async Task<Outcome<T>?> Answered<T>(ICommand<T> command, Envelope envelope, string key, string request, States states, CancellationToken cancellation) =>
        permissions.Check(envelope.Caller, command) is not null || await states.Find<AnsweredRequest>(key, cancellation) is not { } answered ? null
            : answered.RequestHash != request ? new(Refusal.IdempotencyKeyReused, null, null, [])
            : answered.IsErased ? new(Refusal.AnswerErased, null, null, [])
            : new(default(Result<T>), JsonSerializer.Deserialize<Reply>(secrets.Open(answered.SealedReply)), null, []);

    /// <summary>By what an answer is kept, of each caller; null without a key. And what the request is told apart by.</summary>
    private (string? Key, string Request) KeyOf(Envelope envelope) =>
    (
        envelope is { IdempotencyKey: { } text, Caller.IsAnonymous: false } ? secrets.Hash(Encoding.UTF8.GetBytes($"{envelope.Caller.Actor}/{text}")) : null,
        secrets.Hash(Encoding.UTF8.GetBytes(envelope.RequestHash)));

    /// <summary>The ids in a reply: whoever it tells of is among them.</summary>
    private static ValueList<Guid> Mentions(Reply reply) => AnyId().Matches(reply.Json ?? "").Select(match => Guid.Parse(match.ValueSpan)).Distinct().ToValueList();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnyId();

    /// <summary>Somebody else's commit came first, or the connection forgot a prepared statement: nothing of ours was written, and running again decides on the new state.</summary>
    private static bool IsRace(Exception e) =>
        e is OvertakenException or ConcurrencyException or DocumentAlreadyExistsException
            or Marten.Exceptions.ExistingStreamIdCollisionException or JasperFx.Events.ExistingStreamIdCollisionException
            or Marten.Exceptions.StreamLockedException or JasperFx.Events.StreamLockedException
        || (e is AggregateException several && several.InnerExceptions.All(IsRace))
        || ForgottenStatements.IsForgotten(e)
        || ForgottenStatements.SqlStateOf(e) is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable;
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.Net.Http.Headers;

namespace EventSourcedOrgs.Host.Api;

/// <summary>From an endpoint to a command or query, and from its answer to HTTP: position, version, location, problem.</summary>
internal static class Sending
{
    public const string PositionHeader = "X-Position";
    public const string IdempotencyHeader = "Idempotency-Key";
    public const string DryRun = "dryRun";
    private const int LongestKey = 256;

    /// <summary>Sends a command; the body is made from its value inside the same unit of work, or, if it is <see cref="Late"/>, from what was read there, after the commit.</summary>
    public static async Task<IResult> Send<T, TBody>(
        this HttpContext http, ICommand<T> command, Func<T, Store, CancellationToken, Task<TBody>> body, int status = StatusCodes.Status200OK,
        Func<T, string>? location = null, Func<T, Recorded>? version = null)
    {
        var envelope = await http.Envelope();
        return envelope.Refusal is { } refused ? refused.AsHttp() : await http.Send(envelope.Value!, command, body, status, location, version);
    }

    private static async Task<IResult> Send<T, TBody>(
        this HttpContext http, Envelope given, ICommand<T> command, Func<T, Store, CancellationToken, Task<TBody>> body, int status = StatusCodes.Status200OK,
        Func<T, string>? location = null, Func<T, Recorded>? version = null, long? reached = null)
    {
        var envelope = command.DryRunsItself ? given with { DryRun = false } : given;
        var outcome = await http.RequestServices.GetRequiredService<Commands>().Run(command, envelope, envelope.DryRun ? Foresee : Reply, http.RequestAborted);
        return AsHttp(outcome with { Position = outcome.Position ?? reached });

        async Task<Reply> Reply(T value, Store store, CancellationToken cancellation)
        {
            var reply = new Reply(status, ETag: version is null ? null : ETagOf(version(value)), Location: location?.Invoke(value));
            if (status == StatusCodes.Status204NoContent)
                return reply;

            var made = await body(value, store, cancellation);
            return made is Late late
                ? reply with { Later = () => JsonSerializer.Serialize(late.Make(), HttpJson.Options) }
                : reply with { Json = JsonSerializer.Serialize(made, HttpJson.Options) };
        }

        async Task<Reply> Foresee(T value, Store store, CancellationToken cancellation) =>
            await http.RequestServices.GetRequiredService<Moments>().Settle(EffectiveAccess.ModelName, cancellation) is { } behind
                ? throw new RefusedException(behind)
                : new(StatusCodes.Status200OK, JsonSerializer.Serialize(
                    await Preview.Of(store, http.RequestServices.GetRequiredService<AccessNeighbours>(), cancellation), HttpJson.Options));
    }

    /// <summary>Asks only what a command would do.</summary>
    public static bool IsDryRun(this HttpContext http) => http.Request.Query[DryRun].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        _ => throw new RefusedException(new Refusal(ListError.InvalidQueryParameter, RefusalKind.Invalid, $"'{DryRun}' is true or false.", $"?{DryRun}")),
    };

    /// <summary>Sends a command that answers 204.</summary>
    public static Task<IResult> Send<T>(this HttpContext http, ICommand<T> command) =>
        http.Send(command, (_, _, _) => Task.FromResult(""), StatusCodes.Status204NoContent);

    /// <summary>
    /// Sends a command that answers 204, after a step of bounded size that is repeated until it finds nothing left to do. A request that was answered under its key is answered so again, with no step; and a version
    /// that has to match is that before all steps, because they change it.
    /// </summary>
    public static async Task<IResult> SendAfter<T>(this HttpContext http, ICommand<int> step, ICommand<T> command)
    {
        var envelope = await http.Envelope();
        if (envelope.Refusal is { } refused)
            return refused.AsHttp();

        var (commands, given) = (http.RequestServices.GetRequiredService<Commands>(), envelope.Value!);
        if (await commands.Answered(command, given, http.RequestAborted) is { } answered)
            return AsHttp(answered);

        var reached = default(long?);
        for (var left = true; left;)
        {
            var outcome = await commands.Run(step, given with { IdempotencyKey = null, Seen = null }, null, http.RequestAborted);
            var done = outcome.Result;
            if (done.Refusal is { Kind: not RefusalKind.NotFound } refusal)
                return refusal.AsHttp();
            reached = outcome.Position ?? reached;
            left = done is { Refusal: null, Value: > 0 };
            given = left ? given with { IfMatch = null, Seen = null } : given;
        }

        return await http.Send(given, command, (_, _, _) => Task.FromResult(""), StatusCodes.Status204NoContent, reached: reached);
    }

    private static IResult AsHttp<T>(Outcome<T> outcome) => outcome.Result.Refusal is { } refusal ? refusal.AsHttp() : new ReplyResult(outcome.Reply!, outcome.Position);

    /// <summary>Asks a query; the body is made from its value with the same states.</summary>
    public static async Task<IResult> Ask<T, TBody>(
        this HttpContext http, IRequest<Result<T>> query, Func<T, Store, CancellationToken, Task<TBody>> body, Func<T, Recorded>? version = null)
    {
        var result = await ForgottenStatements.Again(() => http.RequestServices.GetRequiredService<IMediator>().Send(query, http.RequestAborted));
        if (result.Refusal is { } refusal)
            return refusal.AsHttp();
        if (version is not null)
            http.Response.Headers.ETag = ETagOf(version(result.Value!));
        return Results.Json(await body(result.Value!, http.RequestServices.GetRequiredService<Store>(), http.RequestAborted), HttpJson.Options);
    }

    private static string ETagOf(Recorded recorded) => string.Create(CultureInfo.InvariantCulture, $"\"{recorded.Version}\"");

    private static async Task<Result<Envelope>> Envelope(this HttpContext http)
    {
        var context = http.RequestServices.GetRequiredService<Context>();
        var key = http.Request.Headers[IdempotencyHeader].ToString();
        if (key.Length > LongestKey)
            return Refusal.Validation(IdempotencyHeader, $"The header {IdempotencyHeader} has at most {LongestKey} characters.");

        long? ifMatch = null;
        if (http.Request.Headers.IfMatch is { Count: > 0 } tags && tags != "*")
        {
            if (!EntityTagHeaderValue.TryParse(tags.ToString(), out var tag) || tag.IsWeak || !long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                return Refusal.VersionMismatch;
            ifMatch = version;
        }

        return new Envelope(context.Caller, context.Origin, ifMatch, key.Length == 0 ? null : key, key.Length == 0 ? "" : await HashOf(http), http.IsDryRun(), context.Seen);
    }

    /// <summary>What tells two requests under one idempotency key apart: method, address and body.</summary>
    private static async Task<string> HashOf(HttpContext http)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n"));
        if (http.Request.Body.CanSeek)
        {
            http.Request.Body.Position = 0;
            hash.AppendData(await SHA256.HashDataAsync(http.Request.Body, http.RequestAborted));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The body of a command of which everything is known, and which takes long to make of it, as a signature does: it is made after the commit.</summary>
    public sealed record Late(Func<object> Make)
    {
        /// <summary>A body that tells a token which is signed then.</summary>
        public static async Task<Late> Of(Task<UnsignedToken> token, Func<string, object> body)
        {
            var unsigned = await token;
            return new(() => body(unsigned.Sign()));
        }
    }

    private sealed class ReplyResult(Reply reply, long? position) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = reply.Status;
            if (position is { } reached)
                response.Headers[PositionHeader] = reached.ToString(CultureInfo.InvariantCulture);
            if (reply.ETag is { } tag)
                response.Headers.ETag = tag;
            if (reply.Location is { } location)
                response.Headers.Location = location;
            if (reply.Json is not { } json)
                return Task.CompletedTask;

            response.ContentType = "application/json; charset=utf-8";
            return response.WriteAsync(json, httpContext.RequestAborted);
        }
    }
}

using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Reflection;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// Says once per request who asks and when. Whoever cannot be told is nobody, and nobody is stopped before a body is read; what somebody may
/// do is decided in the pipeline.
/// </summary>
internal static class Identification
{
    private const string Scheme = "Bearer ";

    /// <summary>Bytes of a body, at most, that are looked for before it is read.</summary>
    private const int MostAwaited = 64 * 1024;

    private static readonly ConcurrentDictionary<MethodInfo, (string Name, Type State)[]> Named = new();

    public static async Task Identify(HttpContext http, RequestDelegate next)
    {
        var final = http.RequestServices.GetRequiredService<Progress>().Of(Projections.Directory.ModelName).HighWater;
        var isWhole = HasCome(http.Request);
        var (caller, moment) = await ForgottenStatements.Again(() => CallerOf(http));
        var origin = new Origin(http.TraceIdentifier, http.Connection.RemoteIpAddress?.ToString(), http.Request.Headers.UserAgent.ToString());
        var context = http.RequestServices.GetRequiredService<Context>();
        context.Set(caller, origin, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        (context.Final, context.Seen) = (final, isWhole ? moment : null);
        await next(http);
    }

    public static Task StopNobody(HttpContext http, RequestDelegate next) =>
        http.RequestServices.GetRequiredService<Context>().Caller is { IsAnonymous: true } nobody && IsClosed(http)
            ? Problems.Write(http, nobody.Denial ?? Refusal.Unauthenticated)
            : next(http);

    /// <summary>Nobody learns from an address of the API more than that it wants a token, unless it says that it is for anybody.</summary>
    private static bool IsClosed(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/v3", StringComparison.OrdinalIgnoreCase)
        && http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

    private static async Task<(Caller Caller, States.Moment? Moment)> CallerOf(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return (Caller.Anonymous, null);

        var token = header[Scheme.Length..].Trim();
        var callers = http.RequestServices.GetRequiredService<Callers>();
        if (token.StartsWith(Callers.SecretPrefix, StringComparison.Ordinal) || token.StartsWith(Callers.OrganizationPrefix, StringComparison.Ordinal))
            return await callers.OfAccessToken(token, AboutOf(http), http.RequestAborted);

        if (await http.RequestServices.GetRequiredService<SignedTokens>().Read(token, http.RequestAborted) is not { } known)
            return (Caller.Anonymous, null);

        var (caller, moment) = await callers.OfSession(known.User, known.Session, AboutOf(http), http.RequestAborted);
        if (caller.Session is { } session)
            await http.RequestServices.GetRequiredService<SessionUse>().Note(session, http.RequestAborted);
        return (caller, moment);
    }

    /// <summary>The states that the address names.</summary>
    private static IEnumerable<StateKey> AboutOf(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>() is not { } handler)
            yield break;
        foreach (var (name, state) in Named.GetOrAdd(handler, StatesIn))
        {
            if (Guid.TryParseExact(http.Request.RouteValues[name] as string, "D", out var id))
                yield return new(state, id);
        }
    }

    private static (string Name, Type State)[] StatesIn(MethodInfo handler) =>
        [.. handler.GetParameters().Select(parameter => (parameter.Name!, Store.StateOf(parameter.ParameterType)!)).Where(named => named.Item2 is not null)];

    /// <summary>
    /// Whether all of the request is here, as is usual for one that is short. What is read for it then holds for what it asks; a body that is still to come may be long in coming.
    /// </summary>
    private static bool HasCome(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return true;
        return request.ContentLength is { } length and > 0 and <= MostAwaited && request.Headers.Expect.Count == 0 && HttpProtocol.IsHttp11(request.Protocol)
            && request.HttpContext.Features.Get<IConnectionTransportFeature>()?.Transport.Input is { } connection && HasCome(connection, length);
    }

    /// <summary>Looks where bytes come in: after a look at the body itself nobody else could read it when the connection is just being closed.</summary>
    private static bool HasCome(PipeReader connection, long length)
    {
        try
        {
            if (!connection.TryRead(out var read))
                return false;

            var isWhole = read.Buffer.Length >= length;
            connection.AdvanceTo(read.Buffer.Start);
            if (read.IsCanceled)
                connection.CancelPendingRead();
            return isWhole;
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client is gone, which whoever reads the body finds out.
            return false;
        }
    }
}

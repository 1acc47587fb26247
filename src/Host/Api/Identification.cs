using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using Microsoft.AspNetCore.Authorization;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// Says once per request who asks and when. Whoever cannot be told is nobody, and nobody is stopped before a body is read; what somebody may
/// do is decided in the pipeline.
/// </summary>
internal static class Identification
{
    private const string Scheme = "Bearer ";

    public static async Task Identify(HttpContext http, RequestDelegate next)
    {
        var caller = await ForgottenStatements.Again(() => CallerOf(http));
        var origin = new Origin(http.TraceIdentifier, http.Connection.RemoteIpAddress?.ToString(), http.Request.Headers.UserAgent.ToString());
        http.RequestServices.GetRequiredService<Context>().Set(caller, origin, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
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

    private static async Task<Caller> CallerOf(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return Caller.Anonymous;

        var token = header[Scheme.Length..].Trim();
        var callers = http.RequestServices.GetRequiredService<Callers>();
        if (token.StartsWith(Callers.SecretPrefix, StringComparison.Ordinal) || token.StartsWith(Callers.OrganizationPrefix, StringComparison.Ordinal))
            return await callers.OfAccessToken(token, http.RequestAborted);

        if (await http.RequestServices.GetRequiredService<SignedTokens>().Read(token, http.RequestAborted) is not { } known)
            return Caller.Anonymous;

        var caller = await callers.OfSession(known.User, known.Session, http.RequestAborted);
        if (caller.Session is { } session)
            await http.RequestServices.GetRequiredService<SessionUse>().Note(session, http.RequestAborted);
        return caller;
    }
}

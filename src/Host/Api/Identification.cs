using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
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
        var final = http.RequestServices.GetRequiredService<Progress>().Of(Projections.Directory.ModelName).HighWater;
        var (caller, about) = await ForgottenStatements.Again(() => CallerOf(http));
        var origin = new Origin(http.TraceIdentifier, http.Connection.RemoteIpAddress?.ToString(), http.Request.Headers.UserAgent.ToString());
        var context = http.RequestServices.GetRequiredService<Context>();
        context.Set(caller, origin, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        (context.Final, context.About) = (final, about);
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

    private static async Task<(Caller Caller, Organization? About)> CallerOf(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return (Caller.Anonymous, null);

        var token = header[Scheme.Length..].Trim();
        var callers = http.RequestServices.GetRequiredService<Callers>();
        if (token.StartsWith(Callers.SecretPrefix, StringComparison.Ordinal) || token.StartsWith(Callers.OrganizationPrefix, StringComparison.Ordinal))
            return (await callers.OfAccessToken(token, http.RequestAborted), null);

        if (await http.RequestServices.GetRequiredService<SignedTokens>().Read(token, http.RequestAborted) is not { } known)
            return (Caller.Anonymous, null);

        var (caller, about) = await callers.OfSession(known.User, known.Session, OrganizationOf(http.Request), http.RequestAborted);
        if (caller.Session is { } session)
            await http.RequestServices.GetRequiredService<SessionUse>().Note(session, http.RequestAborted);
        return (caller, about);
    }

    /// <summary>The organization in the address of a question. A command reads it itself, when it is decided: its body may be long in coming.</summary>
    private static OrganizationId? OrganizationOf(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && OrganizationId.TryParse(request.RouteValues["organizationId"] as string, out var id) ? id : null;
}

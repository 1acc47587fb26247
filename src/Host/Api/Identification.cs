using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// Says once per request who asks and when. Whoever cannot be told is nobody; what nobody may do is refused where everything is
/// refused, in the pipeline.
/// </summary>
internal static class Identification
{
    private const string Scheme = "Bearer ";

    public static async Task Identify(HttpContext http, RequestDelegate next)
    {
        var caller = await CallerOf(http);
        var origin = new Origin(http.TraceIdentifier, http.Connection.RemoteIpAddress?.ToString(), http.Request.Headers.UserAgent.ToString());
        var context = http.RequestServices.GetRequiredService<Context>();
        context.Set(caller, origin, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        context.MinPosition = MinPosition(http.Request.Query[Lists.MinPosition].ToString());
        await next(http);
    }

    private static long? MinPosition(string text) =>
        text.Length == 0 ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position
        : throw new RefusedException(new Refusal(ListError.InvalidQueryParameter, RefusalKind.Invalid, "'minPosition' is a position, a whole number.", "?minPosition"));

    private static async Task<Caller> CallerOf(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return Caller.Anonymous;

        var token = header[Scheme.Length..].Trim();
        var callers = http.RequestServices.GetRequiredService<Callers>();
        if (token.StartsWith(Callers.SecretPrefix, StringComparison.Ordinal))
            return await callers.OfAccessToken(token, http.RequestAborted);

        return await http.RequestServices.GetRequiredService<SignedTokens>().Read(token, http.RequestAborted) is { } known
            ? await callers.OfSession(known.User, known.Session, http.RequestAborted)
            : Caller.Anonymous;
    }
}

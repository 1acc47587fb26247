using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// The positions of requests and answers: <c>minPosition</c> to wait for, <c>asOf</c> for a past moment, and <c>X-Position</c>, which the answer
/// reflects at least: what was final when the request came, unless the answer knows better.
/// </summary>
internal static class Positions
{
    public const string MinPosition = "minPosition";
    public const string AsOf = "asOf";

    /// <summary>The one command-like address that asks and changes nothing.</summary>
    private const string Check = "/v3/access/check";

    public static async Task Understand(HttpContext http, RequestDelegate next)
    {
        var services = http.RequestServices;
        var context = services.GetRequiredService<Context>();
        var reflected = context.Final;
        if (http.Request.Query[MinPosition].ToString() is { Length: > 0 } least)
        {
            context.MinPosition = long.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                ? position
                : throw Wrong(MinPosition, "is a position, a whole number.");
        }

        if (http.Request.Query[AsOf].ToString() is { Length: > 0 } moment)
        {
            context.AsOf = await Find(http, Projections.AsOf.Parse(moment) ?? throw Wrong(AsOf, "is a position or an ISO 8601 time."), context);
            reflected = context.AsOf.Position;
        }

        http.Response.OnStarting(() =>
        {
            http.Response.Headers.TryAdd(Sending.PositionHeader, reflected.ToString(CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        });
        await next(http);
    }

    /// <summary>Says that an address answers for now only: what it gives away depends on what one may do at the moment, whatever one could do before.</summary>
    public static RouteHandlerBuilder OfNow(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter((invocation, next) =>
        invocation.HttpContext.RequestServices.GetRequiredService<Context>().AsOf is null ? next(invocation) : throw Wrong(AsOf, "is not for this address: it answers for now."))
        .WithMetadata(new AnswersForNow());

    private static async Task<PastMoment> Find(HttpContext http, AsOf asOf, Context context)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && http.Request.Path != Check)
            throw Wrong(AsOf, "is for questions; a command happens now.");
        if (context.Caller.IsAnonymous)
            throw new RefusedException(Refusal.Unauthenticated);

        var found = await http.RequestServices.GetRequiredService<Moments>().Find(asOf, context.Now, [], http.RequestAborted);
        return found.Refusal is { } refusal ? throw new RefusedException(refusal) : new(found.Value!.Position, found.Value.At);
    }

    private static RefusedException Wrong(string parameter, string what) =>
        new(new Refusal(ListError.InvalidQueryParameter, RefusalKind.Invalid, $"'{parameter}' {what}", $"?{parameter}"));
}

/// <summary>An address that does not answer for a past moment.</summary>
internal sealed record AnswersForNow;

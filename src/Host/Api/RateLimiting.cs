using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Holds every caller to the rate limit: who is signed in by user or token, whoever is not by address.</summary>
internal static class RateLimiting
{
    public static async Task Limit(HttpContext http, RequestDelegate next)
    {
        if (http.RequestServices.GetService<RateLimits>() is not { } limits || !http.Request.Path.StartsWithSegments("/v3", StringComparison.OrdinalIgnoreCase))
        {
            await next(http);
            return;
        }

        var caller = http.RequestServices.GetRequiredService<Context>().Caller;
        var standing = limits.Count(caller.IsAnonymous ? $"address:{http.Connection.RemoteIpAddress}" : caller.Actor);
        var headers = http.Response.Headers;
        headers["X-Rate-Limit-Limit"] = limits.Limit.Period;
        headers["X-Rate-Limit-Remaining"] = standing.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-Rate-Limit-Reset"] = standing.Reset.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        if (!standing.IsOver)
        {
            await next(http);
            return;
        }

        var wait = standing.Reset - http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await Problems.WriteStatus(http, StatusCodes.Status429TooManyRequests);
    }
}

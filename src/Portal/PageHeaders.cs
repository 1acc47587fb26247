using System.Diagnostics;
using System.Globalization;
using EventSourcedOrgs.Portal.Api;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Portal;

/// <summary>What browsers may do with pages: nothing that did not come from us, no frames, no scripts or styles in the text.</summary>
internal static class PageHeaders
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>How long a page took on the server, and how often it asked the service, for whoever looks at it with the tools of a browser.</summary>
    private static void Time(HttpContext http)
    {
        var (start, api) = (Stopwatch.GetTimestamp(), http.RequestServices.GetRequiredService<ApiClient>());
        http.Response.OnStarting(() =>
        {
            http.Response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture, $"page;dur={Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0}, service;desc=\"{api.Sent} requests\"");
            return Task.CompletedTask;
        });
    }

    public static Task Write(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        (headers.CacheControl, headers.Pragma) = ("no-cache, no-store", "no-cache");
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        Time(http);
        return next(http);
    }
}

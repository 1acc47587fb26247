using System.Globalization;
using EventSourcedOrgs.Portal.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace EventSourcedOrgs.Portal;

/// <summary>Small forms that every page has: light or dark, another moment, sign out.</summary>
internal static class Switches
{
    public const string ThemeCookie = "theme";

    public static void MapSwitches(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/portal/theme", [AllowAnonymous] (HttpContext http, [FromForm] string? to, [FromForm] string? back) =>
        {
            if (to is "light" or "dark")
                http.Response.Cookies.Append(ThemeCookie, to, new() { Path = "/", SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = http.Request.IsHttps, MaxAge = TimeSpan.FromDays(365) });
            else
                http.Response.Cookies.Delete(ThemeCookie, new() { Path = "/" });
            return Results.LocalRedirect(Sessions.Back(back, "/portal"));
        });

        routes.MapPost("/portal/moment", [ForEverybody] (PortalSession session, TimeProvider clock, [FromForm] string? asOf, [FromForm] long? t, [FromForm] string? back) =>
        {
            session.LookAt(t is { } seconds ? MomentOf(DateTimeOffset.FromUnixTimeSeconds(seconds), clock.GetUtcNow()) : MomentOf(asOf, clock.GetUtcNow()));
            return Results.LocalRedirect(Sessions.Back(back, Sessions.HomeOf(session)));
        });

        routes.MapPost("/portal/sign-out", [ForEverybody] async (IFormCollection _, PortalSession session, ApiClient api) =>
        {
            await api.Send(Contract.Logout());
            session.End("You are signed out.");
            return Results.LocalRedirect(Sessions.SignIn);
        });
    }

    /// <summary>A time as browsers write it, in UTC, or a position; nothing, and what is not past, is now.</summary>
    private static string? MomentOf(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return text;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? MomentOf(time, now) : null;
    }

    private static string? MomentOf(DateTimeOffset time, DateTimeOffset now) => now - time > TimeSpan.FromSeconds(2) ? time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : null;
}

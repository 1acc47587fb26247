using System.Security.Claims;
using EventSourcedOrgs.Portal.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Portal;

/// <summary>Opens the session of a browser before a page, and lets in whom it is for.</summary>
internal static class Sessions
{
    public const string SignIn = "/portal/sign-in";

    /// <summary>Reads the cookie, renews tokens that end soon, and sends back what the page changed.</summary>
    public static async Task Open(HttpContext http, RequestDelegate next)
    {
        var (cookie, session, refresh) = (http.RequestServices.GetRequiredService<SessionCookie>(), http.RequestServices.GetRequiredService<PortalSession>(), http.RequestServices.GetRequiredService<TokenRefresh>());
        session.Load(cookie.Read(http.Request));
        http.Response.OnStarting(() =>
        {
            if (session.IsChanged)
                cookie.Write(http, session.State);
            return Task.CompletedTask;
        });
        if (session.Tokens is { } tokens && refresh.IsDue(tokens))
        {
            var renewed = await refresh.Next(tokens, http);
            if (renewed is null)
                session.End();
            else if (renewed != tokens)
                session.Continue(renewed);
        }

        await next(http);
    }

    /// <summary>Asks the service who this is, and sends everybody where they belong: strangers to the sign-in, the vendor to the one portal, customers to the other.</summary>
    public static async Task Admit(HttpContext http, RequestDelegate next)
    {
        var session = http.RequestServices.GetRequiredService<PortalSession>();
        if (session.Tokens is not null)
            session.Me = await WhoAsync(http, session);
        if (session.Me is { } me)
            http.User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, me.Id.ToString())], "portal"));

        var isOpen = http.GetEndpoint() is null || http.GetEndpoint()!.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        if (session.Me is null && !isOpen)
            AskToSignIn(http, session);
        else if (!isOpen && IsForOthers(http, session))
            http.Response.Redirect(HomeOf(session));
        else
            await next(http);
    }

    /// <summary>Whoever signs in comes back to the page they were on. A form that was sent meanwhile was not done, and they are told.</summary>
    public static void AskToSignIn(HttpContext http, PortalSession session)
    {
        if (!HttpMethods.IsGet(http.Request.Method))
            session.End("You have been signed out, and what you sent was not done. Sign in, and send it again.");
        var isPage = http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
        http.Response.Redirect(isPage ? $"{SignIn}?back={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}" : SignIn);
    }

    public static string HomeOf(PortalSession session) => session.IsVendor ? "/admin" : "/portal";

    /// <summary>Only addresses of our own are gone back to.</summary>
    public static string Back(string? address, string otherwise) =>
        address is not null && (address.StartsWith("/portal", StringComparison.Ordinal) || address.StartsWith("/admin", StringComparison.Ordinal)) && !address.Any(letter => letter == '\\' || char.IsControl(letter))
            ? address
            : otherwise;

    private static bool IsForOthers(HttpContext http, PortalSession session) =>
        http.GetEndpoint()!.Metadata.GetMetadata<ForEverybodyAttribute>() is null && http.Request.Path.StartsWithSegments("/admin") != session.IsVendor;

    /// <summary>As they are now, whatever moment they look at: they may not have been there then, and what they may do has nothing to do with it.</summary>
    private static async Task<Profile?> WhoAsync(HttpContext http, PortalSession session)
    {
        try
        {
            return await http.RequestServices.GetRequiredService<ApiClient>().Now(Contract.GetMe());
        }
        catch (ApiException e) when (e.Problem.Status is StatusCodes.Status401Unauthorized)
        {
            session.End("You have been signed out.");
            return null;
        }
    }
}

/// <summary>A page that both portals show.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class ForEverybodyAttribute : Attribute;

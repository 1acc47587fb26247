using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Sign in with an identity provider: there, and back with a code. A cookie holds the two together in one browser.</summary>
internal static class ProviderSignInEndpoints
{
    /// <summary>The prefix has browsers take it only from this very host, encrypted.</summary>
    public const string Cookie = "__Host-eso-sign-in";
    private const string CallbackPath = "/v3/sign-in/oidc/callback";

    public static void MapProviderSignIn(this Routes routes)
    {
        var oidc = routes.MapGroup("/sign-in/oidc").WithTags("Authentication").AllowAnonymous();

        oidc.MapGet("/organizations/{organizationId}", (OrganizationId organizationId, HttpContext http, IMediator mediator) => Ask(organizationId, http, mediator))
            .WithName("startOrganizationSignIn").WithSummary("Sign in with the identity provider of an organization: go where it signs people in").Produces(StatusCodes.Status302Found);

        oidc.MapGet("/account", (HttpContext http, IMediator mediator) => Ask(null, http, mediator))
            .WithName("startAccountSignIn").WithSummary("Sign in with the identity provider of the account: go where it signs members of the team in").Produces(StatusCodes.Status302Found);

        oidc.MapGet("/callback", (HttpContext http, IMediator mediator, Context context, SignedTokens tokens, Refusals refusals, string? code = null, string? state = null,
                string? error = null, string? iss = null) =>
                SignInEndpoints.SignIn(new SignInWithProvider(state, code, error, iss, http.Request.Cookies[Cookie]), http, mediator, context, tokens, refusals))
            .WithName("finishSignIn").WithSummary("Come back from an identity provider: a pair of tokens for the code it gave").Produces<WireTokens>();
    }

    private static async Task<IResult> Ask(OrganizationId? organization, HttpContext http, IMediator mediator)
    {
        var redirect = http.RequestServices.GetRequiredService<PublicAddress>().Of(http.Request, CallbackPath);
        var asked = await mediator.Send(new AskProvider(organization, redirect, http.Request.Cookies[Cookie]), http.RequestAborted);
        if (asked.Refusal is { } refusal)
            return refusal.AsHttp();

        http.Response.Cookies.Append(Cookie, asked.Value!.Browser, new CookieOptions
        {
            Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = AskProvider.Life, IsEssential = true,
        });
        return Results.Redirect(asked.Value.Address.AbsoluteUri);
    }
}

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Sign in, go on, sign out.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this Routes routes)
    {
        var accounts = routes.MapGroup("/accounts").WithTags("Authentication");

        accounts.MapPost("/login", Login).AllowAnonymous().WithSummary("Sign in with e-mail address and password").Produces<WireTokens>();

        accounts.MapPost("/login-refresh-token", (RefreshBody body, HttpContext http, SignedTokens tokens) =>
                http.Send(new RefreshSession(body.RefreshToken), tokens.Wire))
            .AllowAnonymous().WithSummary("Go on with a sign-in: a new pair of tokens for the refresh token, which is spent").Produces<WireTokens>();

        accounts.MapPost("/logout", Task<IResult> (HttpContext http) => http.Send(new EndSession(), (_, _, _) => Task.FromResult(new { })))
            .WithSummary("Sign out: the tokens of this sign-in open nothing any more").Produces<object>();
    }

    private static Task<IResult> Login(LoginBody body, HttpContext http, IMediator mediator, Context context, SignedTokens tokens, Refusals refusals) =>
        SignIn(body.ToQuery(), http, mediator, context, tokens, refusals);

    /// <summary>First who it is, then the sign-in on that user's behalf.</summary>
    public static async Task<IResult> SignIn(IQuery<Identified> question, HttpContext http, IMediator mediator, Context context, SignedTokens tokens, Refusals refusals)
    {
        var known = await mediator.Send(question, http.RequestAborted);
        if (known.Refusal is { } refusal)
        {
            await refusals.Note(question, context.Caller, context.Origin, refusal, http.RequestAborted);
            return refusal.AsHttp();
        }

        context.Set(known.Value!.Caller, context.Origin, context.Now);
        return await http.Send(new StartSession(known.Value.By), tokens.Wire);
    }

    private static async Task<WireTokens> Wire(this SignedTokens tokens, SignedIn signedIn, Store store, CancellationToken cancellation) =>
        new(await tokens.Sign(signedIn, cancellation), signedIn.RefreshToken);
}

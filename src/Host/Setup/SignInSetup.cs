using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>How people and scripts prove who they are.</summary>
internal static class SignInSetup
{
    public static void AddSignIn(this IServiceCollection services)
    {
        services.AddSingleton<IPasswords, Passwords>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<Callers>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<SignedTokens>();
        services.AddSingleton<Scopes>();
        services.AddHandlersOf(typeof(SignInSetup).Assembly);
    }
}

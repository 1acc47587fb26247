using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.Users;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>How people and scripts prove who they are.</summary>
internal static class SignInSetup
{
    public static void AddSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IPasswords, Passwords>();
        services.AddSingleton<PasswordCheck>();
        services.AddScoped<TwoFactorSwitch>();
        services.AddSingleton<Callers>();
        services.AddSingleton<SessionUse>();
        services.AddSingleton(RotationOf(configuration));
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<SignedTokens>();
        services.AddSingleton<Scopes>();
        services.AddSingleton(new ProviderNetwork(
            configuration.GetValue("SignIn:AllowLoopbackProviders", false), configuration.GetValue("SignIn:AllowPrivateProviders", false)));
        services.AddSingleton(new PublicAddress(configuration["SignIn:PublicAddress"]));
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<ProviderMetadata>();
        services.AddSingleton<IIdentityClient, IdentityClient>();
        services.AddHandlersOf(typeof(SignInSetup).Assembly);
    }

    /// <summary>Every so many days; 0 leaves it to the command line.</summary>
    private static KeyRotation RotationOf(IConfiguration configuration) =>
        configuration.GetValue("Keys:RotationDays", KeyRotation.DefaultDays) is > 0 and var days ? new(TimeSpan.FromDays(days)) : new(Every: null);
}

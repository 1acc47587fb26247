using EventSourcedOrgs.Application.IdentityProviders;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity.Providers;

/// <summary>A Host that may ask providers on this machine, and one provider; every test has an organization of its own.</summary>
public sealed class ProviderHost : IAsyncLifetime
{
    internal const string OfAccount = "/v3/account/identity-provider";
    internal const string Account = "/v3/sign-in/oidc/account";

    internal TestHost Host { get; private set; } = null!;

    internal SomeProvider Provider { get; private set; } = null!;

    /// <summary>Its own, because tests put it forward.</summary>
    internal SetClock Clock { get; } = new();

    public async Task InitializeAsync()
    {
        Host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(Clock).AddSingleton(new ProviderNetwork(Loopback: true, Private: false)));
        Provider = await SomeProvider.Start(Clock);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Provider.DisposeAsync();
    }

    /// <summary>An organization that signs its people in with the provider.</summary>
    internal async Task<Acme> Acme(object? settings = null, int seats = -1)
    {
        Provider.Forge = _ => { };
        Provider.Sign = null;
        var acme = await Tests.Acme.With(seats, Host);
        await acme.Vendor.Put($"{acme.Path}/identity-provider", settings ?? Provider.Settings()).Expect(200);
        return acme;
    }

    internal async Task<HttpResponseMessage> SignIn(Acme acme, Dictionary<string, object> person)
    {
        using var browser = new SomeBrowser(Host);
        Provider.Person = person;
        return await browser.SignIn(Start(acme));
    }

    internal async Task<HttpResponseMessage> SignInToAccount(Dictionary<string, object> person)
    {
        using var browser = new SomeBrowser(Host);
        Provider.Person = person;
        return await browser.SignIn(Account);
    }

    internal static string Start(Acme acme) => $"/v3/sign-in/oidc/organizations/{acme.Id}";

    /// <summary>A user of the organization.</summary>
    internal async Task<(string Id, string Email)> User(Acme acme, string role = "user")
    {
        var email = Tests.Acme.NewEmail();
        return ((await acme.Vendor.Post($"{acme.Path}/users", Tests.Acme.Person(email, role)).Expect(201)).Id(), email);
    }

    /// <summary>Whose tokens these are.</summary>
    internal async Task<string> Who(Task<HttpResponseMessage> signIn) =>
        (await Host.Client(new Tokens(await signIn.Expect(200)).Access).Get("/v3/me").Expect(200)).Id();
}

using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity;

/// <summary>A Host whose clock tests put forward, one after the other; and people for tests of sign-in.</summary>
internal static class SignInHost
{
    public static SetClock Clock { get; } = new();

    private static readonly Lazy<Task<TestHost>> One = new(() => TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(Clock)));

    public static Task<TestHost> Shared => One.Value;

    /// <summary>Somebody of a fresh organization.</summary>
    public static async Task<Somebody> Somebody(TestHost host, string role = "user", bool allowed = true)
    {
        var acme = await Acme.With(seats: -1, host);
        var email = Acme.NewEmail();
        var user = await acme.Vendor.Post($"{acme.Path}/users", new
        {
            firstName = "Ada", lastName = "Lovelace", email, role, password = Acme.Password, allowCustomerPortalAccess = allowed,
        }).Expect(201);
        return new(host, acme, user.Id(), email);
    }

    /// <summary>A member of the vendor's team.</summary>
    public static async Task<Somebody> TeamMember(TestHost host)
    {
        var (vendor, email) = (await host.Vendor(), Acme.NewEmail());
        var user = await vendor.Post("/v3/users", new { firstName = "Grace", email, role = "admin", password = Acme.Password }).Expect(201);
        return new(host, await Acme.With(seats: -1, host), user.Id(), email);
    }
}

/// <summary>A user with a known password.</summary>
internal sealed record Somebody(TestHost Host, Acme Acme, string Id, string Email)
{
    public Task<HttpResponseMessage> LogIn(string password = Acme.Password) => Host.Anonymous.Post("/v3/accounts/login", new { email = Email, password });

    public async Task<Tokens> Tokens() => new(await LogIn().Expect(200));

    public async Task<HttpClient> SignedIn() => Host.Client((await Tokens()).Access);

    /// <summary>A sign-in that is under way: the password has been looked at, the session has not begun. What is answered goes on with it, and tells the refusal if there is one.</summary>
    public async Task<Func<Task<Refusal?>>> BeginToSignIn(string? code = null)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var known = (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new Authenticate(Email, Acme.Password, null, null, new(code)))).Value!;
        var commands = Host.Services.GetRequiredService<Commands>();
        return async () => (await commands.Run(new StartSession(known.By), Envelope.System with { Caller = known.Caller }, null, CancellationToken.None)).Result.Refusal;
    }

    /// <summary>A personal access token of this user, with these scopes.</summary>
    public async Task<string> AccessToken(params string[] scopes) =>
        (await (await SignedIn()).Post("/v3/personal-access-tokens", new { name = "Script", scopes }).Expect(201)).Text("accessToken");
}

/// <summary>The answer of a sign-in.</summary>
internal sealed record Tokens(JsonNode Answer)
{
    public string Access => Answer.Text("accessToken");

    public string Refresh => Answer.Text("refreshToken");
}

/// <summary>The real clock, put forward by as much as tests say.</summary>
internal sealed class SetClock : TimeProvider
{
    private long ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref ahead));

    public void Advance(TimeSpan by) => Interlocked.Add(ref ahead, by.Ticks);
}

/// <summary>The real hasher, and how often it verified.</summary>
internal sealed class CountedPasswords : IPasswords
{
    private readonly Passwords passwords = new();
    private int verified;

    public int Verified => verified;

    public Task<IDisposable> Turn(CancellationToken cancellation) => passwords.Turn(cancellation);

    public string Hash(string password) => passwords.Hash(password);

    public bool Verify(string hash, string password)
    {
        Interlocked.Increment(ref verified);
        return passwords.Verify(hash, password);
    }
}

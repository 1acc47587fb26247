using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity;

/// <summary>Keys follow each other without anybody being signed out, and end when nothing they signed can be good.</summary>
public class KeyRotationTests
{
    private const string Keys = "/.well-known/jwks.json";

    [Fact]
    public async Task The_published_keys_verify_a_token()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        using var answer = await ada.Host.Anonymous.Get(Keys);
        var token = (await ada.Tokens()).Access;

        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=300");
        var key = (await Task.FromResult(answer).Expect(200))["keys"]!.AsArray().Single(candidate => candidate!.Text("kid") == KidOf(token))!;
        key.AsObject().Select(member => member.Key).ShouldBe(["kty", "crv", "x", "y", "use", "alg", "kid"]);
        (key.Text("kty"), key.Text("crv"), key.Text("use"), key.Text("alg")).ShouldBe(("EC", "P-256", "sig", "ES256"));
        Verifies(key, token).ShouldBeTrue();
    }

    [Fact]
    public async Task A_new_key_is_published_before_it_signs_and_the_former_stays_until_its_last_token_has_expired()
    {
        var clock = new SetClock();
        await using var host = await Start(clock);
        var ada = await SignInHost.Somebody(host);
        var first = KidOf((await ada.Tokens()).Access);

        var second = (await Rotate(host)).Key.Id;
        (await Published(host)).ShouldBe([second, first], ignoreOrder: true);
        clock.Advance(TimeSpan.FromMinutes(9));
        var last = await ada.Tokens();
        KidOf(last.Access).ShouldBe(first);

        clock.Advance(TimeSpan.FromMinutes(2));
        KidOf((await ada.Tokens()).Access).ShouldBe(second);
        clock.Advance(TimeSpan.FromMinutes(57));
        await host.Client(last.Access).Get("/v3/me").Expect(200);

        clock.Advance(TimeSpan.FromMinutes(10));
        await host.Client(last.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        (await Published(host)).ShouldBe([second]);
        var next = new Tokens(await host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = last.Refresh }).Expect(200));
        await host.Client(next.Access).Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task A_retired_key_verifies_nothing_even_if_a_token_says_it_is_not_expired()
    {
        var clock = new SetClock();
        await using var host = await Start(clock);
        var ada = await SignInHost.Somebody(host);
        var old = await host.Services.GetRequiredService<SigningKeys>().Signing(CancellationToken.None);
        await Rotate(host);
        clock.Advance(TimeSpan.FromMinutes(50));
        var parts = (await ada.Tokens()).Access.Split('.');
        var head = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        head["kid"] = old.Id;
        var forged = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head.ToJsonString()))}.{parts[1]}";
        forged += $".{Base64Url.EncodeToString(old.Key.SignData(Encoding.ASCII.GetBytes(forged), HashAlgorithmName.SHA256))}";
        await host.Client(forged).Get("/v3/me").Expect(200);

        clock.Advance(TimeSpan.FromMinutes(30));

        await host.Client(forged).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await host.Client(string.Join('.', parts)).Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task A_Host_that_did_not_rotate_takes_the_new_key_and_signs_with_it()
    {
        var clock = new SetClock();
        await using var one = await Start(clock);
        await using var other = await Start(clock, one.Owner);
        var ada = await SignInHost.Somebody(one);
        await other.Client((await ada.Tokens()).Access).Get("/v3/me").Expect(200);

        var second = (await Rotate(one)).Key.Id;
        clock.Advance(TimeSpan.FromMinutes(11));

        var token = (await ada.Tokens()).Access;
        KidOf(token).ShouldBe(second);
        await other.Client(token).Get("/v3/me").Expect(200);
        KidOf((await (ada with { Host = other }).Tokens()).Access).ShouldBe(second);
    }

    [Fact]
    public async Task A_rotation_at_once_ends_every_access_token_and_no_sign_in()
    {
        var clock = new SetClock();
        await using var one = await Start(clock);
        await using var other = await Start(clock, one.Owner);
        var ada = await SignInHost.Somebody(one);
        var tokens = await ada.Tokens();
        await other.Client(tokens.Access).Get("/v3/me").Expect(200);

        await one.Services.GetRequiredService<SigningKeys>().Rotate(atOnce: true, CancellationToken.None);

        await one.Client(tokens.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        clock.Advance(TimeSpan.FromMinutes(1.1));
        await other.Client(tokens.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        var next = new Tokens(await other.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = tokens.Refresh }).Expect(200));
        await one.Client(next.Access).Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task Keys_follow_each_other_by_themselves_and_once_for_all_Hosts()
    {
        var clock = new SetClock();
        await using var one = await Start(clock);
        await using var other = await Start(clock, one.Owner);
        var before = await Published(one);

        clock.Advance(TimeSpan.FromDays(89));
        (await Published(one)).ShouldBe(before);
        clock.Advance(TimeSpan.FromDays(2));
        var lists = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Published(i % 2 == 0 ? one : other)));

        lists.ShouldAllBe(list => list.Count == 2);
        (await one.Scalar<long>("select count(*) from events.mt_doc_signingkey")).ShouldBe(2);
    }

    private static Task<TestHost> Start(SetClock clock, string? owner = null) =>
        TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock), owner);

    private static Task<KeyTerm> Rotate(TestHost host) => host.Services.GetRequiredService<SigningKeys>().Rotate(atOnce: false, CancellationToken.None);

    private static async Task<IReadOnlyList<string>> Published(TestHost host) =>
        [.. (await host.Anonymous.Get(Keys).Expect(200))["keys"]!.AsArray().Select(key => key!.Text("kid"))];

    private static string KidOf(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[0]))!.Text("kid");

    private static bool Verifies(JsonNode key, string token)
    {
        using var read = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = Base64Url.DecodeFromChars(key.Text("x")), Y = Base64Url.DecodeFromChars(key.Text("y")) },
        });
        var parts = token.Split('.');
        return read.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256);
    }
}

using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace EventSourcedOrgs.Host.Tests.Identity.Providers;

/// <summary>What somebody tries who is not who they say, or has a browser, a code, a token or a provider that is not for this.</summary>
public class ProviderAttackTests(ProviderHost world) : IClassFixture<ProviderHost>
{
    private const string Invalid = "INVALID_IDENTITY_TOKEN";
    private const string State = "INVALID_SIGN_IN_STATE";

    public static TheoryData<string> Forgeries =>
    [
        "nonce", "no nonce", "issuer", "audience", "two audiences", "authorized party", "expired", "no expiry", "not yet", "from the future", "no time of issue", "no subject",
        "alg none", "hmac of the public key", "another key", "altered", "no token",
    ];

    [Theory, MemberData(nameof(Forgeries))]
    public async Task A_token_that_is_not_right_opens_nothing(string what)
    {
        var acme = await world.Acme();
        var (id, email) = await world.User(acme);
        var now = world.Clock.GetUtcNow();
        world.Provider.Forge = claims => _ = what switch
        {
            "nonce" => claims["nonce"] = "another",
            "no nonce" => claims.Remove("nonce"),
            "issuer" => claims["iss"] = "https://login.evil.example",
            "audience" => claims["aud"] = "another client",
            "two audiences" => claims["aud"] = new[] { world.Provider.Client, "another client" },
            "authorized party" => claims["azp"] = "another client",
            "expired" => claims["exp"] = now.AddMinutes(-3).ToUnixTimeSeconds(),
            "no expiry" => claims.Remove("exp"),
            "not yet" => claims["nbf"] = now.AddMinutes(4).ToUnixTimeSeconds(),
            "from the future" => claims["iat"] = now.AddMinutes(4).ToUnixTimeSeconds(),
            "no time of issue" => claims.Remove("iat"),
            "no subject" => claims.Remove("sub"),
            _ => claims,
        };
        world.Provider.Sign = what switch
        {
            "alg none" => claims => $"{Part("""{"alg":"none","typ":"JWT"}""")}.{world.Provider.Signed(claims).Split('.')[1]}.",
            "hmac of the public key" => claims => world.Provider.Signed(claims, new SymmetricSecurityKey(new byte[64]), SecurityAlgorithms.HmacSha256),
            "another key" => claims => world.Provider.Signed(claims, new RsaSecurityKey(System.Security.Cryptography.RSA.Create(2048)) { KeyId = "unknown" }),
            "altered" => claims => Altered(world.Provider.Signed(claims)),
            "no token" => _ => "nonsense",
            _ => null,
        };

        await world.SignIn(acme, SomeProvider.Named("s-1", email)).ExpectProblem(400, Invalid);

        (await world.Host.EventsOf(id)).ShouldNotContain("user_identity_linked_v1");
        (await world.Host.EventsOf(id)).ShouldNotContain("user_signed_in_v1");
    }

    [Fact]
    public async Task A_state_counts_once_and_so_does_a_code()
    {
        var acme = await world.Acme();
        var (_, email) = await world.User(acme);
        world.Provider.Person = SomeProvider.Named("s-1", email);
        using var browser = new SomeBrowser(world.Host);
        var back = await browser.AtProvider(await browser.Start(ProviderHost.Start(acme)));
        await browser.Get(back).Expect(200);

        await browser.Get(back).ExpectProblem(400, State);

        var state = System.Web.HttpUtility.ParseQueryString((await browser.Start(ProviderHost.Start(acme))).Query)["state"];
        var used = System.Web.HttpUtility.ParseQueryString(back.Split('?')[1])["code"];
        await browser.Get($"/v3/sign-in/oidc/callback?code={used}&state={state}").ExpectProblem(400, "SIGN_IN_DECLINED");
    }

    [Fact]
    public async Task Brought_twice_at_once_it_counts_once()
    {
        var acme = await world.Acme();
        var (_, email) = await world.User(acme);
        world.Provider.Person = SomeProvider.Named("s-1", email);
        using var browser = new SomeBrowser(world.Host);
        var back = await browser.AtProvider(await browser.Start(ProviderHost.Start(acme)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => browser.Get(back)));

        answers.Count(answer => (int)answer.StatusCode == 200).ShouldBe(1);
    }

    [Fact]
    public async Task A_sign_in_of_another_browser_ends_in_no_session()
    {
        var acme = await world.Acme();
        var (_, email) = await world.User(acme);
        world.Provider.Person = SomeProvider.Named("attacker", email);
        using var attacker = new SomeBrowser(world.Host);
        using var victim = new SomeBrowser(world.Host);
        using var stranger = new SomeBrowser(world.Host);
        await victim.Start(ProviderHost.Start(acme));

        await victim.Get(await attacker.AtProvider(await attacker.Start(ProviderHost.Start(acme)))).ExpectProblem(400, State);
        await stranger.Get(await attacker.AtProvider(await attacker.Start(ProviderHost.Start(acme)))).ExpectProblem(400, State);
        attacker.Cookie.ShouldNotBe(victim.Cookie);
    }

    [Fact]
    public async Task A_state_is_good_for_ten_minutes_and_what_is_made_up_never()
    {
        var acme = await world.Acme();
        using var browser = new SomeBrowser(world.Host);
        world.Provider.Person = SomeProvider.Named("s-1", (await world.User(acme)).Email);
        var back = await browser.AtProvider(await browser.Start(ProviderHost.Start(acme)));
        world.Clock.Advance(TimeSpan.FromMinutes(11));

        await browser.Get(back).ExpectProblem(400, State);
        await browser.Get("/v3/sign-in/oidc/callback?code=a&state=b").ExpectProblem(400, State);
        await browser.Get("/v3/sign-in/oidc/callback").ExpectProblem(400, State);
    }

    [Fact]
    public async Task The_cookie_is_for_this_host_and_for_no_script()
    {
        var acme = await world.Acme();
        using var browser = new SomeBrowser(world.Host);
        using var answer = await browser.Get(ProviderHost.Start(acme));

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldStartWith("__Host-");
        foreach (var part in (string[])["secure", "httponly", "path=/", "samesite=lax"])
            cookie.ToLowerInvariant().ShouldContain(part);
        cookie.ToLowerInvariant().ShouldNotContain("domain=");
    }

    [Fact]
    public async Task A_provider_of_an_organization_reaches_nobody_else()
    {
        var (mine, theirs) = (await world.Acme(world.Provider.Settings(provisioning: true)), await world.Acme());
        var (_, email) = await world.User(theirs, "organization-admin");
        var member = await SignInHost.TeamMember(world.Host);

        await world.SignIn(mine, SomeProvider.Named("s-1", email)).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
        await world.SignIn(mine, SomeProvider.Named("s-2", member.Email)).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
        await world.SignIn(mine, SomeProvider.Named("s-3", TestHost.SuperAdmin)).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
    }

    [Fact]
    public async Task Who_was_linked_in_one_organization_is_not_in_another_with_the_same_issuer()
    {
        var (mine, theirs) = (await world.Acme(), await world.Acme());
        var (id, email) = await world.User(theirs);
        await world.SignIn(theirs, SomeProvider.Named("same", email)).Expect(200);

        await world.SignIn(mine, SomeProvider.Named("same", email)).ExpectProblem(400, "IDENTITY_NOT_KNOWN");

        await mine.Vendor.Patch($"/v3/users/{id}", new { organizationId = mine.Id }).Expect(200);
        await world.SignIn(theirs, SomeProvider.Named("same", email)).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
    }

    [Fact]
    public async Task An_address_that_is_not_verified_is_nobodys()
    {
        var acme = await world.Acme(world.Provider.Settings(provisioning: true));
        var (_, email) = await world.User(acme);

        await world.SignIn(acme, SomeProvider.Named("s-1", email, verified: false)).ExpectProblem(400, "EMAIL_NOT_VERIFIED");
        await world.SignIn(acme, SomeProvider.Named("s-1", Acme.NewEmail(), verified: false)).ExpectProblem(400, "EMAIL_NOT_VERIFIED");
    }

    [Fact]
    public async Task An_address_that_only_looks_the_same_is_of_somebody_else()
    {
        var acme = await world.Acme();
        var (_, email) = await world.User(acme);

        await world.SignIn(acme, SomeProvider.Named("s-1", email.Replace("person", "\uFF50erson", StringComparison.Ordinal))).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
        await world.SignIn(acme, SomeProvider.Named("s-2", email.Replace("person", "per\u017Fon", StringComparison.Ordinal))).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
    }

    [Fact]
    public async Task A_second_identity_with_the_address_of_somebody_linked_is_somebody_else()
    {
        var acme = await world.Acme();
        var (_, email) = await world.User(acme);
        await world.SignIn(acme, SomeProvider.Named("first", email)).Expect(200);

        await world.SignIn(acme, SomeProvider.Named("second", email)).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
    }

    private static string Part(string json) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(json));

    private static string Altered(string token)
    {
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("s-1", "s-2", StringComparison.Ordinal);
        return $"{parts[0]}.{Part(payload)}.{parts[2]}";
    }
}

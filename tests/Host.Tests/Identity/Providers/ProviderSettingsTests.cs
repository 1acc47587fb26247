using System.Net;
using System.Text;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity.Providers;

/// <summary>Who sets a provider, what is kept of it, and where we are not sent by it.</summary>
public class ProviderSettingsTests(ProviderHost world) : IClassFixture<ProviderHost>
{
    [Fact]
    public async Task An_organization_admin_sets_it_and_nobody_ever_reads_the_secret()
    {
        var acme = await Acme.With(-1, world.Host);
        var admin = await acme.Admin();
        var path = $"{acme.Path}/identity-provider";
        await admin.Get(path).ExpectProblem(404, "NOT_FOUND");

        (await admin.Put(path, world.Provider.Settings()).Expect(200)).ToJsonString().ShouldNotContain("unmistakable");
        (await admin.Put(path, world.Provider.Settings()).Expect(200)).Text("issuer").ShouldBe(world.Provider.Issuer);
        (await admin.Get(path).Expect(200)).ToJsonString().ShouldNotContain("unmistakable");
        (await world.Host.EventsOf(acme.Id)).Where(name => name.Contains("provider")).ShouldBe(
            ["organization_identity_provider_changed_v1", "organization_identity_provider_secret_changed_v1"], "the same again is nothing new");
        foreach (var table in (string[])["mt_events", "mt_doc_organization", "mt_doc_identityprovidersecret"])
            (await world.Host.Scalar<long>($"select count(*) from events.{table} t where strpos(t::text, 'unmistakable') > 0")).ShouldBe(0, table);

        await admin.Delete(path).Expect(204);
        await admin.Get(path).ExpectProblem(404, "NOT_FOUND");
        (await world.Host.Scalar<long>("select count(*) from events.mt_doc_identityprovidersecret where id = $1", Guid.Parse(acme.Id))).ShouldBe(0);
    }

    [Fact]
    public async Task Who_removes_what_is_not_there_takes_no_secret_from_what_is_set_meanwhile()
    {
        var acme = await Acme.With(-1, world.Host);
        var remove = new RemoveOrganizationIdentityProvider(OrganizationId.From(Guid.Parse(acme.Id)));

        var outcome = await world.Host.Services.GetRequiredService<Commands>().Run(remove, Envelope.System, async (_, _, _) =>
        {
            await acme.Vendor.Put($"{acme.Path}/identity-provider", world.Provider.Settings()).Expect(200);
            return new Reply(204);
        }, CancellationToken.None);

        outcome.Result.Refusal.ShouldBeNull();
        (await world.Host.Scalar<long>("select count(*) from events.mt_doc_identityprovidersecret where id = $1", Guid.Parse(acme.Id))).ShouldBe(1);
    }

    [Fact]
    public async Task The_secret_stays_for_the_same_client_only()
    {
        var acme = await world.Acme();
        var path = $"{acme.Path}/identity-provider";

        await acme.Vendor.Put(path, new { issuer = world.Provider.Issuer, clientId = world.Provider.Client, provisioning = true }).Expect(200);
        await acme.Vendor.Put(path, new { issuer = "https://login.evil.example", clientId = world.Provider.Client }).ExpectProblem(400, "CLIENT_SECRET_REQUIRED");
        await acme.Vendor.Put(path, new { issuer = world.Provider.Issuer, clientId = "another" }).ExpectProblem(400, "CLIENT_SECRET_REQUIRED");
    }

    [Fact]
    public async Task Only_the_super_admin_sets_that_of_the_account()
    {
        var member = await SignInHost.TeamMember(world.Host);
        await (await member.SignedIn()).Put(ProviderHost.OfAccount, world.Provider.Settings(defaultRole: "auditor")).ExpectProblem(403, "FORBIDDEN");

        var vendor = await world.Host.Vendor();
        var token = (await vendor.Post("/v3/personal-access-tokens", new { name = "script", scopes = new[] { "account:write" } }).Expect(201)).Text("accessToken");
        await world.Host.Client(token).Put(ProviderHost.OfAccount, world.Provider.Settings(defaultRole: "auditor")).ExpectProblem(403, "SIGN_IN_REQUIRED");
        foreach (var role in (string[])["super-admin", "user", "organization-admin"])
            await vendor.Put(ProviderHost.OfAccount, world.Provider.Settings(defaultRole: role)).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task A_token_that_can_do_less_than_an_organization_admin_sets_none()
    {
        var acme = await Acme.With(-1, world.Host);
        var scopes = new[] { "organization:identityProvider:write" };
        var token = (await acme.Vendor.Post($"{acme.Path}/access-tokens", new { name = "script", scopes }).Expect(201)).Text("accessToken");

        await world.Host.Client(token).Put($"{acme.Path}/identity-provider", world.Provider.Settings()).ExpectProblem(403, "ROLE_NOT_ALLOWED");
    }

    [Theory, InlineData("admin"), InlineData("auditor"), InlineData("nobody")]
    public async Task People_of_an_organization_get_roles_of_it(string role)
    {
        var acme = await Acme.With(-1, world.Host);
        await acme.Vendor.Put($"{acme.Path}/identity-provider", world.Provider.Settings(defaultRole: role)).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Groups_are_those_of_the_organization()
    {
        var (acme, other) = (await Acme.With(-1, world.Host), await Acme.With(-1, world.Host));
        var group = await other.Group();
        await acme.Vendor.Put($"{acme.Path}/identity-provider", world.Provider.Settings(groups: [new { value = "eng", userGroupId = group }])).ExpectProblem(400, "REFERENCE_NOT_FOUND");
    }

    [Theory, InlineData("http://login.acme.example"), InlineData("https://me@login.acme.example"), InlineData("https://login.acme.example#x"), InlineData("file:///etc/passwd"), InlineData("acme")]
    public async Task An_issuer_is_an_https_address(string issuer)
    {
        var acme = await Acme.With(-1, world.Host);
        await acme.Vendor.Put($"{acme.Path}/identity-provider", new { issuer, clientId = "c", clientSecret = "s" }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Theory, InlineData("10.0.0.1"), InlineData("192.168.1.1"), InlineData("172.31.0.1"), InlineData("169.254.169.254"), InlineData("[fe80::1]"), InlineData("[fd00::1]"), InlineData("0.0.0.0"), InlineData("[::ffff:10.0.0.1]")]
    public async Task Nobody_has_us_ask_what_only_we_can_reach(string host)
    {
        var acme = await world.Acme(new { issuer = $"https://{host}", clientId = "c", clientSecret = "s" });
        using var browser = new SomeBrowser(world.Host);

        await browser.Get(ProviderHost.Start(acme)).ExpectProblem(400, "IDENTITY_PROVIDER_UNREACHABLE");
    }

    [Theory]
    [InlineData("127.0.0.1", false), InlineData("::1", false), InlineData("10.1.2.3", false), InlineData("100.64.0.1", false), InlineData("169.254.1.1", false), InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::1", false), InlineData("::ffff:127.0.0.1", false), InlineData("224.0.0.1", false), InlineData("8.8.8.8", true), InlineData("2606:4700::1111", true)]
    public void Unless_settings_say_otherwise_only_public_addresses_are_asked(string address, bool allowed) =>
        new ProviderNetwork(Loopback: false, Private: false).Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    [Fact]
    public async Task Another_issuer_a_redirect_nonsense_and_too_much_are_no_provider()
    {
        await using var other = await SomeProvider.Start(world.Clock);
        var acme = await world.Acme(other.Settings());
        using var browser = new SomeBrowser(world.Host);
        foreach (var text in (string[])["""{"issuer":"https://login.evil.example"}""", "nonsense", "[]", $$"""{"issuer":"{{new string('a', 100_000)}}"}""", ""])
        {
            other.Discovery = http => http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
            await browser.Get(ProviderHost.Start(acme)).ExpectProblem(400, "IDENTITY_PROVIDER_UNREACHABLE");
        }

        other.Discovery = http =>
        {
            http.Response.ContentType = "application/json; charset=nonsense";
            return http.Response.Body.WriteAsync("{}"u8.ToArray()).AsTask();
        };
        await browser.Get(ProviderHost.Start(acme)).ExpectProblem(400, "IDENTITY_PROVIDER_UNREACHABLE");

        other.Discovery = http =>
        {
            http.Response.Redirect($"{world.Provider.Issuer}/.well-known/openid-configuration");
            return Task.CompletedTask;
        };
        await browser.Get(ProviderHost.Start(acme)).ExpectProblem(400, "IDENTITY_PROVIDER_UNREACHABLE");
    }

    [Fact]
    public async Task Where_there_is_none_nobody_is_sent_anywhere()
    {
        using var browser = new SomeBrowser(world.Host);
        await browser.Get($"/v3/sign-in/oidc/organizations/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
        await browser.Get(ProviderHost.Start(await Acme.With(-1, world.Host))).ExpectProblem(404, "NOT_FOUND");
    }
}

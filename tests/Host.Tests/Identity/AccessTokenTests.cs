using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Identity;

[Collection(nameof(SignInHost))]
public class AccessTokenTests
{
    private const string Path = "/v3/personal-access-tokens";

    [Fact]
    public async Task A_token_is_made_shown_once_and_used()
    {
        var host = await TestHost.Shared;
        var ada = await SignInHost.Somebody(host, "organization-admin");
        var signedIn = await ada.SignedIn();

        using var created = await signedIn.Post(Path, new { name = " Nightly import ", scopes = new[] { "organization:read" } });
        var answer = JsonNode.Parse(await created.Content.ReadAsStringAsync())!;

        ((int)created.StatusCode).ShouldBe(201);
        answer.AsObject().Select(member => member.Key).ShouldBe(["accessToken"]);
        answer.Text("accessToken").ShouldMatch("^eso_pat_[A-Za-z0-9_-]{43}$");
        await host.Client(answer.Text("accessToken")).Get(ada.Acme.Path).Expect(200);
        var token = await signedIn.Get(created.Headers.Location!.ToString()).Expect(200);
        token.AsObject().Select(member => member.Key).ShouldBe(
            ["id", "createdAt", "updatedAt", "name", "expiresAt", "revoked", "scopes", "userId", "lastUsedAt", "lastRotatedAt", "tokenId"]);
        (token.Text("name"), token.Text("userId"), token["revoked"]!.GetValue<bool>()).ShouldBe(("Nightly import", ada.Id, false));
        token["lastUsedAt"].ShouldNotBeNull();
        token["lastRotatedAt"].ShouldBeNull();
    }

    [Fact]
    public async Task It_does_what_its_scopes_say_and_no_more()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var script = ada.Host.Client(await ada.AccessToken("organization:userGroup:create"));

        var group = await script.Post($"{ada.Acme.Path}/user-groups", new { name = "Engineers" }).Expect(201);

        await script.Get($"{ada.Acme.Path}/user-groups/{group.Id()}").ExpectProblem(403, "FORBIDDEN");
        await script.Delete($"{ada.Acme.Path}/user-groups/{group.Id()}").ExpectProblem(403, "FORBIDDEN");
        await script.Get("/v3/me").Expect(200);
        await script.Post(Path, new { name = "More", scopes = Array.Empty<string>() }).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task The_audit_names_the_token()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var script = ada.Host.Client(await ada.AccessToken("organization:userGroup:create"));
        var group = await script.Post($"{ada.Acme.Path}/user-groups", new { name = "Engineers" }).Expect(201);

        var id = (await (await ada.SignedIn()).Get(Path).Expect(200))[0]!.Id();
        (await ada.Host.Scalar<string>("select user_name from events.mt_events where stream_id = $1", Guid.Parse(group.Id()))).ShouldBe($"token:{id}");
    }

    [Theory]
    [InlineData("user", "organization:read", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("user", "organization:user:create", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("organization-admin", "user:write", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("organization-admin", "organization:write", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("organization-admin", "license:write", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("reseller-admin", "organization:user:read", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("organization-admin", "organization:everything", 400, "UNKNOWN_SCOPE")]
    [InlineData("organization-admin", "*", 400, "UNKNOWN_SCOPE")]
    [InlineData("organization-admin", "Organization:Read", 400, "UNKNOWN_SCOPE")]
    [InlineData("organization-admin", "", 400, "UNKNOWN_SCOPE")]
    public async Task Nobody_gives_a_token_more_than_they_have(string role, string scope, int status, string code)
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, role);
        await (await ada.SignedIn()).Post(Path, new { name = "Script", scopes = new[] { "personalAccessToken:write", scope } }).ExpectProblem(status, code);
    }

    [Fact]
    public async Task A_token_makes_no_token_that_can_more()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var script = ada.Host.Client(await ada.AccessToken("personalAccessToken:write", "organization:read"));

        await script.Post(Path, new { name = "Same", scopes = new[] { "organization:read" } }).Expect(201);
        await script.Post(Path, new { name = "More", scopes = new[] { "organization:user:read" } }).ExpectProblem(403, "SCOPE_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_token_gets_no_hold_of_a_token_that_can_more()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var signedIn = await ada.SignedIn();
        var wide = (await Create(signedIn, "organization:read", "organization:user:create")).Id;
        var script = ada.Host.Client(await ada.AccessToken("personalAccessToken:write", "organization:read"));

        await script.Post($"{Path}/{wide}/rotate").ExpectProblem(403, "SCOPE_NOT_ALLOWED");
        await script.Patch($"{Path}/{wide}", new { revoked = true }).Expect(200);
        await script.Patch($"{Path}/{wide}", new { revoked = false }).ExpectProblem(403, "SCOPE_NOT_ALLOWED");
        await signedIn.Patch($"{Path}/{wide}", new { revoked = false }).Expect(200);
    }

    [Fact]
    public async Task A_token_of_the_team_makes_no_member_of_the_team()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var script = (await TestHost.Shared).Client((await vendor.Post(Path, new { name = "Script", scopes = new[] { "user:write" } }).Expect(201)).Text("accessToken"));

        await script.Post("/v3/users", new { firstName = "Eve", email = Acme.NewEmail(), role = "admin", password = Acme.Password }).ExpectProblem(403, "ROLE_NOT_ALLOWED");
        var eve = await script.Post("/v3/users", new { firstName = "Eve", email = Acme.NewEmail(), password = Acme.Password }).Expect(201);
        await script.Patch($"/v3/users/{eve.Id()}", new { role = "admin" }).ExpectProblem(403, "ROLE_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_scope_outlives_no_role()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var script = ada.Host.Client(await ada.AccessToken("organization:read"));
        await script.Get(ada.Acme.Path).Expect(200);

        await ada.Acme.Vendor.Patch($"/v3/users/{ada.Id}", new { role = "user" }).Expect(200);

        await script.Get(ada.Acme.Path).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task Both_names_of_templates_are_one_scope()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var (secret, id) = await Create(vendor, "licenseTemplate:read");

        await (await TestHost.Shared).Client(secret).Get($"/v3/license-templates/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
        (await vendor.Get($"{Path}/{id}").Expect(200))["scopes"]!.AsArray().Select(scope => scope!.GetValue<string>()).ShouldBe(["licenseTemplate:read"]);
    }

    [Fact]
    public async Task A_revoked_token_opens_nothing_until_the_revocation_is_lifted()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        var (secret, id) = await Create(signedIn);
        var script = ada.Host.Client(secret);

        (await signedIn.Patch($"{Path}/{id}", new { revoked = true }).Expect(200))["revoked"]!.GetValue<bool>().ShouldBeTrue();
        await script.Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await signedIn.Post($"{Path}/{id}/rotate").ExpectProblem(409, "ACCESS_TOKEN_ENDED");

        await signedIn.Patch($"{Path}/{id}", new { revoked = false }).Expect(200);
        await script.Get("/v3/me").Expect(200);
        await signedIn.Patch($"{Path}/{id}", new { }).ExpectProblem(400, "VALIDATION_FAILED");
        await signedIn.Patch($"{Path}/{id}", new { revoked = true, scopes = new[] { "user:write" } }).ExpectProblem(400, "UNKNOWN_FIELD");
    }

    [Fact]
    public async Task A_token_can_be_made_revoked()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        var secret = (await signedIn.Post(Path, new { name = "Later", scopes = Array.Empty<string>(), revoked = true }).Expect(201)).Text("accessToken");
        await ada.Host.Client(secret).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task A_rotated_token_has_another_secret()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        var (former, id) = await Create(signedIn);

        var next = (await signedIn.Post($"{Path}/{id}/rotate").Expect(200)).Text("accessToken");

        await ada.Host.Client(former).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.Host.Client(next).Get("/v3/me").Expect(200);
        (await signedIn.Get($"{Path}/{id}").Expect(200))["lastRotatedAt"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_former_secret_can_stay_for_a_while_and_there_are_never_more_than_two()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (first, id) = await Create(await ada.SignedIn());
        var second = await Next();
        await Opens(first, second);

        var third = await Next();
        await ada.Host.Client(first).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await Opens(second, third);

        SignInHost.Clock.Advance(TimeSpan.FromMinutes(10));
        await ada.Host.Client(second).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await Opens(third);

        foreach (var wrong in (DateTimeOffset[])[SignInHost.Clock.GetUtcNow(), SignInHost.Clock.GetUtcNow().AddDays(31)])
            await (await ada.SignedIn()).Post($"{Path}/{id}/rotate", new { formerEndsAt = wrong }).ExpectProblem(400, "VALIDATION_FAILED");
        await Opens(third);

        async Task<string> Next() => (await (await ada.SignedIn()).Post($"{Path}/{id}/rotate", new { formerEndsAt = SignInHost.Clock.GetUtcNow().AddMinutes(10) }).Expect(200)).Text("accessToken");

        async Task Opens(params string[] secrets)
        {
            foreach (var secret in secrets)
                await ada.Host.Client(secret).Get("/v3/me").Expect(200);
        }
    }

    [Fact]
    public async Task Of_many_rotations_at_once_one_secret_is_left()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        var id = (await Create(signedIn)).Id;

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => signedIn.Post($"{Path}/{id}/rotate").Expect(200)));

        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_accesstokensecret where data ->> 'accessToken' = $1", id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_deleted_token_is_gone()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        var (secret, id) = await Create(signedIn);

        await signedIn.Delete($"{Path}/{id}").Expect(204);

        await ada.Host.Client(secret).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await signedIn.Get($"{Path}/{id}").ExpectProblem(404, "NOT_FOUND");
        await signedIn.Post($"{Path}/{id}/rotate").ExpectProblem(404, "NOT_FOUND");
        await signedIn.Patch($"{Path}/{id}", new { revoked = false }).ExpectProblem(404, "NOT_FOUND");
        await signedIn.Delete($"{Path}/{id}").ExpectProblem(404, "NOT_FOUND");
        (await signedIn.Get(Path).Expect(200)).AsArray().ShouldBeEmpty();
        (await ada.Host.EventsOf(id)).ShouldBe(["access_token_created_v1", "access_token_deleted_v1"]);
    }

    [Fact]
    public async Task The_tokens_of_others_do_not_exist_not_even_for_the_super_admin()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var id = (await Create(await ada.SignedIn())).Id;

        foreach (var client in (HttpClient[])[ada.Acme.Vendor, await (await SignInHost.Somebody(ada.Host)).SignedIn()])
        {
            var foreign = await client.Get($"{Path}/{id}").ExpectProblem(404, "NOT_FOUND");
            foreign.Text("message").ShouldBe((await client.Get($"{Path}/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND")).Text("message"));
            await client.Patch($"{Path}/{id}", new { revoked = true }).ExpectProblem(404, "NOT_FOUND");
            await client.Delete($"{Path}/{id}").ExpectProblem(404, "NOT_FOUND");
            await client.Post($"{Path}/{id}/rotate").ExpectProblem(404, "NOT_FOUND");
            (await client.Get(Path).Expect(200)).AsArray().ShouldNotContain(token => token!.Id() == id);
        }
    }

    [Fact]
    public async Task They_are_listed_in_pages()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        foreach (var name in (string[])["Alpha", "Beta", "Gamma"])
            await signedIn.Post(Path, new { name, scopes = new[] { "personalAccessToken:write" } }).Expect(201);

        (await Names($"{Path}?limit=2")).ShouldBe(["Alpha", "Beta"]);
        (await Names($"{Path}?limit=2&page=2")).ShouldBe(["Gamma"]);
        (await Names($"{Path}?sort=-createdAt")).ShouldBe(["Gamma", "Beta", "Alpha"]);
        (await Names($"{Path}?search=bet")).ShouldBe(["Beta"]);
        await signedIn.Get($"{Path}?limit=101").ExpectProblem(400, "INVALID_QUERY_PARAMETER");

        async Task<string[]> Names(string path) => [.. (await signedIn.Get(path).Expect(200)).AsArray().Select(token => token!.Text("name"))];
    }

    [Fact]
    public async Task A_token_ends_at_its_expiry()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var signedIn = await ada.SignedIn();
        var now = SignInHost.Clock.GetUtcNow();
        var secret = (await signedIn.Post(Path, new { name = "Short", scopes = Array.Empty<string>(), expiresAt = now.AddMinutes(10) }).Expect(201)).Text("accessToken");
        var id = (await signedIn.Get(Path).Expect(200))[0]!.Id();

        await ada.Host.Client(secret).Get("/v3/me").Expect(200);
        SignInHost.Clock.Advance(TimeSpan.FromMinutes(10));
        await ada.Host.Client(secret).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await signedIn.Post($"{Path}/{id}/rotate").ExpectProblem(409, "ACCESS_TOKEN_ENDED");
        await signedIn.Post(Path, new { name = "Past", scopes = Array.Empty<string>(), expiresAt = now }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task The_last_use_is_noted_to_the_minute_and_is_no_event()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (secret, id) = await Create(await ada.SignedIn());
        var script = ada.Host.Client(secret);

        var first = await Used();
        SignInHost.Clock.Advance(TimeSpan.FromSeconds(30));
        (await Used()).ShouldBe(first);
        SignInHost.Clock.Advance(TimeSpan.FromSeconds(31));
        (await Used()).ShouldBeGreaterThan(first);
        (await ada.Host.EventsOf(id)).ShouldBe(["access_token_created_v1"]);

        async Task<DateTimeOffset> Used() => (await script.Get($"{Path}/{id}").Expect(200))["lastUsedAt"]!.GetValue<DateTimeOffset>();
    }

    [Theory]
    [InlineData("""{"scopes":[]}""")]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"name":"","scopes":[]}""")]
    [InlineData("""{"name":"x","scopes":[null]}""")]
    [InlineData("""{"name":"x","scopes":"license:read"}""")]
    [InlineData("""{"name":"x","scopes":[],"expiresAt":"tomorrow"}""")]
    public async Task Bad_input_is_named(string body) =>
        await (await (await SignInHost.Somebody(await TestHost.Shared)).SignedIn()).Post(Path, body).ExpectProblem(400, "VALIDATION_FAILED");

    [Fact]
    public async Task A_token_has_at_most_eighty_scopes() =>
        await (await (await SignInHost.Somebody(await TestHost.Shared)).SignedIn())
            .Post(Path, new { name = "x", scopes = Enumerable.Repeat("license:read", 81) }).ExpectProblem(400, "VALIDATION_FAILED");

    private static async Task<(string Secret, string Id)> Create(HttpClient client, params string[] scopes)
    {
        using var created = await client.Post(Path, new { name = "Script", scopes });
        var secret = JsonNode.Parse(await created.Content.ReadAsStringAsync())!.Text("accessToken");
        return (secret, created.Headers.Location!.ToString().Split('/')[^1]);
    }
}

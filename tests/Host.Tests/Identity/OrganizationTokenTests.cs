using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Identity;

/// <summary>Access tokens by which scripts act as an organization.</summary>
public class OrganizationTokenTests
{
    private const string Reads = "organization:user:read";
    private const string Creates = "organization:user:create";
    private const string Updates = "organization:user:update";

    [Fact]
    public async Task It_acts_as_the_organization_within_its_scopes()
    {
        var (acme, other) = (await Acme.With(seats: 1), await Acme.With(seats: -1));
        using var admin = await acme.Admin();
        using var script = acme.Host.Client(await Token(admin, acme, Reads, Creates));

        (await script.Get($"{acme.Path}/users?minPosition={await acme.Host.Position()}").Expect(200)).AsArray().Count.ShouldBe(1);
        await script.Get($"{other.Path}/users").ExpectProblem(404, "NOT_FOUND");
        await script.Get(acme.Path).ExpectProblem(403, "FORBIDDEN");
        await script.Get("/v3/users").ExpectProblem(403, "FORBIDDEN");
        await script.Get("/v3/me").ExpectProblem(403, "FORBIDDEN");
        await script.Get("/v3/me/licenses").ExpectProblem(403, "FORBIDDEN");
        await script.Post($"{acme.Path}/users", Acme.Person()).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");
        await acme.Vendor.Patch(acme.Path, new { allowedUsers = 5 }).Expect(200);
        var user = (await script.Post($"{acme.Path}/users", Acme.Person()).Expect(201)).Id();
        (await acme.Host.Scalar<string>("select user_name from events.mt_events where stream_id = $1 and version = 1", Guid.Parse(user))).ShouldBe($"token:{(await Listed(admin, acme)).Id()}");
    }

    [Fact]
    public async Task It_makes_nobody_who_can_more()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        using var script = acme.Host.Client(await Token(admin, acme, Creates, "organization:accessToken:write"));

        await script.Post($"{acme.Path}/users", Acme.Person(role: "organization-admin")).ExpectProblem(403, "ROLE_NOT_ALLOWED");
        await script.Post($"{acme.Path}/access-tokens", new { name = "script", scopes = new[] { Reads } }).ExpectProblem(403, "SCOPE_NOT_ALLOWED");
        await script.Post($"{acme.Path}/access-tokens", new { name = "script", scopes = new[] { Creates } }).Expect(201);
    }

    [Fact]
    public async Task It_changes_the_address_of_nobody_who_can_more()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        using var script = acme.Host.Client(await Token(admin, acme, Updates));
        var (boss, user) = ((await admin.Get("/v3/me").Expect(200)).Id(), await acme.User());

        await script.Patch($"{acme.Path}/users/{boss}", new { email = Acme.NewEmail() }).ExpectProblem(403, "PASSWORD_RESET_NOT_ALLOWED");
        await script.Patch($"{acme.Path}/users/{boss}", new { firstName = "Augusta" }).Expect(200);
        await script.Patch($"{acme.Path}/users/{user}", new { email = Acme.NewEmail() }).Expect(200);
        await admin.Patch($"{acme.Path}/users/{boss}", new { email = Acme.NewEmail() }).Expect(200);
    }

    [Theory]
    [InlineData("user:read", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("organization:write", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("license:read", 403, "SCOPE_NOT_ALLOWED")]
    [InlineData("organization:fly", 400, "UNKNOWN_SCOPE")]
    public async Task It_has_scopes_of_organizations_only(string scope, int status, string code)
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        foreach (var client in (HttpClient[])[admin, acme.Vendor])
            await client.Post($"{acme.Path}/access-tokens", new { name = "script", scopes = new[] { scope } }).ExpectProblem(status, code);
        await admin.Post($"{acme.Path}/access-tokens", new { name = "script", scopes = Array.Empty<string>() }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task It_is_listed_rotated_revoked_and_deleted_and_outlives_who_made_it()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        var secret = await Token(admin, acme, Reads);
        secret.ShouldStartWith("eso_org_");
        var token = await Listed(acme.Vendor, acme);
        var path = $"{acme.Path}/access-tokens/{token.Id()}";
        token.Text("organizationId").ShouldBe(acme.Id);
        token.ToJsonString().ShouldNotContain(secret);
        (await acme.Host.Scalar<long>("select count(*) from events.mt_events where data::text like $1", $"%{secret}%")).ShouldBe(0);

        await acme.Vendor.Delete($"{acme.Path}/users/{(await admin.Get("/v3/me").Expect(200)).Id()}").Expect(204);
        using var script = acme.Host.Client(secret);
        await script.Get($"{acme.Path}/users").Expect(200);
        (await acme.Vendor.Get(path).Expect(200))["lastUsedAt"].ShouldNotBeNull();

        using var rotated = acme.Host.Client((await acme.Vendor.Post($"{path}/rotate").Expect(200)).Text("accessToken"));
        await script.Get($"{acme.Path}/users").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await rotated.Get($"{acme.Path}/users").Expect(200);
        await acme.Vendor.Patch(path, new { revoked = true }).Expect(200);
        await rotated.Get($"{acme.Path}/users").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await acme.Vendor.Patch(path, new { revoked = false }).Expect(200);
        await rotated.Get($"{acme.Path}/users").Expect(200);
        await acme.Vendor.Delete(path).Expect(204);
        await rotated.Get($"{acme.Path}/users").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        (await acme.Vendor.Get($"{acme.Path}/access-tokens").Expect(200)).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task It_dies_with_its_organization()
    {
        var acme = await Acme.With(seats: -1);
        using var script = acme.Host.Client(await Token(acme.Vendor, acme, Reads));

        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        await script.Get($"{acme.Path}/users").ExpectProblem(403, "ORGANIZATION_SUSPENDED");
        await acme.Vendor.Post($"{acme.Path}/reinstate").Expect(200);
        await script.Get($"{acme.Path}/users").Expect(200);
        await acme.Vendor.Delete($"{acme.Path}?cascade=true").Expect(204);
        await script.Get($"{acme.Path}/users").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task It_is_no_personal_token_and_none_of_another_organization()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        using var admin = await acme.Admin();
        await Token(admin, acme, Reads);
        var token = (await Listed(admin, acme)).Id();

        await admin.Get($"/v3/personal-access-tokens/{token}").ExpectProblem(404, "NOT_FOUND");
        (await admin.Get("/v3/personal-access-tokens").Expect(200)).AsArray().ShouldBeEmpty();
        await acme.Vendor.Get($"{other.Path}/access-tokens/{token}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Post($"{other.Path}/access-tokens/{token}/rotate").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Delete($"{other.Path}/access-tokens/{token}").ExpectProblem(404, "NOT_FOUND");
    }

    private static async Task<string> Token(HttpClient client, Acme acme, params string[] scopes) =>
        (await client.Post($"{acme.Path}/access-tokens", new { name = "script", scopes }).Expect(201)).Text("accessToken");

    private static async Task<JsonNode> Listed(HttpClient client, Acme acme) => (await client.Get($"{acme.Path}/access-tokens").Expect(200))[0]!;
}

using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Identity;

namespace EventSourcedOrgs.Host.Tests.Roles;

/// <summary>Roles that the vendor makes: what they are, what they let do, and that nobody climbs by them.</summary>
public class RoleTests
{
    [Fact]
    public async Task A_role_is_made_read_changed_and_deleted()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var name = NewName();
        var made = await vendor.Post("/v3/roles", new { name, description = "Sells", claims = new[] { "license:read", "license:read", "user:read" } }).Expect(201);

        made.Text("name").ShouldBe(name);
        made.Text("description").ShouldBe("Sells");
        Claims(made).ShouldBe(["license:read", "user:read"]);
        (await vendor.Get($"/v3/roles/{made.Id()}").Expect(200)).ToJsonString().ShouldBe(made.ToJsonString());

        var changed = await vendor.Patch($"/v3/roles/{made.Id()}", new { name = name.ToUpperInvariant(), description = (string?)null, claims = new[] { "user:read" } }).Expect(200);
        changed.Text("name").ShouldBe(name.ToUpperInvariant());
        changed.Text("description").ShouldBe("Sells");
        (await vendor.Patch($"/v3/roles/{made.Id()}", new { description = "" }).Expect(200)).Text("description").ShouldBe("");
        (await vendor.Get($"/v3/roles?name={name.ToUpperInvariant()}").Expect(200))[0]!.Id().ShouldBe(made.Id());

        await vendor.Delete($"/v3/roles/{made.Id()}").Expect(204);
        await vendor.Get($"/v3/roles/{made.Id()}").ExpectProblem(404, "NOT_FOUND");
        await vendor.Delete($"/v3/roles/{made.Id()}").ExpectProblem(404, "NOT_FOUND");
        await vendor.Post("/v3/roles", new { name, claims = new[] { "user:read" } }).Expect(201);
    }

    [Fact]
    public async Task Its_name_is_its_own()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var (name, other) = (NewName(), NewName());
        await Role(name, "user:read");
        var id = await Role(other, "user:read");

        await vendor.Post("/v3/roles", new { name = $" {name.ToUpperInvariant()} ", claims = new[] { "user:read" } }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await vendor.Patch($"/v3/roles/{id}", new { name = name.ToUpperInvariant() }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await vendor.Post("/v3/roles", new { name = "Auditor", claims = new[] { "user:read" } }).ExpectProblem(409, "RESERVED_ROLE_NAME");
        await vendor.Patch($"/v3/roles/{id}", new { name = "ADMIN" }).ExpectProblem(409, "RESERVED_ROLE_NAME");
    }

    [Fact]
    public async Task It_has_claims_that_there_are()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        await vendor.Post("/v3/roles", new { name = NewName(), claims = new[] { "user:fly" } }).ExpectProblem(400, "UNKNOWN_CLAIM");
        await vendor.Post("/v3/roles", new { name = NewName(), claims = Array.Empty<string>() }).ExpectProblem(400, "VALIDATION_FAILED");

        string[] others =
        [
            "automatedEmail:write", "automatedEmailEventLog:read", "featureFlag:read", "invoice:read", "paymentMethod:write", "reseller:write", "reseller:user:create", "segment:read",
            "sendingDomain:write", "tag:write", "webhookEventLog:read",
        ];
        (await vendor.Post("/v3/roles", new { name = NewName(), claims = others }).Expect(201))["claims"]!.AsArray().Select(claim => (string)claim!).ShouldBe(others, ignoreOrder: true);
        await vendor.Post("/v3/personal-access-tokens", new { name = "Everything of the contract", scopes = others }).Expect(201);

        var all = await vendor.Get("/v3/roles/claims").Expect(200);
        all["organization:user"]!.AsArray().Select(claim => (string)claim!).ShouldBe(["organization:user:create", "organization:user:delete", "organization:user:read", "organization:user:update"]);
        (await vendor.Get("/v3/roles/claims?roleType=operator").Expect(200)).AsObject().Select(member => member.Key).ShouldBe(["import", "operations", "personalAccessToken"]);
        await vendor.Get("/v3/roles/claims?roleType=emperor").ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Whoever_has_it_may_do_what_its_claims_say_from_the_moment_they_say_it()
    {
        var acme = await Acme.With(seats: -1);
        var (role, clerk) = await Member("organization:user:read");

        await clerk.Get($"{acme.Path}/users").Expect(200);
        await clerk.Get(acme.Path).ExpectProblem(403, "FORBIDDEN");
        await clerk.Get("/v3/users").ExpectProblem(403, "FORBIDDEN");
        await clerk.Post($"{acme.Path}/users", Acme.Person()).ExpectProblem(403, "FORBIDDEN");
        await clerk.Get("/v3/me").Expect(200);

        await acme.Vendor.Patch($"/v3/roles/{role}", new { claims = new[] { "organization:read" } }).Expect(200);
        await clerk.Get($"{acme.Path}/users").ExpectProblem(403, "FORBIDDEN");
        await clerk.Get(acme.Path).Expect(200);
    }

    [Fact]
    public async Task A_token_of_a_member_is_held_to_both()
    {
        var acme = await Acme.With(seats: -1);
        var (role, clerk) = await Member("organization:user:read", "organization:read", "personalAccessToken:write");
        await clerk.Post("/v3/personal-access-tokens", new { name = "script", scopes = new[] { "license:read" } }).ExpectProblem(403, "SCOPE_NOT_ALLOWED");
        var secret = (await clerk.Post("/v3/personal-access-tokens", new { name = "script", scopes = new[] { "organization:read" } }).Expect(201)).Text("accessToken");
        using var script = acme.Host.Client(secret);

        await script.Get(acme.Path).Expect(200);
        await script.Get($"{acme.Path}/users").ExpectProblem(403, "FORBIDDEN");
        await acme.Vendor.Patch($"/v3/roles/{role}", new { claims = new[] { "organization:user:read" } }).Expect(200);
        await script.Get(acme.Path).ExpectProblem(403, "FORBIDDEN");
        await script.Get($"{acme.Path}/users").ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_role_that_somebody_has_is_neither_renamed_nor_deleted()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var name = NewName();
        var role = await Role(name, "user:read");
        var user = (await vendor.Post("/v3/users", new { firstName = "Ada", email = Acme.NewEmail(), role = name, password = Acme.Password }).Expect(201)).Id();

        await vendor.Delete($"/v3/roles/{role}").ExpectProblem(409, "ROLE_IN_USE");
        await vendor.Patch($"/v3/roles/{role}", new { name = NewName() }).ExpectProblem(409, "ROLE_IN_USE");
        await vendor.Patch($"/v3/users/{user}", new { role = "user" }).Expect(200);
        await vendor.Delete($"/v3/roles/{role}").Expect(204);
        await vendor.Patch($"/v3/users/{user}", new { role = name }).ExpectProblem(400, "UNKNOWN_ROLE");
    }

    [Fact]
    public async Task Of_giving_and_deleting_at_once_one_wins()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        foreach (var _ in Enumerable.Range(0, 5))
        {
            var name = NewName();
            var role = await Role(name, "user:read");
            var giving = Enumerable.Range(0, 4).Select(_ => vendor.Post("/v3/users", new { firstName = "Ada", email = Acme.NewEmail(), role = name, password = Acme.Password })).ToList();
            var deleted = (int)(await vendor.Delete($"/v3/roles/{role}")).StatusCode;
            var given = (await Task.WhenAll(giving)).Select(answer => (int)answer.StatusCode).ToList();

            given.ShouldAllBe(status => status == (deleted == 204 ? 400 : 201));
        }
    }

    [Fact]
    public async Task A_member_of_a_team_is_of_no_organization()
    {
        var acme = await Acme.With(seats: -1);
        var name = NewName();
        await Role(name, "user:read");
        foreach (var role in (string[])["auditor", "operator", name])
        {
            await acme.Vendor.Post("/v3/users", new { firstName = "Ada", email = Acme.NewEmail(), role, password = Acme.Password, organizationId = acme.Id }).ExpectProblem(400, "TEAM_MEMBER_HAS_NO_ORGANIZATION");
            using var admin = await acme.Admin();
            await admin.Post($"{acme.Path}/users", Acme.Person(role: role)).ExpectProblem(role == name ? 400 : 403, role == name ? "UNKNOWN_ROLE" : "ROLE_NOT_ALLOWED");
        }
    }

    [Fact]
    public async Task Nobody_makes_a_role_that_can_do_more_than_they_can()
    {
        var (own, clerk) = await Member("role:read", "role:write", "user:read");
        var above = await Role(NewName(), "user:read", "user:write");

        await clerk.Post("/v3/roles", new { name = NewName(), claims = new[] { "user:read" } }).Expect(201);
        await clerk.Post("/v3/roles", new { name = NewName(), claims = new[] { "user:read", "user:write" } }).ExpectProblem(403, "CLAIM_NOT_ALLOWED");
        await clerk.Patch($"/v3/roles/{own}", new { claims = new[] { "role:write", "user:write" } }).ExpectProblem(403, "CLAIM_NOT_ALLOWED");
        await clerk.Patch($"/v3/roles/{above}", new { claims = new[] { "user:read" } }).ExpectProblem(403, "CLAIM_NOT_ALLOWED");
        await clerk.Delete($"/v3/roles/{above}").ExpectProblem(403, "CLAIM_NOT_ALLOWED");
    }

    [Fact]
    public async Task Nobody_gives_a_role_that_can_do_more_than_they_can()
    {
        var (host, acme) = (await TestHost.Shared, await Acme.With(seats: -1));
        var (name, above, below) = (NewName(), NewName(), NewName());
        await Role(above, "license:write");
        await Role(below, "user:read");
        await Role(name, "user:read", "user:write");
        using var clerk = await SignedIn(host, name);

        foreach (var role in (string[])["admin", "auditor", above, "organization-admin"])
            await clerk.Post("/v3/users", new { firstName = "Eve", email = Acme.NewEmail(), role, password = Acme.Password, organizationId = role == "organization-admin" ? acme.Id : null }).ExpectProblem(403, "ROLE_NOT_ALLOWED");
        foreach (var role in (string[])["user", below, name])
            await clerk.Post("/v3/users", new { firstName = "Eve", email = Acme.NewEmail(), role, password = Acme.Password }).Expect(201);
        var admin = (await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(role: "organization-admin")).Expect(201)).Id();
        await clerk.Post($"/v3/users/{admin}/reset-password-token").ExpectProblem(403, "PASSWORD_RESET_NOT_ALLOWED");
        await clerk.Post($"/v3/users/{await acme.User()}/reset-password-token").Expect(200);
        await acme.Vendor.Post($"/v3/users/{admin}/reset-password-token").Expect(200);
        await clerk.Patch($"/v3/users/{admin}", new { email = Acme.NewEmail() }).ExpectProblem(403, "PASSWORD_RESET_NOT_ALLOWED");
        await clerk.Patch($"/v3/users/{await acme.User()}", new { email = Acme.NewEmail() }).Expect(200);
        var other = (await Acme.With(seats: -1)).Id;
        await clerk.Patch($"/v3/users/{admin}", new { organizationId = other }).ExpectProblem(403, "ROLE_NOT_ALLOWED");
        await clerk.Patch($"/v3/users/{await acme.User()}", new { organizationId = other }).Expect(200);
    }

    [Fact]
    public async Task An_auditor_reads_everything_and_changes_nothing()
    {
        var (host, acme) = (await TestHost.Shared, await Acme.With(seats: 3));
        using var auditor = await SignedIn(host, "auditor");
        var user = await acme.User();

        foreach (var path in (string[])["/v3/organizations", "/v3/users", "/v3/licenses", "/v3/products", "/v3/roles", $"/v3/users/{user}", $"{acme.Path}/users", $"{acme.Path}/summary", $"{acme.Path}/access", $"/v3/users/{user}/access"])
            await auditor.Get(path).Expect(200);
        await auditor.Patch(acme.Path, new { allowedUsers = 100 }).ExpectProblem(403, "FORBIDDEN");
        await auditor.Delete($"/v3/users/{user}").ExpectProblem(403, "FORBIDDEN");
        await auditor.Post($"/v3/users/{user}/reset-password-token").ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task An_operator_sees_no_customer()
    {
        var (host, acme) = (await TestHost.Shared, await Acme.With(seats: 3));
        using var op = await SignedIn(host, "operator");
        var user = await acme.User();

        foreach (var path in (string[])["/v3/organizations", "/v3/users", $"/v3/users/{user}", $"{acme.Path}/users", $"/v3/users/{user}/access", $"{acme.Path}/summary"])
            await op.Get(path).ExpectProblem(403, "FORBIDDEN");
        await op.Get($"/v3/imports/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
        await op.Get("/v3/me").Expect(200);
    }

    private static string NewName() => $"clerk {Guid.NewGuid():N}";

    private static IEnumerable<string> Claims(JsonNode role) => role["claims"]!.AsArray().Select(claim => (string)claim!);

    private static async Task<string> Role(string name, params string[] claims) =>
        (await (await (await TestHost.Shared).Vendor()).Post("/v3/roles", new { name, claims }).Expect(201)).Id();

    private static async Task<(string Role, HttpClient Client)> Member(params string[] claims)
    {
        var name = NewName();
        var role = await Role(name, claims);
        return (role, await SignedIn(await TestHost.Shared, name));
    }

    private static async Task<HttpClient> SignedIn(TestHost host, string role)
    {
        var email = Acme.NewEmail();
        await (await host.Vendor()).Post("/v3/users", new { firstName = "Grace", email, role, password = Acme.Password }).Expect(201);
        return await host.SignIn(email, Acme.Password);
    }
}

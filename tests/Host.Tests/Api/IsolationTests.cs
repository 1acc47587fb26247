using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Api;

/// <summary>What an organization-admin sees and changes: the own organization, and nothing that tells of another.</summary>
public class IsolationTests
{
    [Fact]
    public async Task What_is_foreign_is_answered_exactly_like_what_does_not_exist()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        using var admin = await acme.Admin();
        var (user, group) = (await other.User(), await other.Group());
        var nobody = Guid.CreateVersion7();

        foreach (var (foreign, absent) in ((string, string)[])
        [
            (other.Path, $"/v3/organizations/{nobody}"),
            ($"{other.Path}/users", $"/v3/organizations/{nobody}/users"),
            ($"{other.Path}/users/{user}", $"/v3/organizations/{nobody}/users/{user}"),
            ($"{other.Path}/user-groups", $"/v3/organizations/{nobody}/user-groups"),
            ($"{other.Path}/user-groups/{group}", $"/v3/organizations/{nobody}/user-groups/{group}"),
            ($"{other.Path}/licenses", $"/v3/organizations/{nobody}/licenses"),
            ($"{acme.Path}/users/{user}", $"{acme.Path}/users/{nobody}"),
            ($"{acme.Path}/user-groups/{group}", $"{acme.Path}/user-groups/{nobody}"),
        ])
        {
            (await Refused(admin.Get(foreign))).ShouldBe(await Refused(admin.Get(absent)), foreign);
            (await Refused(admin.Delete(foreign))).ShouldBe(await Refused(admin.Delete(absent)), foreign);
        }

        (await other.Host.EventsOf(user)).ShouldBe(["user_created_v1"]);
        (await other.Host.EventsOf(group)).ShouldBe(["user_group_created_v1"]);
    }

    [Fact]
    public async Task The_vendors_addresses_are_not_for_organization_admins()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        var user = await acme.User();
        foreach (var path in (string[])["/v3/organizations", "/v3/users", $"/v3/users/{user}", "/v3/licenses", "/v3/products", "/v3/license-templates"])
            await admin.Get(path).ExpectProblem(403, "FORBIDDEN");
        await admin.Patch(acme.Path, new { allowedUsers = 1000 }).ExpectProblem(403, "FORBIDDEN");
        await admin.Post($"{acme.Path}/suspend").ExpectProblem(403, "FORBIDDEN");
        await admin.Post("/v3/organizations", new { name = "Mine", email = "a@b.example", allowedUsers = -1 }).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_role_cannot_be_used_to_climb()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        var user = await acme.User();
        foreach (var role in (string[])["admin", "reseller-admin"])
        {
            await admin.Post($"{acme.Path}/users", Acme.Person(role: role)).ExpectProblem(403, "ROLE_NOT_ALLOWED");
            await admin.Patch($"{acme.Path}/users/{user}", new { role }).ExpectProblem(403, "ROLE_NOT_ALLOWED");
        }

        await admin.Post($"{acme.Path}/users", Acme.Person(role: "super-admin")).ExpectProblem(400, "SUPER_ADMIN_IS_UNIQUE");
        await admin.Patch($"{acme.Path}/users/{user}", new { organizationId = acme.Id }).ExpectProblem(400, "UNKNOWN_FIELD");
        await admin.Patch("/v3/me", new { role = "admin" }).ExpectProblem(400, "UNKNOWN_FIELD");
    }

    [Fact]
    public async Task A_plain_user_manages_nobody()
    {
        var acme = await Acme.With(seats: -1);
        using var user = await acme.SignedIn("user");
        await user.Get($"{acme.Path}/users").ExpectProblem(403, "FORBIDDEN");
        await user.Post($"{acme.Path}/user-groups", new { name = "Mine" }).ExpectProblem(403, "FORBIDDEN");
        await user.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task Nobody_is_asked_to_sign_in()
    {
        var acme = await Acme.With(seats: -1);
        await acme.Host.Anonymous.Get(acme.Path).ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await acme.Host.Anonymous.Get("/v3/users").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        using var forged = acme.Host.Client("not.a.token");
        await forged.Get("/v3/users").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    /// <summary>Status and body of an answer, without the trace.</summary>
    private static async Task<string> Refused(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBeInRange(400, 499, body);
        var problem = JsonNode.Parse(body)!.AsObject();
        problem.Remove("traceId");
        return $"{response.StatusCode} {problem.ToJsonString()}";
    }
}

using System.Text.Json.Nodes;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Host.Setup;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity;

public class Escalation
{
    [Fact]
    public async Task Without_a_token_every_address_but_a_few_wants_one()
    {
        var host = await TestHost.Shared;
        var addresses = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/v3/", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => (
                Method: method, Path: endpoint.RoutePattern.RawText!, IsOpen: endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)))
            .ToList();
        addresses.Count.ShouldBeGreaterThan(40);

        foreach (var (method, path, _) in addresses.Where(address => !address.IsOpen))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), System.Text.RegularExpressions.Regex.Replace(path, "{[^}]+}", Guid.NewGuid().ToString()));
            await host.Anonymous.SendAsync(request).ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        }

        addresses.Where(address => address.IsOpen).Select(address => $"{address.Method} {address.Path}").Order().ShouldBe(
        [
            "GET /v3/activations/{activationId}/feature-entitlements", "GET /v3/history/key", "GET /v3/releases/latest", "GET /v3/releases/update",
            "GET /v3/releases/{releaseId}/allowed", "GET /v3/sign-in/oidc/account", "GET /v3/sign-in/oidc/callback",
            "GET /v3/sign-in/oidc/organizations/{organizationId}", "GET /v3/{releaseId:guid}/{fileName}", "HEAD /v3/{releaseId:guid}/{fileName}",
            "PATCH /v3/activations/{activationId}", "PATCH /v3/trial-activations/{trialActivationId}", "POST /v3/accounts/login",
            "POST /v3/accounts/login-refresh-token", "POST /v3/activations/", "POST /v3/activations/meter-attributes/{meterId}",
            "POST /v3/activations/{activationId}/deactivate", "POST /v3/trial-activations/", "POST /v3/users/{userId}/reset-password",
        ]);
    }

    [Fact]
    public void Every_request_has_an_audience_and_what_is_for_everybody_is_little() =>
        PermissionTable.Permissions.Table.Where(entry => entry.Value.Audience == Audience.Anyone).Select(entry => entry.Key.Name).Order()
            .ShouldBe(
            [
                "Activate", "AskProvider", "Authenticate", "CheckRelease", "CountMeter", "DeactivateActivation", "DownloadReleaseFile",
                "FindRelease", "GetActivationEntitlements", "GetLogKey", "ProveUser", "RefreshSession", "ResetPassword", "SignInWithProvider", "StartTrial",
                "SyncActivation", "SyncTrial",
            ]);

    [Fact]
    public async Task An_organization_admin_reaches_nothing_of_the_vendor()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var signedIn = await ada.SignedIn();

        await signedIn.Get("/v3/users").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Get($"/v3/users/{ada.Id}").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Post("/v3/users", new { firstName = "Eve", email = Acme.NewEmail(), password = Acme.Password }).ExpectProblem(403, "FORBIDDEN");
        await signedIn.Patch($"/v3/users/{ada.Id}", new { role = "admin" }).ExpectProblem(403, "FORBIDDEN");
        await signedIn.Delete($"/v3/users/{ada.Id}").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Post($"/v3/users/{ada.Id}/suspend").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Post($"/v3/users/{ada.Id}/reset-password-token").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Get("/v3/organizations").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Post("/v3/organizations", new { name = "Evil", email = "e@evil.example", allowedUsers = -1 }).ExpectProblem(403, "FORBIDDEN");
        await signedIn.Patch(ada.Acme.Path, new { allowedUsers = -1 }).ExpectProblem(403, "FORBIDDEN");
        await signedIn.Post($"{ada.Acme.Path}/reinstate").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Delete(ada.Acme.Path).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_foreign_organization_is_as_if_it_were_not_there()
    {
        var (ada, other) = (await SignInHost.Somebody(await TestHost.Shared, "organization-admin"), await Acme.With(seats: -1));
        var (signedIn, user, group) = (await ada.SignedIn(), await other.User(), await other.Group());

        foreach (var (method, rest, body) in ((HttpMethod, string, string?)[])
        [
            (HttpMethod.Get, "", null), (HttpMethod.Get, "/users", null), (HttpMethod.Get, $"/users/{user}", null), (HttpMethod.Delete, $"/users/{user}", null),
            (HttpMethod.Patch, $"/users/{user}", """{"role":"organization-admin"}"""), (HttpMethod.Get, $"/user-groups/{group}", null),
            (HttpMethod.Delete, $"/user-groups/{group}", null), (HttpMethod.Post, "/user-groups", """{"name":"Mine"}"""),
            (HttpMethod.Post, "/users", $$"""
                {"firstName":"Eve","email":"{{Acme.NewEmail()}}","role":"user","password":"long enough","allowCustomerPortalAccess":true,"userGroupIds":[]}
                """),
        ])
        {
            var foreign = await Ask(signedIn, method, $"{other.Path}{rest}", body);
            var absent = await Ask(signedIn, method, $"/v3/organizations/{Guid.NewGuid()}{rest}", body);
            foreign.ShouldBe(absent, $"{method} {rest}");
        }

        // The same ids under the own organization lead nowhere either.
        await signedIn.Get($"{ada.Acme.Path}/users/{user}").ExpectProblem(404, "NOT_FOUND");
        await signedIn.Patch($"{ada.Acme.Path}/users/{user}", new { firstName = "Mine" }).ExpectProblem(404, "NOT_FOUND");
        await signedIn.Delete($"{ada.Acme.Path}/user-groups/{group}").ExpectProblem(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("super-admin", 400, "SUPER_ADMIN_IS_UNIQUE")]
    [InlineData("admin", 403, "ROLE_NOT_ALLOWED")]
    [InlineData("reseller-admin", 403, "ROLE_NOT_ALLOWED")]
    [InlineData("ADMIN", 400, "UNKNOWN_ROLE")]
    public async Task An_organization_admin_gives_no_role_beyond_the_organization(string role, int status, string code)
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var (signedIn, user) = (await ada.SignedIn(), await ada.Acme.User());

        await signedIn.Post($"{ada.Acme.Path}/users", Acme.Person(role: role)).ExpectProblem(status, code);
        await signedIn.Patch($"{ada.Acme.Path}/users/{user}", new { role }).ExpectProblem(status, code);
        await signedIn.Patch($"{ada.Acme.Path}/users/{ada.Id}", new { role }).ExpectProblem(status, code);
    }

    [Fact]
    public async Task An_organization_admin_moves_nobody()
    {
        var (ada, other) = (await SignInHost.Somebody(await TestHost.Shared, "organization-admin"), await Acme.With(seats: -1));
        await (await ada.SignedIn()).Patch($"{ada.Acme.Path}/users/{ada.Id}", new { organizationId = other.Id }).ExpectProblem(400, "UNKNOWN_FIELD");
    }

    [Theory]
    [InlineData("user")]
    [InlineData("reseller-admin")]
    public async Task Others_reach_nothing_of_their_organization_but_themselves(string role)
    {
        var bob = await SignInHost.Somebody(await TestHost.Shared, role);
        var signedIn = await bob.SignedIn();

        await signedIn.Get("/v3/me").Expect(200);
        await signedIn.Get(bob.Acme.Path).ExpectProblem(403, "FORBIDDEN");
        await signedIn.Get($"{bob.Acme.Path}/users").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Get($"{bob.Acme.Path}/users/{bob.Id}").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Patch($"{bob.Acme.Path}/users/{bob.Id}", new { role = "organization-admin" }).ExpectProblem(403, "FORBIDDEN");
        await signedIn.Post($"{bob.Acme.Path}/user-groups", new { name = "Mine" }).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task Members_of_the_team_answer_to_the_super_admin_only()
    {
        var (grace, other) = (await SignInHost.TeamMember(await TestHost.Shared), await SignInHost.TeamMember(await TestHost.Shared));
        var (signedIn, root) = (await grace.SignedIn(), (await grace.Acme.Vendor.Get("/v3/me").Expect(200)).Id());

        foreach (var id in (string[])[other.Id, root])
        {
            await signedIn.Delete($"/v3/users/{id}").ExpectProblem(403, "TEAM_MEMBER_IS_PROTECTED");
            await signedIn.Post($"/v3/users/{id}/suspend").ExpectProblem(403, "TEAM_MEMBER_IS_PROTECTED");
            await signedIn.Patch($"/v3/users/{id}", new { email = Acme.NewEmail() }).ExpectProblem(403, "TEAM_MEMBER_IS_PROTECTED");
            await signedIn.Patch($"/v3/users/{id}", new { role = "user" }).ExpectProblem(403, "TEAM_MEMBER_IS_PROTECTED");
        }

        await signedIn.Patch($"/v3/users/{other.Id}", new { firstName = "Margaret" }).Expect(200);
        await signedIn.Patch($"/v3/users/{grace.Id}", new { role = "super-admin" }).ExpectProblem(400, "SUPER_ADMIN_IS_UNIQUE");
        await signedIn.Patch("/v3/me", new { email = Acme.NewEmail() }).Expect(200);
        await grace.Acme.Vendor.Patch($"/v3/users/{other.Id}", new { role = "user" }).Expect(200);
        await grace.Acme.Vendor.Delete($"/v3/users/{other.Id}").Expect(204);
    }

    private static async Task<string> Ask(HttpClient client, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        problem.Remove("traceId");
        ((int)response.StatusCode).ShouldBe(404, problem.ToJsonString());
        return problem.ToJsonString();
    }
}

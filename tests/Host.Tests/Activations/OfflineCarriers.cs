using System.Net;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Identity;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>Who may carry for a machine: the vendor's team, the administrators of the organization whose licence it is, and users it is open to; to all others there is no such licence.</summary>
public class OfflineCarriers
{
    private static async Task<(Acme Acme, Sold Sold, Carrier Carrier)> Licensed(params (string Name, object? Value)[] members)
    {
        var acme = await Acme.With(seats: -1);
        var sold = await Sold.With([("organizationId", acme.Id), ("allowedActivations", 50), .. members]);
        return (acme, sold, await Carrier.Of(sold));
    }

    private static async Task<HttpClient> Member(TestHost host, string role)
    {
        var email = Acme.NewEmail();
        await (await host.Vendor()).Post("/v3/users", new { firstName = "Grace", email, role, password = Acme.Password }).Expect(201);
        return await host.SignIn(email, Acme.Password);
    }

    private static async Task<string> Me(HttpClient client) => (await client.Get("/v3/me").Expect(200)).Id();

    [Fact]
    public async Task Of_the_team_those_may_who_change_activations()
    {
        var (acme, _, carrier) = await Licensed();
        await carrier.Carry(carrier.Request(), await Member(acme.Host, "admin")).Expect(200);
        foreach (var role in (string[])["auditor", "operator"])
            await carrier.Carry(carrier.Request(), await Member(acme.Host, role)).ExpectProblem(403, "FORBIDDEN");

        var name = $"desk {Guid.NewGuid():N}";
        await acme.Vendor.Post("/v3/roles", new { name, claims = new[] { "activation:write" } }).Expect(201);
        await carrier.Carry(carrier.Request(), await Member(acme.Host, name)).Expect(200);
        var limited = (await acme.Vendor.Post("/v3/personal-access-tokens", new { name = "script", scopes = new[] { "license:read" } }).Expect(201)).Text("accessToken");
        await carrier.Carry(carrier.Request(), acme.Host.Client(limited)).ExpectProblem(403, "FORBIDDEN");
        var script = (await acme.Vendor.Post("/v3/personal-access-tokens", new { name = "script", scopes = new[] { "activation:write" } }).Expect(201)).Text("accessToken");
        await carrier.Carry(carrier.Request(), acme.Host.Client(script)).Expect(200);
    }

    [Fact]
    public async Task Of_an_organization_its_administrators_may_and_users_it_is_open_to()
    {
        var (acme, sold, carrier) = await Licensed();
        await carrier.Carry(carrier.Request(), await acme.Admin()).Expect(200);

        var (grouped, direct, stranger) = (await acme.SignedIn("user"), await acme.SignedIn("user"), await acme.SignedIn("user"));
        foreach (var user in (HttpClient[])[grouped, direct, stranger])
            await carrier.Carry(carrier.Request(), user).ExpectProblem(404, "NOT_FOUND");
        var group = await acme.Group();
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/user-groups/{group}").Expect(204);
        await acme.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { await Me(grouped) } }).Expect(204);
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{await Me(direct)}").Expect(204);
        await carrier.Carry(carrier.Request(), grouped).Expect(200);
        await carrier.Carry(carrier.Request(), direct).Expect(200);
        await carrier.Carry(carrier.Request(), stranger).ExpectProblem(404, "NOT_FOUND");

        await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}/users/{await Me(grouped)}").Expect(204);
        await carrier.Carry(carrier.Request(), grouped).ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{await Me(direct)}", new { until = DateTimeOffset.UtcNow.AddSeconds(-1) }).Expect(204);
        await carrier.Carry(carrier.Request(), direct).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Whoever_holds_a_license_of_no_organization_may()
    {
        var acme = await Acme.With(seats: -1);
        using var ada = await acme.SignedIn("user");
        var sold = await Sold.With(("userId", await Me(ada)), ("allowedActivations", 5));
        var carrier = await Carrier.Of(sold);
        await carrier.Carry(carrier.Request(), ada).Expect(200);
        await carrier.Carry(carrier.Request(), await acme.Admin()).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task To_all_others_it_is_as_if_there_were_no_such_license()
    {
        var (acme, sold, carrier) = await Licensed();
        var other = await Acme.With(seats: -1);
        await carrier.Activated();
        var (request, proof) = (carrier.Request(), carrier.Client.MakeOfflineDeactivation().Value!);
        await carrier.Carry(request, acme.Host.Anonymous).ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        foreach (var foreigner in (HttpClient[])[await other.Admin(), await other.SignedIn("user"), await other.SignedIn("reseller-admin"), await acme.SignedIn("user")])
        {
            foreach (var text in (string[])[request, "nonsense"])
            {
                (await Said(carrier.Carry(text, foreigner))).ShouldBe(await Said(carrier.Carry(text, foreigner, license: $"{Guid.NewGuid()}")));
                (await Said(carrier.CarryBack(text, foreigner))).ShouldBe(await Said(carrier.CarryBack(text, foreigner, license: $"{Guid.NewGuid()}")));
            }

            await carrier.CarryBack(proof, foreigner).ExpectProblem(404, "NOT_FOUND");
        }

        (await sold.Totals()).ShouldBe((1, 0));
        await carrier.CarryBack(proof, await acme.Admin()).Expect(200);
        await sold.Designer.Vendor.Delete($"/v3/licenses/{sold.Id}").Expect(204);
        await carrier.Carry(request).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task The_token_of_an_organization_is_nobody_who_carries()
    {
        var (acme, _, carrier) = await Licensed();
        var script = (await acme.Vendor.Post($"{acme.Path}/access-tokens", new { name = "script", scopes = new[] { "organization:license:read" } }).Expect(201)).Text("accessToken");
        await carrier.Carry(carrier.Request(), acme.Host.Client(script)).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_license_of_named_users_wants_one_who_has_access()
    {
        var (acme, sold, carrier) = await Licensed(("requireAuthentication", true));
        using var ada = await acme.SignedIn("user");
        var me = Guid.Parse(await Me(ada));
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{me}").Expect(204);
        var claims = Claims(await carrier.Answer(carrier.Request(), ada));
        claims.Text("name").ShouldBe("Ada Lovelace");
        (await sold.Designer.Vendor.Get($"/v3/activations/{claims.Text("aid")}").Expect(200))["user"]!.Id().ShouldBe($"{me}");

        var machine = await Carrier.Of(sold);
        using var admin = await acme.Admin();
        await machine.Carry(machine.Request(), admin).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await machine.Carry(machine.Request()).ExpectProblem(400, "AUTHENTICATION_FAILED");
        foreach (var by in (HttpClient[])[admin, acme.Vendor])
            await machine.Carry(machine.Client.MakeOfflineRequest(machine.Key, me), by).Expect(200);
        var elsewhere = Guid.Parse(await (await Acme.With(seats: -1)).User());
        await machine.Carry(machine.Client.MakeOfflineRequest(machine.Key, elsewhere), admin).ExpectProblem(400, "AUTHENTICATION_FAILED");
        using var bob = await acme.SignedIn("user");
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{await Me(bob)}").Expect(204);
        await machine.Carry(machine.Client.MakeOfflineRequest(machine.Key, me), bob).ExpectProblem(400, "AUTHENTICATION_FAILED");
    }

    private static async Task<(HttpStatusCode, string)> Said(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        problem.Remove("traceId");
        return (response.StatusCode, problem.ToJsonString());
    }

    private static JsonNode Claims(string token) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!;
}

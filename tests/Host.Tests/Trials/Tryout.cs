using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Trials;

/// <summary>A product that can be tried, under a policy of a test's own.</summary>
internal sealed record Tryout(TestHost Host, Designer Designer, JsonNode Policy)
{
    public const int Fortnight = 14 * 86_400;

    public HttpClient Vendor => Designer.Vendor;

    public static async Task<Tryout> With(params (string Name, object? Value)[] terms)
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var body = new JsonObject { ["name"] = "Fortnight", ["trialLength"] = Fortnight };
        foreach (var (name, value) in terms)
            body[name] = System.Text.Json.JsonSerializer.SerializeToNode(value);
        var policy = await designer.Vendor.Post("/v3/trial-policies", body).Expect(201);
        await designer.Vendor.Patch(designer.Path, new { trialPolicyId = policy.Id() }).Expect(200);
        return new(host, designer, policy);
    }

    /// <summary>A fingerprint of parts that no other test has.</summary>
    public static string Print(params string[] parts) => string.Concat(parts.Select(part => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(part)))));

    public static string NewPrint() => Print($"{Guid.NewGuid()}");

    public JsonObject Body(string fingerprint, params (string Name, object? Value)[] members)
    {
        var body = new JsonObject
        {
            ["productId"] = Designer.Id, ["accountId"] = null, ["fingerprint"] = fingerprint, ["hostname"] = "drawing-board", ["os"] = "linux", ["userHash"] = "ada",
        };
        foreach (var (name, value) in members)
            body[name] = System.Text.Json.JsonSerializer.SerializeToNode(value);
        return body;
    }

    public Task<HttpResponseMessage> Ask(string fingerprint, params (string Name, object? Value)[] members) => Host.Anonymous.Post("/v3/trial-activations", Body(fingerprint, members));

    public async Task<JsonNode> Start(string fingerprint, params (string Name, object? Value)[] members) => Claims(await Ask(fingerprint, members).Expect(201));

    public Task<HttpResponseMessage> AskToSync(string id, string fingerprint, params (string Name, object? Value)[] members) =>
        Host.Anonymous.Patch($"/v3/trial-activations/{id}", Body(fingerprint, members));

    public async Task<JsonNode> Sync(string id, string fingerprint, params (string Name, object? Value)[] members) => Claims(await AskToSync(id, fingerprint, members).Expect(200));

    public Task<JsonNode> Read(string id) => Vendor.Get($"/v3/trial-activations/{id}").Expect(200);

    public async Task<JsonArray> List(string query = "") =>
        (await Vendor.Get($"/v3/trial-activations?productId={Designer.Id}&minPosition={await Host.Position()}{query}").Expect(200)).AsArray();

    public static JsonNode Claims(JsonNode answer) => Device.Claims(answer, "trialActivationToken");

    public static DateTimeOffset EndOf(JsonNode trial) => trial["expiresAt"]!.GetValue<DateTimeOffset>();
}

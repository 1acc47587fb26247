using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>A machine of a customer with the vendor's application on it: it has a key and no token, and trusts a public key.</summary>
internal sealed class Device(TestHost host, string product, string key, HttpClient? client = null)
{
    private static int devices;

    public string Fingerprint { get; init; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"device{Interlocked.Increment(ref devices)}/{Guid.NewGuid()}")));

    public string UserHash { get; init; } = "ada";

    public HttpClient Client { get; } = client ?? host.Anonymous;

    public JsonObject Body(params (string Name, object? Value)[] members)
    {
        var body = new JsonObject
        {
            ["key"] = key, ["productId"] = product, ["accountId"] = null, ["fingerprint"] = Fingerprint, ["hostname"] = "drawing-board", ["os"] = "linux", ["userHash"] = UserHash,
        };
        foreach (var (name, value) in members)
            body[name] = System.Text.Json.JsonSerializer.SerializeToNode(value);
        return body;
    }

    public Task<HttpResponseMessage> Ask(params (string Name, object? Value)[] members) => Client.Post("/v3/activations", Body(members));

    public async Task<JsonNode> Activate(params (string Name, object? Value)[] members) => Claims(await Ask(members).Expect(200));

    public Task<HttpResponseMessage> AskToSync(string id, params (string Name, object? Value)[] members) => Client.Patch($"/v3/activations/{id}", Body(members));

    public async Task<JsonNode> Sync(string id, params (string Name, object? Value)[] members) => Claims(await AskToSync(id, members).Expect(200));

    public Task<HttpResponseMessage> Deactivate(string id) =>
        Client.Post($"/v3/activations/{id}/deactivate", new { fingerprint = Fingerprint, userHash = UserHash, os = "linux", productId = product, accountId = (string?)null });

    /// <summary>What a token says to one who does not check it.</summary>
    public static JsonNode Claims(JsonNode answer, string token = "activationToken") => JsonNode.Parse(Base64Url.DecodeFromChars(answer.Text(token).Split('.')[1]))!;

    /// <summary>Whether a token is signed with the private key to this public key.</summary>
    public static bool IsSigned(string token, string publicKey)
    {
        var parts = token.Split('.');
        using var key = RSA.Create();
        key.ImportFromPem(publicKey);
        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.Text("alg") == "RS256"
            && key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}

/// <summary>A licence of a product of a test's own, and the machines that use it.</summary>
internal sealed record Sold(TestHost Host, Designer Designer, JsonNode License)
{
    public string Id => License.Id();

    public static async Task<Sold> With(TestHost host, object template, params (string Name, object? Value)[] members)
    {
        var designer = await Designer.For(await host.Vendor(), template);
        return new(host, designer, await designer.License(members));
    }

    public static async Task<Sold> With(params (string Name, object? Value)[] members) => await With(await TestHost.Shared, new { name = "Standard" }, members);

    public Device Device(HttpClient? client = null) => new(Host, Designer.Id, License.Text("key"), client);

    public async Task<JsonNode> Read() => await Designer.Read(Id);

    public async Task<(int Activations, int Deactivations)> Totals()
    {
        var license = await Read();
        return (license["totalActivations"]!.GetValue<int>(), license["totalDeactivations"]!.GetValue<int>());
    }
}

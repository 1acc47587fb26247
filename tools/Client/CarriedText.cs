using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Client;

/// <summary>The texts that people carry between a machine and the server, as <c>docs/offline.md</c> describes them.</summary>
internal static class CarriedText
{
    private const string Type = "offline-request/1";
    private const string KeyPrefix = "eventsourcedorgs offline request 1\n";
    private const string Begin = "-----BEGIN OFFLINE REQUEST-----";
    private const string End = "-----END OFFLINE REQUEST-----";
    private const int LineLength = 64;
    private const int HintSize = 8;

    /// <summary>A request to activate.</summary>
    public static string Activation(Guid request, DateTimeOffset madeAt, string key, ProductFile product, Machine machine, Guid? user, IReadOnlyDictionary<string, string>? metadata)
    {
        var body = Body("activate", request, madeAt, product, machine);
        body["hostname"] = machine.Hostname;
        body["os"] = machine.Os;
        body["container"] = machine.Container;
        Add(body, "osVersion", machine.OsVersion);
        Add(body, "vmName", machine.VmName);
        Add(body, "releaseVersion", machine.ReleaseVersion);
        Add(body, "releaseChannel", machine.ReleaseChannel);
        Add(body, "releasePlatform", machine.ReleasePlatform);
        Add(body, "userId", user?.ToString());
        if (metadata is { Count: > 0 })
            body["metadata"] = new JsonArray([.. metadata.Select(entry => new JsonObject { ["key"] = entry.Key, ["value"] = entry.Value })]);
        return Signed(body, key);
    }

    /// <summary>The proof that a machine has deactivated itself, and which response it has given up by that, if it had one.</summary>
    public static string Deactivation(Guid request, DateTimeOffset madeAt, string key, ProductFile product, Machine machine, Guid activation, Guid? response)
    {
        var body = Body("deactivate", request, madeAt, product, machine);
        body["activationId"] = activation.ToString();
        Add(body, "rid", response?.ToString());
        return Signed(body, key);
    }

    /// <summary>The token in a text that came back: alone, between lines of dashes, or as the JSON that the server answered.</summary>
    public static string Token(string text)
    {
        var bare = string.Concat(text.Split('\n').Where(line => !line.StartsWith("-----", StringComparison.Ordinal)).SelectMany(line => line.Where(c => !char.IsWhiteSpace(c))));
        if (!bare.StartsWith('{'))
            return bare;
        try
        {
            return JsonNode.Parse(text)?["offlineResponse"] is JsonValue value && value.TryGetValue<string>(out var token) ? token : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static JsonObject Body(string kind, Guid request, DateTimeOffset madeAt, ProductFile product, Machine machine) => new()
    {
        ["kind"] = kind,
        ["requestId"] = request.ToString(),
        ["madeAt"] = madeAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
        ["productId"] = product.ProductId.ToString(),
        ["fingerprint"] = machine.Fingerprint,
        ["userHash"] = machine.UserHash,
    };

    private static void Add(JsonObject body, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            body[name] = value;
    }

    private static string Signed(JsonObject body, string licenseKey)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes(KeyPrefix + licenseKey.Trim()));
        var header = new JsonObject { ["alg"] = "HS256", ["typ"] = Type, ["kid"] = Base64Url.EncodeToString(SHA256.HashData(key).AsSpan(0, HintSize)) };
        var signed = $"{Encode(header)}.{Encode(body)}";
        var text = $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
        return $"{Begin}\n{string.Join('\n', text.Chunk(LineLength).Select(line => new string(line)))}\n{End}\n";
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}

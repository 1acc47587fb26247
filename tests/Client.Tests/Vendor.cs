using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Client.Tests;

/// <summary>A vendor with the key of a product, who signs what a server would sign.</summary>
internal sealed class Vendor
{
    private static readonly byte[][] Keys = [NewKey(), NewKey()];

    private readonly RSA key = RSA.Create();

    public Vendor(bool another = false)
    {
        key.ImportPkcs8PrivateKey(Keys[another ? 1 : 0], out _);
        Product = new(Guid.NewGuid(), Guid.NewGuid(), key.ExportSubjectPublicKeyInfoPem());
    }

    public ProductFile Product { get; }

    /// <summary>The claims of a response to a request; a test changes what it is about.</summary>
    public JsonObject Claims(Laptop laptop, Guid request) => new()
    {
        ["aid"] = Guid.NewGuid().ToString(), ["pid"] = Product.ProductId.ToString(), ["lid"] = Guid.NewGuid().ToString(), ["key"] = Laptop.Key, ["fp"] = laptop.Machine.Fingerprint,
        ["fms"] = "fuzzy", ["os"] = "linux", ["iat"] = Seconds(laptop.Clock.GetUtcNow()), ["eat"] = 0, ["leat"] = 0, ["ssgpeat"] = 0, ["aco"] = 3600, ["suspended"] = false,
        ["offline"] = true, ["rid"] = request.ToString(), ["orv"] = Seconds(laptop.Clock.GetUtcNow().AddDays(30)),
    };

    public string Sign(JsonObject claims, string algorithm = "RS256")
    {
        var signed = $"{Encode(new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" })}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static byte[] NewKey()
    {
        using var made = RSA.Create(2048);
        return made.ExportPkcs8PrivateKey();
    }

    public static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

    public static string Encode(JsonNode json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}

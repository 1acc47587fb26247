using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EventSourcedOrgs.Client;

/// <summary>A token that the server signed for this product, online or to be carried by hand.</summary>
public sealed record LicenseToken
{
    private LicenseToken(string text, JsonElement claims) => (Text, Claims) = (text, claims);

    /// <summary>The token as it came.</summary>
    public string Text { get; }

    /// <summary>Everything it says; <c>docs/api.md</c> of the server lists the claims.</summary>
    public JsonElement Claims { get; }

    /// <summary>The activation of this machine.</summary>
    public Guid ActivationId => Id("aid");

    /// <summary>The licence.</summary>
    public Guid LicenseId => Id("lid");

    /// <summary>The fingerprint that was activated.</summary>
    public string Fingerprint => String("fp");

    /// <summary>How fingerprints are compared: <c>exact</c>, <c>fuzzy</c>, <c>loose</c>.</summary>
    public string FingerprintStrategy => String("fms");

    /// <summary>When it was signed.</summary>
    public DateTimeOffset IssuedAt => DateTimeOffset.FromUnixTimeSeconds(Number("iat"));

    /// <summary>When the licence expires; null for never.</summary>
    public DateTimeOffset? ExpiresAt => Time("eat");

    /// <summary>When the lease ends; null for a licence without leases.</summary>
    public DateTimeOffset? LeaseExpiresAt => Time("leat");

    /// <summary>Until when the application must have synced; null for no such time.</summary>
    public DateTimeOffset? SyncUntil => Time("ssgpeat");

    /// <summary>Whether it was carried by hand.</summary>
    public bool IsOffline => Claims.TryGetProperty("offline", out var offline) && offline.ValueKind == JsonValueKind.True;

    /// <summary>Until when a token that was carried by hand is good.</summary>
    public DateTimeOffset? ValidUntil => Time("orv");

    /// <summary>The request that a token carried by hand answers.</summary>
    public Guid? RequestId => IsOffline ? Id("rid") : null;

    /// <summary>Whether the vendor has suspended the licence.</summary>
    public bool IsSuspended => Claims.TryGetProperty("suspended", out var suspended) && suspended.ValueKind == JsonValueKind.True;

    /// <summary>By how much the clock of the machine may be behind; null when it does not matter.</summary>
    public TimeSpan? AllowedClockOffset => Number("aco") is >= 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Reads a token and checks that it is for this product and signed with its key. It does not look at the time or the machine.</summary>
    /// <param name="text">The token.</param>
    /// <param name="product">The product that the application is.</param>
    public static Outcome<LicenseToken> Read(string text, ProductFile product)
    {
        var parts = text.Split('.');
        if (parts.Length != 3 || !parts.All(part => part.Length > 0 && Base64Url.IsValid(part)))
            return Outcome<LicenseToken>.Of(Reason.Malformed, "This is not the text of a token, or not all of it.");
        if (Json(parts[0]) is not { } header || Json(parts[1]) is not { } claims)
            return Outcome<LicenseToken>.Of(Reason.Malformed, "This is not the text of a token, or not all of it.");

        var (token, algorithm) = (new LicenseToken(text, claims), header.TryGetProperty("alg", out var alg) ? alg.ToString() : "");
        return algorithm == "HS256" ? Outcome<LicenseToken>.Of(Reason.WrongKind, "This is a request. Carry it to the server, and the response back.")
            : algorithm != "RS256" ? Outcome<LicenseToken>.Of(Reason.Altered, "This is not signed as the server signs.")
            : token.String("pid") != product.ProductId.ToString() ? Outcome<LicenseToken>.Of(Reason.ForeignProduct, "This is for another product.")
            : !IsSigned(parts, product.PublicKey) ? Outcome<LicenseToken>.Of(Reason.Altered, "This is not signed with the key of the product: it was altered, or somebody else made it.")
            : new(token, null);
    }

    private static bool IsSigned(string[] parts, string publicKey)
    {
        using var key = RSA.Create();
        key.ImportFromPem(publicKey);
        return key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static JsonElement? Json(string part)
    {
        try
        {
            var element = JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(part));
            return element.ValueKind == JsonValueKind.Object ? element : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string String(string claim) => Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private Guid Id(string claim) => Guid.TryParse(String(claim), out var id) ? id : Guid.Empty;

    private long Number(string claim) => Claims.TryGetProperty(claim, out var value) && value.TryGetInt64(out var number) ? number : 0;

    private DateTimeOffset? Time(string claim) => Number(claim) is > 0 and var seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}

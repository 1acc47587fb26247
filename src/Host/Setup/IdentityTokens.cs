using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// ID tokens of providers (OpenID Connect Core, 3.1.3.7): signed by a key that the provider publishes, by it, for our client alone, for this sign-in, and good now.
/// </summary>
internal sealed class IdentityTokens(TimeProvider clock)
{
    private const int Longest = 32 * 1024;
    private const int LongestSubject = 255;
    private const string CriticalExtensions = "crit";
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>Our own, which forgets: the default one remembers keys for the whole process.</summary>
    private readonly CryptoProviderFactory crypto = new() { CacheSignatureProviders = false };
    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = Longest };

    /// <summary>Whom the token names, or what is wrong with it.</summary>
    public async Task<(ProvenIdentity? Identity, string? Wrong)> Read(string text, IdentityProvider provider, string nonce, Func<string?, Task<JsonWebKey?>> keyOf)
    {
        if (!handler.CanReadToken(text))
            return (null, "no JWT");
        var token = handler.ReadJsonWebToken(text);
        if (!Algorithms.Contains(token.Alg) || token.TryGetHeaderValue<object>(CriticalExtensions, out _))
            return (null, "its algorithm or a critical extension");
        if (await keyOf(token.Kid) is not { } key)
            return (null, "an unknown key");

        key.CryptoProviderFactory = crypto;
        var result = await handler.ValidateTokenAsync(token, Demands(provider, key));
        if (!result.IsValid)
            return (null, result.Exception?.GetType().Name ?? "invalid");

        using var payload = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload));
        return WrongIn(payload.RootElement, token, provider, nonce) is { } wrong ? (null, wrong) : (IdentityIn(payload.RootElement, token.Subject, provider), null);
    }

    private TokenValidationParameters Demands(IdentityProvider provider, JsonWebKey key) => new()
    {
        ValidAlgorithms = Algorithms,
        ValidIssuer = provider.Issuer,
        ValidAudience = provider.ClientId,
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = true,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        RequireAudience = true,
        ValidateIssuerSigningKey = true,
        LifetimeValidator = (from, until, _, _) => clock.GetUtcNow().UtcDateTime is var now && (from is null || from <= now + Skew) && now < until + Skew,
    };

    private string? WrongIn(JsonElement claims, JsonWebToken token, IdentityProvider provider, string nonce)
    {
        var azp = TextOf(claims, JwtRegisteredClaimNames.Azp);
        return claims.ValueKind != JsonValueKind.Object ? "no claims"
            : string.IsNullOrEmpty(token.Subject) || token.Subject.Length > LongestSubject || Rules.Unstorable(token.Subject) is not null ? "its subject"
            : token.Audiences.Skip(1).Any() && azp is null || (azp is not null && azp != provider.ClientId) ? "the authorized party"
            : !claims.TryGetProperty(JwtRegisteredClaimNames.Iat, out var iat) || iat.ValueKind != JsonValueKind.Number || token.IssuedAt > clock.GetUtcNow().UtcDateTime + Skew ? "its time of issue"
            : TextOf(claims, JwtRegisteredClaimNames.Nonce) is not { } named || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(named), Encoding.UTF8.GetBytes(nonce)) ? "the nonce"
            : null;
    }

    private static ProvenIdentity IdentityIn(JsonElement claims, string subject, IdentityProvider provider) => new(
        provider.Issuer, subject, TextOf(claims, JwtRegisteredClaimNames.Email)?.Trim(),
        claims.TryGetProperty("email_verified", out var verified) && (verified.ValueKind == JsonValueKind.True || (verified.ValueKind == JsonValueKind.String && verified.GetString() == "true")),
        NameOf(claims, JwtRegisteredClaimNames.GivenName) ?? NameOf(claims, JwtRegisteredClaimNames.Name), NameOf(claims, JwtRegisteredClaimNames.FamilyName),
        provider.GroupClaim is { } claim ? GroupsOf(claims, claim) : null);

    /// <summary>
    /// None when there is no such claim: whoever is in no group often has none. Null when the provider says that there are too many to name them.
    /// </summary>
    private static ValueList<string>? GroupsOf(JsonElement claims, string name)
    {
        if (claims.TryGetProperty("hasgroups", out _) || (claims.TryGetProperty("_claim_names", out var elsewhere) && elsewhere.ValueKind == JsonValueKind.Object && elsewhere.TryGetProperty(name, out _)))
            return null;
        if (!claims.TryGetProperty(name, out var groups))
            return [];

        return groups.ValueKind switch
        {
            JsonValueKind.String => [groups.GetString()!],
            JsonValueKind.Array => groups.EnumerateArray().Where(group => group.ValueKind == JsonValueKind.String).Select(group => group.GetString()!).ToValueList(),
            _ => [],
        };
    }

    private static string? NameOf(JsonElement claims, string name) =>
        TextOf(claims, name)?.Trim() is { Length: > 0 } text && Rules.WrongText(text, 1, Rules.MostText) is null ? text : null;

    private static string? TextOf(JsonElement claims, string name) =>
        claims.ValueKind == JsonValueKind.Object && claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

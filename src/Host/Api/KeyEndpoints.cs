using System.Buffers.Text;
using System.Security.Cryptography;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Api;

/// <summary>A public key (RFC 7517) by which anybody can verify an access token.</summary>
internal sealed record WireKey(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid)
{
    public static WireKey Of(OpenedKey key)
    {
        var point = key.Key.ExportParameters(includePrivateParameters: false).Q;
        return new("EC", "P-256", Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y), "sig", SignedTokens.Algorithm, key.Id);
    }
}

/// <summary>The public keys of the access tokens, for whoever wants to verify one without asking us.</summary>
internal static class KeyEndpoints
{
    public const string Address = "/.well-known/jwks.json";

    public static void MapKeys(this IEndpointRouteBuilder routes) => routes.MapGet(Address, async (HttpContext http, SigningKeys keys) =>
    {
        var good = await keys.Good(http.RequestAborted);
        http.Response.Headers.CacheControl = $"public, max-age={SigningKeys.Published.TotalSeconds:0}";
        return Results.Json(new { Keys = good.Select(term => WireKey.Of(term.Key)) }, HttpJson.Options);
    }).ExcludeFromDescription();
}

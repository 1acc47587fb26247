using System.Collections.Concurrent;
using System.Net;
using EventSourcedOrgs.Application.IdentityProviders;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>What a provider publishes of itself, as it was read at some moment.</summary>
internal sealed record PublishedProvider(OpenIdConnectConfiguration About, IReadOnlyList<JsonWebKey> Keys, DateTimeOffset ReadAt);

/// <summary>
/// What providers publish, kept for ten minutes. A key that is not known yet has it read again, though not more often than every ten seconds.
/// </summary>
internal sealed class ProviderMetadata(GuardedHttp http, ProviderNetwork network, TimeProvider clock)
{
    private const string Path = "/.well-known/openid-configuration";
    private const int MostKept = 1000;
    private const int SmallestRsa = 2048;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenReadsForUnknown = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, PublishedProvider> kept = new();

    /// <exception cref="HttpRequestException">The provider cannot be reached, or publishes what is not of it.</exception>
    public Task<PublishedProvider> Of(string issuer, CancellationToken cancellation) => Of(issuer, Fresh, cancellation);

    /// <summary>The one key that this id names; without an id the one key there is.</summary>
    public async Task<JsonWebKey?> Find(string issuer, string? id, CancellationToken cancellation) =>
        Among(await Of(issuer, Fresh, cancellation), id) ?? Among(await Of(issuer, BetweenReadsForUnknown, cancellation), id);

    private static JsonWebKey? Among(PublishedProvider provider, string? id)
    {
        var keys = provider.Keys.Where(key => string.IsNullOrEmpty(id) || key.Kid == id).Take(2).ToList();
        return keys.Count == 1 ? keys[0] : null;
    }

    private async Task<PublishedProvider> Of(string issuer, TimeSpan atMost, CancellationToken cancellation)
    {
        if (kept.TryGetValue(issuer, out var known) && clock.GetUtcNow() - known.ReadAt <= atMost)
            return known;

        var about = OpenIdConnectConfiguration.Create(await Read(issuer.TrimEnd('/') + Path, cancellation));
        if (about.Issuer != issuer)
            throw new HttpRequestException("The provider says that it is another issuer.");
        if (!new[] { about.AuthorizationEndpoint, about.TokenEndpoint, about.JwksUri }.All(network.Allows))
            throw new HttpRequestException("The provider names an address that may not be called.");

        var read = new PublishedProvider(about, Usable(new JsonWebKeySet(await Read(about.JwksUri, cancellation))), clock.GetUtcNow());
        if (kept.Count >= MostKept)
            kept.Clear();
        return kept[issuer] = read;
    }

    private async Task<string> Read(string address, CancellationToken cancellation)
    {
        var (status, text) = await http.Send(address, form: null, authorization: null, cancellation);
        return status == HttpStatusCode.OK ? text : throw new HttpRequestException($"{address} answers {(int)status}.");
    }

    /// <summary>Public keys for signatures, nothing else that a set may hold.</summary>
    private static List<JsonWebKey> Usable(JsonWebKeySet set) =>
    [
        .. set.Keys.Where(key => key.Use is null or "" or "sig" && key.Kty is JsonWebAlgorithmsKeyTypes.RSA or JsonWebAlgorithmsKeyTypes.EllipticCurve)
            .Select(key => new JsonWebKey { Kty = key.Kty, Kid = key.Kid, N = key.N, E = key.E, Crv = key.Crv, X = key.X, Y = key.Y })
            .Where(key => key.Kty != JsonWebAlgorithmsKeyTypes.RSA || (key.N is not null && key.KeySize >= SmallestRsa)),
    ];
}

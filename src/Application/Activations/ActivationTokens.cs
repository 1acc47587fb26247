using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>
/// The tokens that applications check without us: JWTs signed with the RSA key of the product (RS256). Times are seconds since 1970; 0 is never. What the
/// metadata and meters say is told as far as their view permissions name <c>activation</c>.
/// </summary>
public sealed class ActivationTokens(Secrets secrets)
{
    private const string Viewer = "activation";

    private readonly ConcurrentDictionary<ProductId, ProductSigner> signers = new();

    public async Task<UnsignedToken> Of(Activated activated, Store store, CancellationToken cancellation)
    {
        var (activation, license) = (activated.Activation, activated.License);
        var product = await store.Products.Latest(license.Product, cancellation);
        var user = (activation.User ?? license.PrimaryUser) is { } id ? await store.Users.Latest(id, cancellation) : null;
        var organization = license.Organization is { } owner ? await store.Organizations.Latest(owner, cancellation) : null;

        var claims = Claims(activated, product, user is { Exists: true } ? user : null, store.Context.Now);
        if (activated.Offline is { } offline)
            (claims["offline"], claims["rid"], claims["orv"], claims["ssgpeat"]) = (true, offline.Request.ToString(), Seconds(offline.ValidUntil), 0);
        // Nobody may use what belongs to an organization that is suspended or gone.
        if (license.Organization is not null && organization is not { Exists: true, Suspended: false })
            claims["suspended"] = true;
        claims["on"] = organization?.Name ?? "";
        claims["oa"] = organization?.Address is { } address
            ? JsonSerializer.SerializeToNode(address, JsonSerializerOptions.Web)
            : null;
        return await Of(claims, license.Product, store, cancellation);
    }

    /// <summary>What the licence of an activation is entitled to, by the names of the features; of an entitlement that ends, <c>baseValue</c> remains.</summary>
    public Task<UnsignedToken> Of(EntitledActivation entitled, Store store, CancellationToken cancellation) => Of(new JsonObject
    {
        ["aid"] = entitled.Activation.Id.ToString(),
        ["pid"] = entitled.License.Product.ToString(),
        ["lid"] = entitled.License.Id.ToString(),
        ["iat"] = Seconds(store.Context.Now),
        ["fe"] = new JsonArray([.. entitled.Entitlements.Select(entitlement => new JsonObject
        {
            ["featureName"] = entitlement.Feature.Name,
            ["featureDisplayName"] = entitlement.Feature.DisplayName,
            ["value"] = entitlement.Value,
            ["baseValue"] = entitlement.ValueOfSet,
            ["inSet"] = entitlement.IsOfSet,
            ["expiresAt"] = Seconds(entitlement.ExpiresAt),
        })]),
    }, entitled.License.Product, store, cancellation);

    private static JsonObject Claims(Activated activated, Product product, User? user, DateTimeOffset now)
    {
        var (activation, license, policy) = (activated.Activation, activated.License, activated.License.Policy);
        return new()
        {
            ["aid"] = activation.Id.ToString(),
            ["pid"] = license.Product.ToString(),
            ["lid"] = license.Id.ToString(),
            ["key"] = license.Key,
            ["fp"] = activation.Fingerprint,
            ["fms"] = JsonSerializer.SerializeToNode(policy.FingerprintMatchingStrategy),
            ["os"] = JsonSerializer.SerializeToNode(activation.Report!.Machine.Os),
            ["iat"] = Seconds(now),
            ["eat"] = Seconds(activation.ExpiresAt ?? license.ExpiresAt),
            ["leat"] = Seconds(activation.LeaseExpiresAt),
            ["orv"] = 0,
            ["ld"] = policy.LeaseDuration,
            ["ls"] = JsonSerializer.SerializeToNode(policy.LeasingStrategy),
            ["fc"] = policy.AllowedFloatingClients,
            ["ssi"] = policy.ServerSyncInterval,
            ["ssgpeat"] = policy.ServerSyncGracePeriod < 0 ? 0 : Seconds(now) + policy.ServerSyncInterval + policy.ServerSyncGracePeriod,
            ["aco"] = policy.IgnoresClock ? -1 : policy.AllowedClockOffset,
            ["suspended"] = license.Suspended,
            ["type"] = JsonSerializer.SerializeToNode(policy.Type),
            ["lcat"] = Seconds(license.CreatedAt),
            ["laat"] = Seconds(license.ActivatedAt),
            ["name"] = user is null ? "" : $"{user.FirstName.Value} {user.LastName?.Value}".Trim(),
            ["email"] = user?.Email.Value ?? "",
            ["company"] = user?.Company?.Value ?? "",
            ["pmd"] = Told(product.Metadata),
            ["lmd"] = Told(license.Metadata),
            ["umd"] = Told(user?.Metadata?.Value ?? []),
            ["amd"] = Entries(activation.Report.Metadata),
            ["lma"] = Meters(license, activated.Usage),
            ["ama"] = new JsonArray([.. activation.Meters.Select(uses => new JsonObject { ["name"] = uses.Name, ["uses"] = uses.Of(license) })]),
        };
    }

    internal static JsonArray Told(ValueList<MetadataEntry> metadata) => Entries(metadata.Where(entry => entry.ViewPermissions.Contains(Viewer)));

    internal static JsonArray Entries(IEnumerable<MetadataEntry> metadata) =>
        new([.. metadata.Select(entry => new JsonObject { ["key"] = entry.Key, ["value"] = entry.Value })]);

    private static JsonArray Meters(License license, LicenseUsage usage) => new([.. license.Meters.Where(meter => meter.ViewPermissions.Contains(Viewer))
        .Select(meter => new JsonObject
        {
            ["name"] = meter.Name,
            ["allowedUses"] = meter.AllowedUses,
            ["totalUses"] = usage.Of(meter).Total,
            ["grossUses"] = usage.Of(meter).Gross,
        })]);

    internal static long Seconds(DateTimeOffset? time) => time?.ToUnixTimeSeconds() ?? 0;

    /// <summary>Any claims, to be signed with the key of a product.</summary>
    internal async Task<UnsignedToken> Of(JsonObject claims, ProductId product, Store store, CancellationToken cancellation) =>
        new(await SignerOf(product, store, cancellation), JsonSerializer.SerializeToUtf8Bytes(claims));

    private async Task<ProductSigner> SignerOf(ProductId product, Store store, CancellationToken cancellation)
    {
        if (signers.TryGetValue(product, out var known))
            return known;

        var stored = await store.Session.LoadAsync<ProductKey>(product, cancellation)
            ?? throw new InvalidOperationException($"The product {product} has no key to sign with.");
        return signers.GetOrAdd(product, _ => new(secrets.Open(stored.Sealed)));
    }
}

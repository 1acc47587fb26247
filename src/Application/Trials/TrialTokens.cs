using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application.Activations;

namespace EventSourcedOrgs.Application.Trials;

/// <summary>
/// The tokens by which applications know of their trial: signed like those of activations, with the same names for the same things. The type tells that
/// they are no licence's.
/// </summary>
public sealed class TrialTokens(ActivationTokens tokens)
{
    private const string Type = "trial";

    public Task<UnsignedToken> Of(Tried tried, Store store, CancellationToken cancellation)
    {
        var (trial, product, terms) = tried;
        return tokens.Of(new JsonObject
        {
            ["aid"] = trial.Id.ToString(),
            ["pid"] = trial.Product.ToString(),
            ["type"] = Type,
            ["fp"] = trial.Report!.Fingerprint,
            ["fms"] = JsonSerializer.SerializeToNode(terms.FingerprintMatchingStrategy),
            ["os"] = JsonSerializer.SerializeToNode(trial.Report.Machine.Os),
            ["iat"] = ActivationTokens.Seconds(store.Context.Now),
            ["eat"] = ActivationTokens.Seconds(trial.ExpiresAt),
            ["orv"] = 0,
            ["pmd"] = ActivationTokens.Told(product.Metadata),
            ["amd"] = ActivationTokens.Entries(trial.Report.Metadata),
        }, trial.Product, store, cancellation);
    }
}

using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.Features;

/// <summary>
/// That a feature is given, and with what value, which only the application understands. What a licence gives may end at a moment (UTC); what a set gives
/// does not.
/// </summary>
public sealed record FeatureEntitlement(Guid Id, FeatureId Feature, string? Value, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>What ends at a moment is over at that moment.</summary>
    public bool HoldsAt(DateTimeOffset moment) => !(moment >= ExpiresAt);

    /// <summary>The entitlement with what a request says of it; saying what it says already changes nothing.</summary>
    public FeatureEntitlement With(Optional<string?> value, Optional<DateTimeOffset?> expiresAt, DateTimeOffset now) =>
        this with { Value = value.Or(Value), ExpiresAt = expiresAt.Or(ExpiresAt) } is var said && said == this ? this : said with { UpdatedAt = now };
}

/// <summary>
/// A feature that a licence is entitled to: with what value and until when (UTC), and with what value its set would give it, which is what remains after that.
/// </summary>
public sealed record EffectiveEntitlement(Feature Feature, string? Value, DateTimeOffset? ExpiresAt, bool IsOfSet, string? ValueOfSet);

/// <summary>The one answer to what a licence is entitled to.</summary>
public static class Entitlements
{
    /// <summary>
    /// What the licence itself says of a feature counts before what its set says; an entitlement of its own that has ended says nothing. By the names of the
    /// features.
    /// </summary>
    public static ValueList<EffectiveEntitlement> Of(
        License license, EntitlementSet? set, IReadOnlyDictionary<FeatureId, Feature> features, DateTimeOffset now)
    {
        var own = license.Features.Where(entitlement => entitlement.HoldsAt(now)).ToDictionary(entitlement => entitlement.Feature);
        var given = (set is { Exists: true } ? set.Features : []).ToDictionary(entitlement => entitlement.Feature);
        return own.Keys.Union(given.Keys)
            .Select(id => features.TryGetValue(id, out var feature) && feature.Exists ? feature : null).OfType<Feature>()
            .OrderBy(feature => feature.Name, StringComparer.Ordinal)
            .Select(feature =>
            {
                var (mine, ofSet) = (own.GetValueOrDefault(feature.Id), given.GetValueOrDefault(feature.Id));
                return new EffectiveEntitlement(feature, (mine ?? ofSet)!.Value, mine?.ExpiresAt, ofSet is not null, ofSet?.Value);
            })
            .ToValueList();
    }
}

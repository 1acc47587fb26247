using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Features;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>The lists of the features that a set gives, or a licence itself, read out of its document.</summary>
public static class FeatureEntitlementList
{
    /// <summary>What a set gives.</summary>
    public static Listing OfSet { get; } = Of("set-feature-entitlements");

    /// <summary>What a licence itself gives, until when.</summary>
    public static Listing OfLicense { get; } = Of("license-feature-entitlements", ListField.Instant("expiresAt", "(e.entry ->> 'expiresAt')::timestamptz"));

    private static Listing Of(string name, params ListField[] more) => new(name, ListField.Id("id", "(e.entry ->> 'id')::uuid"),
    [
        ListField.Id("featureId", "(e.entry ->> 'feature')::uuid") with { Required = true },
        ListField.Text("featureName", $$"""select f.name from {{Directory.TableOf("feature")}} f where f.id = (e.entry ->> 'feature')::uuid and {at:f}""") with { Searchable = true },
        ListField.Text("value", "e.entry ->> 'value'"),
        .. more,
        ListField.Instant("createdAt", "(e.entry ->> 'createdAt')::timestamptz") with { Required = true },
        ListField.Instant("updatedAt", "(e.entry ->> 'updatedAt')::timestamptz") with { Required = true },
    ])
    { Versioned = "d" };

    internal static ListSource In(string table, Guid id) =>
        new("e.entry::text", $"{table} d cross join lateral json_array_elements(d.document -> 'features') as e(entry)", "d.id = $1", id);
}

/// <summary>One page of what a set gives.</summary>
public sealed record ListFeaturesOfSet(EntitlementSetId Set, ListRequest Request) : IListQuery<FeatureEntitlement>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListFeaturesOfSet, Result<ListPage<FeatureEntitlement>>>
    {
        public Task<Result<ListPage<FeatureEntitlement>>> Handle(ListFeaturesOfSet query, CancellationToken cancellationToken) => reader.Page(
            FeatureEntitlementList.OfSet, FeatureEntitlementList.In(directory.EntitlementSets.Rows.Name, query.Set.Value), query.Request, directory.Stored<FeatureEntitlement>, cancellationToken);
    }
}

/// <summary>One page of what a licence itself gives, what has ended included.</summary>
public sealed record ListFeaturesOfLicense(LicenseId License, ListRequest Request) : IListQuery<FeatureEntitlement>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListFeaturesOfLicense, Result<ListPage<FeatureEntitlement>>>
    {
        public Task<Result<ListPage<FeatureEntitlement>>> Handle(ListFeaturesOfLicense query, CancellationToken cancellationToken) => reader.Page(
            FeatureEntitlementList.OfLicense, FeatureEntitlementList.In(directory.Licenses.Rows.Name, query.License.Value), query.Request, directory.Stored<FeatureEntitlement>, cancellationToken);
    }
}

using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>What decides which releases a licence entitles to, loaded: of many licences each kind in one query.</summary>
public sealed class Entitlements(Store store, NpgsqlDataSource database)
{
    /// <summary>What each of these licences says of a release.</summary>
    public async Task<IReadOnlyList<EntitledLicense>> Of(IReadOnlyCollection<License> licenses, CancellationToken cancellation)
    {
        var owners = await store.Organizations.Latest(licenses.Select(license => license.Organization).OfType<OrganizationId>(), cancellation);
        var maintained = licenses.Where(license => license.Entitlement.MaintenancePolicy is not null).ToList();
        var policies = await store.MaintenancePolicies.Latest(maintained.Select(license => license.Entitlement.MaintenancePolicy!.Value), cancellation);
        var usages = maintained.Count == 0 ? new Dictionary<LicenseId, LicenseUsage>() : await store.LicenseUses.Of(maintained, store, cancellation);
        return [.. licenses.Select(license => new EntitledLicense(
            license, license.Organization is { } owner ? owners.GetValueOrDefault(owner) : null, MaintenanceOf(license, policies),
            ReleaseVersion.TryParse(usages.GetValueOrDefault(license.Id)?.ReleaseVersion, out var inUse) ? inUse : null, store.Context.Now))];
    }

    public async Task<EntitledLicense> Of(License license, CancellationToken cancellation) => (await Of([license], cancellation))[0];

    /// <summary>Every release of these products that is out, as far as it matters who gets it.</summary>
    public Task<IReadOnlyList<OfferedRelease>> Offered(IReadOnlyCollection<ProductId> products, CancellationToken cancellation) =>
        Offered("", cancellation, products.Select(product => product.Value).ToArray());

    /// <summary>Those of one product that come by a channel and run on a platform; one without platforms runs on all.</summary>
    public Task<IReadOnlyList<OfferedRelease>> Offered(ProductId product, string channel, string platform, CancellationToken cancellation) =>
        Offered(
            """
            and lower(data ->> 'channel') = lower($2)
                and (data -> 'platforms' = '[]'::jsonb or exists (select from jsonb_array_elements_text(data -> 'platforms') p where lower(p) = lower($3)))
            """, cancellation, new[] { product.Value }, channel, platform);

    private async Task<IReadOnlyList<OfferedRelease>> Offered(string condition, CancellationToken cancellation, params object[] values)
    {
        await using var command = database.Command(
            $"""
            select id, (data ->> 'product')::uuid, data ->> 'version', (data ->> 'publishedAt')::timestamptz from events.mt_doc_release
            where (data ->> 'product')::uuid = any($1) and data ->> 'publishedAt' is not null
                and not (data ->> 'archived')::boolean and not (data ->> 'deleted')::boolean {condition}
            """, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var offered = new List<OfferedRelease>();
        while (await reader.ReadAsync(cancellation))
        {
            offered.Add(new(ReleaseId.From(reader.GetGuid(0)), ProductId.From(reader.GetGuid(1)), ReleaseVersion.Parse(reader.GetString(2)),
                await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellation)));
        }

        return offered;
    }

    private static Maintenance? MaintenanceOf(License license, IReadOnlyDictionary<MaintenancePolicyId, MaintenancePolicy> policies) =>
        license.Entitlement.MaintenancePolicy is { } named && policies.GetValueOrDefault(named) is { Exists: true } policy ? new(license.MaintenanceExpiresAt, policy.Updates) : null;

    /// <summary>
    /// The licences by which a user may have releases, of one product where one is named: those the user may use now, and of an organization-admin all of the
    /// organization.
    /// </summary>
    public async Task<IReadOnlyList<License>> LicensesOf(UserId id, ProductId? product, CancellationToken cancellation)
    {
        var user = await store.Users.Latest(id, cancellation);
        var organization = user.Organization is { } own ? await store.Organizations.Latest(own, cancellation) : null;
        var groups = await store.UserGroups.Latest(user.Groups, cancellation);
        var usable = (await store.LicensesAssignedTo(user, product, cancellation)).Where(license => Access.Decide(
            user, license, organization, user.Groups.Intersect(license.Groups).Select(group => groups.GetValueOrDefault(group)).OfType<UserGroup>(), store.Context.Now).Allowed);
        var managed = user is { Exists: true, Suspended: false, Organization: { } managing } && user.Role == Role.OrganizationAdmin
            ? await LicensesOf(managing, product, cancellation)
            : [];
        return [.. usable.Concat(managed).DistinctBy(license => license.Id)];
    }

    /// <summary>The licences of an organization that can be used now, of one product where one is named.</summary>
    public async Task<IReadOnlyList<License>> LicensesOf(OrganizationId organization, ProductId? product, CancellationToken cancellation) =>
        await store.Session.QueryAsync<License>(
            """
            where data @> ?::jsonb and not (data ->> 'deleted')::boolean and not (data ->> 'revoked')::boolean and not (data ->> 'suspended')::boolean
                and (data ->> 'expiresAt' is null or (data ->> 'expiresAt')::timestamptz > ?)
            """, cancellation, product is { } named ? $$"""{"organization":"{{organization}}","product":"{{named}}"}""" : $$"""{"organization":"{{organization}}"}""",
            store.Context.Now);

    /// <summary>What of these releases at least one of these licences entitles to.</summary>
    public async Task<IReadOnlyList<ReleaseId>> Entitled(IReadOnlyList<License> licenses, CancellationToken cancellation)
    {
        var byProduct = (await Of(licenses, cancellation)).ToLookup(entitled => entitled.License.Product);
        var offered = await Offered([.. byProduct.Select(product => product.Key)], cancellation);
        return [.. offered.Where(release => byProduct[release.Product].Any(entitled => entitled.Allows(release))).Select(release => release.Id)];
    }

    /// <summary>The licence of a key, or why the key opens nothing here.</summary>
    public async Task<Result<License>> LicenseOfKey(string key, ProductId product, CancellationToken cancellation)
    {
        var holder = await store.Claims.Holder(Unique.LicenseKey(key.Trim()), cancellation);
        var license = holder is { } id ? await store.Licenses.Latest(LicenseId.From(id), cancellation) : License.Initial;
        return !license.Exists ? Refusal.InvalidLicenseKey : license.Product != product ? Refusal.InvalidProductId : license;
    }
}

/// <summary>A licence with all that decides which releases it entitles to at a moment (UTC).</summary>
public sealed record EntitledLicense(License License, Organization? Owner, Maintenance? Maintenance, ReleaseVersion? InUse, DateTimeOffset Now)
{
    public Denial? Deny(OfferedRelease release) => ReleaseEntitlement.Deny(License, Owner, Maintenance, InUse, release, Now);

    public bool Allows(OfferedRelease release) => Deny(release) is null;
}

/// <summary>Releases as the rule of entitlement sees them.</summary>
internal static class OfferedReleases
{
    public static OfferedRelease Offered(this Release release) =>
        new(release.Id, release.Product, ReleaseVersion.Parse(release.Version), release.PublishedAt ?? DateTimeOffset.MaxValue);
}

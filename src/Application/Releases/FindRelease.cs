using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>
/// The newest release that is out, for an application that has a key: with <see cref="Than"/> only one that is newer than that version, with <see cref="OnlyAllowed"/>
/// only one that the licence entitles to. Without it the answer is also for a licence that has run out: the customer learns what there would be.
/// </summary>
public sealed record FindRelease(ProductId Product, string Platform, string? Channel, string? Than, string Key, string? Account, bool OnlyAllowed) : IQuery<FoundRelease>
{
    public sealed class Validator : AbstractValidator<FindRelease>
    {
        public Validator()
        {
            RuleFor(c => c.Platform).Text(1);
            RuleFor(c => c.Channel).Text();
            RuleFor(c => c.Key).Text(1);
            RuleFor(c => c.Account).Text();
            RuleFor(c => c.Than).Must(version => version is null || ReleaseVersion.TryParse(version, out _)).OverridePropertyName("Version")
                .WithMessage("must be a version of two to four numbers, such as 1.2 or 1.2.3.4.");
        }
    }

    public sealed class Handler(Store store, Entitlements entitlements) : IQueryHandler<FindRelease, FoundRelease>
    {
        public async Task<Result<FoundRelease>> Handle(FindRelease query, CancellationToken cancellationToken)
        {
            if (await store.WrongAccount(query.Account, cancellationToken) is { } wrong)
                return wrong;
            var known = await entitlements.LicenseOfKey(query.Key, query.Product, cancellationToken);
            if (known.Refusal is { } unknown)
                return unknown;
            if (known.Value!.Revoked)
                return Refusal.RevokedLicense;

            var entitled = await entitlements.Of(known.Value, cancellationToken);
            var channel = string.IsNullOrWhiteSpace(query.Channel) ? ReleaseChannel.Stable : query.Channel.Trim();
            var offered = await entitlements.Offered(query.Product, channel, query.Platform.Trim(), cancellationToken);
            ReleaseVersion? than = query.Than is { } version ? ReleaseVersion.Parse(version) : null;
            var newest = ReleaseEntitlement.Newest(offered, than, release => !query.OnlyAllowed || entitled.Allows(release));
            return new FoundRelease(newest is null ? null : await store.Releases.Latest(newest.Id, cancellationToken));
        }
    }
}

/// <summary>The release that was looked for, or null when there is none.</summary>
public sealed record FoundRelease(Release? Release);

/// <summary>Does the licence of a key entitle to this release? The answer says why not.</summary>
public sealed record CheckRelease(ReleaseId Release, string Key, string? Account) : IQuery<CheckedRelease>
{
    public sealed class Validator : AbstractValidator<CheckRelease>
    {
        public Validator()
        {
            RuleFor(c => c.Key).Text(1);
            RuleFor(c => c.Account).Text();
        }
    }

    public sealed class Handler(Store store, Entitlements entitlements) : IQueryHandler<CheckRelease, CheckedRelease>
    {
        public async Task<Result<CheckedRelease>> Handle(CheckRelease query, CancellationToken cancellationToken)
        {
            if (await store.WrongAccount(query.Account, cancellationToken) is { } wrong)
                return wrong;
            if (await store.Releases.Latest(query.Release, cancellationToken) is not { IsOut: true } release)
                return Refusal.ReleaseNotFound;

            var known = await entitlements.LicenseOfKey(query.Key, release.Product, cancellationToken);
            return known.Refusal is { } unknown ? unknown : new CheckedRelease((await entitlements.Of(known.Value!, cancellationToken)).Deny(release.Offered()));
        }
    }
}

/// <summary>Why a release is not for a licence, or null when it is.</summary>
public sealed record CheckedRelease(Denial? Denial);

/// <summary>The licences by which the caller may have a release now; none for one that is not out.</summary>
public sealed record FindLicensesOfRelease(ReleaseId Release) : IQuery<ValueList<LicenseId>>
{
    public sealed class Handler(Store store, Entitlements entitlements) : IQueryHandler<FindLicensesOfRelease, ValueList<LicenseId>>
    {
        public async Task<Result<ValueList<LicenseId>>> Handle(FindLicensesOfRelease query, CancellationToken cancellationToken)
        {
            var release = await store.Releases.Latest(query.Release, cancellationToken);
            var licenses = release.IsOut ? await entitlements.LicensesOf(store.Context.Caller.User.GetValueOrDefault(), release.Product, cancellationToken) : [];
            return (await entitlements.Of(licenses, cancellationToken)).Where(entitled => entitled.Allows(release.Offered())).Select(entitled => entitled.License.Id).ToValueList();
        }
    }
}

/// <summary>How many releases there are of products.</summary>
public static class ProductReleases
{
    /// <summary>Of a past moment that is asked about those count that there are now and were then.</summary>
    public static async Task<IReadOnlyDictionary<ProductId, int>> CountReleases(this Store store, IEnumerable<ProductId> products, CancellationToken cancellation)
    {
        var releases = await store.Session.AdvancedSql.QueryAsync<Guid, Guid>(
            """
            select row(cast(data ->> 'product' as uuid)), row(id) from events.mt_doc_release
            where cast(data ->> 'product' as uuid) = any(?) and not (data ->> 'deleted')::boolean
            """, cancellation, [products.Select(product => product.Value).ToArray()]);
        var known = store.Context.AsOf is null ? null : await store.Releases.Latest(releases.Select(release => ReleaseId.From(release.Item2)), cancellation);
        return releases.Where(release => known?.ContainsKey(ReleaseId.From(release.Item2)) ?? true)
            .GroupBy(release => ProductId.From(release.Item1)).ToDictionary(product => product.Key, product => product.Count());
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>
/// May this caller have this file? The vendor may; of a release that is out everybody may have a file that is not secured, and a secured one whoever has a licence
/// that entitles to the release: by its key, or as a user who may use it. What is not out does not exist for customers.
/// </summary>
public sealed record DownloadReleaseFile(ReleaseId Release, string Name, string? Key) : IQuery<FileOfRelease>
{
    private const string VendorScope = "release:read";

    public sealed class Handler(Store store, Entitlements entitlements) : IQueryHandler<DownloadReleaseFile, FileOfRelease>
    {
        public async Task<Result<FileOfRelease>> Handle(DownloadReleaseFile query, CancellationToken cancellationToken)
        {
            var (release, caller) = (await store.Releases.Latest(query.Release, cancellationToken), store.Context.Caller);
            var isVendor = caller.IsVendor && (caller.Scopes is not { } scopes || scopes.Contains(VendorScope));
            if (!release.Exists || (!release.IsOut && !isVendor) || release.FileNamed(query.Name) is not { } held)
                return Refusal.ReleaseFileNotFound;

            return isVendor || !held.File.Secured ? new FileOfRelease(release, held)
                : await Denied(release, query.Key, cancellationToken) is { } refusal ? refusal
                : new FileOfRelease(release, held);
        }

        private async Task<Refusal?> Denied(Release release, string? key, CancellationToken cancellation)
        {
            if (!string.IsNullOrWhiteSpace(key))
            {
                var known = await entitlements.LicenseOfKey(key, release.Product, cancellation);
                return known.Refusal is { } unknown ? unknown with { Kind = RefusalKind.Forbidden }
                    : (await entitlements.Of(known.Value!, cancellation)).Deny(release.Offered()) is { } denial ? Because(denial)
                    : null;
            }

            if (store.Context.Caller is not { User: { } user })
                return store.Context.Caller.Denial ?? Refusal.LicenseNeededForDownload;

            var licenses = await entitlements.Of(await entitlements.LicensesOf(user, release.Product, cancellation), cancellation);
            var denials = licenses.Select(entitled => entitled.Deny(release.Offered())).ToList();
            return denials.Count == 0 ? Because(Access.NoLicenseAssigned)
                : denials.Contains(null) ? null
                : Because(denials[0]!);
        }

        private static Refusal Because(Denial denial) => Refusal.ReleaseNotAllowed($"{denial.Detail} {denial.NearestFix}");
    }
}

/// <summary>How much room the files of releases take: every content that a release names.</summary>
public sealed record GetReleaseStorage : IQuery<long>
{
    public sealed class Handler(Store store) : IQueryHandler<GetReleaseStorage, long>
    {
        public async Task<Result<long>> Handle(GetReleaseStorage query, CancellationToken cancellationToken) => (await store.Session.AdvancedSql.QueryAsync<long>(
            """
            select coalesce(sum((f -> 'file' ->> 'size')::bigint), 0)::bigint from events.mt_doc_release, jsonb_array_elements(data -> 'files') f
            where not (data ->> 'deleted')::boolean and f -> 'file' ->> 'content' is not null
            """, cancellationToken))[0];
    }
}

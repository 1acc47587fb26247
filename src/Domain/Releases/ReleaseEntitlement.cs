using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Organizations;

namespace EventSourcedOrgs.Domain.Releases;

/// <summary>
/// The maintenance of a licence, where it has a policy: when it ends (UTC; null for never, or not before it starts), and which steps up from the version in use it
/// includes. A step within one minor version is always included.
/// </summary>
public sealed record Maintenance(DateTimeOffset? EndsAt, AllowedUpdates Updates);

/// <summary>A published release, as far as it matters who gets it.</summary>
public sealed record OfferedRelease(ReleaseId Id, ProductId Product, ReleaseVersion Version, DateTimeOffset PublishedAt);

/// <summary>
/// Which releases a licence entitles to: a pure function of what it names. The denials stand in this order, and the first that holds is the answer.
/// </summary>
public static class ReleaseEntitlement
{
    public static Denial OtherProduct { get; } = new("RELEASE_OF_ANOTHER_PRODUCT", "The release is one of another product.", "Use a license of the release's product.");
    public static Denial AboveHighestVersion { get; } = new("RELEASE_VERSION_NOT_ALLOWED", "The release is newer than the license allows.",
        "Raise the license's 'maxAllowedReleaseVersion', or use an older release.");
    public static Denial AfterMaintenance { get; } = new("MAINTENANCE_ENDED", "The release was published after the maintenance of the license had ended.",
        "Renew the maintenance, or use an older release.");
    public static Denial MajorUpdate { get; } = new("MAJOR_UPDATE_NOT_INCLUDED", "The maintenance of the license does not include another major version.",
        "Choose a maintenance policy that includes major updates, or use a release of the major version in use.");
    public static Denial MinorUpdate { get; } = new("MINOR_UPDATE_NOT_INCLUDED", "The maintenance of the license does not include another minor version.",
        "Choose a maintenance policy that includes minor updates, or use a release of the minor version in use.");

    /// <param name="license">The licence.</param>
    /// <param name="owner">The licence's organization, or null when it has none.</param>
    /// <param name="maintenance">Its maintenance, or null when it has no policy; then the highest version that it names limits it.</param>
    /// <param name="inUse">The newest version that an activation reported, or null when none did.</param>
    /// <param name="release">What is asked for.</param>
    /// <param name="now">The moment asked about (UTC).</param>
    public static Denial? Deny(
        License license, Organization? owner, Maintenance? maintenance, ReleaseVersion? inUse, OfferedRelease release, DateTimeOffset now) =>
        release.Product != license.Product ? OtherProduct
        : DenyAll(license, owner, now) is { } denial ? denial
        : maintenance is { } terms ? DenyBy(terms, inUse, release)
        : ReleaseVersion.TryParse(license.Entitlement.MaxAllowedReleaseVersion, out var highest) && release.Version.IsNewerThan(highest) ? AboveHighestVersion
        : null;

    /// <summary>Why a licence gives no release at all: it may not be used now.</summary>
    public static Denial? DenyAll(License license, Organization? owner, DateTimeOffset now) => license switch
    {
        { Exists: false } => Access.LicenseUnknown,
        { Organization: not null } when owner is not { Exists: true, Suspended: false } => Access.OrganizationSuspended,
        { Revoked: true } => Access.LicenseRevoked,
        { Suspended: true } => Access.LicenseSuspended,
        _ when now < license.EffectiveDate => Access.LicenseNotYetEffective,
        { ExpiresAt: { } end } when now >= end => Access.LicenseExpired,
        _ => null,
    };

    private static Denial? DenyBy(Maintenance terms, ReleaseVersion? inUse, OfferedRelease release) =>
        terms.EndsAt is { } end && release.PublishedAt > end ? AfterMaintenance
        : inUse is not { } used ? null
        : release.Version.Major > used.Major ? terms.Updates.MajorVersions ? null : MajorUpdate
        : release.Version.Major == used.Major && release.Version.Minor > used.Minor && !terms.Updates.MinorVersions ? MinorUpdate
        : null;

    /// <summary>The newest of these that is for the licence, and newer than the version asked with, if one was; of the same version the one published last.</summary>
    public static OfferedRelease? Newest(IEnumerable<OfferedRelease> releases, ReleaseVersion? than, Func<OfferedRelease, bool> isAllowed) => releases
        .Where(release => than is not { } current || release.Version.IsNewerThan(current))
        .OrderByDescending(release => release.Version).ThenByDescending(release => release.PublishedAt)
        .FirstOrDefault(isAllowed);
}

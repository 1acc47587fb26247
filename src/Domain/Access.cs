using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Domain;

/// <summary>By which way a user comes to a licence, and when it is open; <see cref="UserGroup"/> is null for a direct one.</summary>
public sealed record AccessPath(AccessPathKind Kind, UserGroupId? UserGroup, AssignmentWindow Window = default);

/// <summary>The kinds of way from a user to a licence.</summary>
[JsonConverter(typeof(WireEnum<AccessPathKind>))]
public enum AccessPathKind
{
    PrimaryUser,
    AdditionalUser,
    UserGroup,
}

/// <summary>Why access is denied: the first rule that does, and the nearest thing that would change it.</summary>
public sealed record Denial(string Code, string Detail, string NearestFix);

/// <summary>The answer to "may this user use this licence?": every path that opens it, or the first rule that denies it.</summary>
public sealed record AccessDecision(IReadOnlyList<AccessPath> Paths, Denial? Denial)
{
    public bool Allowed => Denial is null;
}

/// <summary>
/// Effective access, rule 6 of the domain: a pure function of the states it names. The denial rules stand in this order, and the first
/// that holds is the answer.
/// </summary>
public static class Access
{
    public static Denial UserUnknown { get; } = new("USER_NOT_FOUND", "There is no such user.", "Check the user's id.");
    public static Denial LicenseUnknown { get; } = new("LICENSE_NOT_FOUND", "There is no such license.", "Check the license's id.");
    public static Denial OrganizationSuspended { get; } = new("ORGANIZATION_SUSPENDED", "The organization is suspended.", "Reinstate the organization.");
    public static Denial UserSuspended { get; } = new("USER_SUSPENDED", "The user is suspended.", "Reinstate the user.");
    public static Denial LicenseRevoked { get; } = new("LICENSE_REVOKED", "The license is revoked.", "Lift the revocation, or use another license.");
    public static Denial LicenseSuspended { get; } = new("LICENSE_SUSPENDED", "The license is suspended.", "Reinstate the license.");
    public static Denial LicenseNotYetEffective { get; } =
        new("LICENSE_NOT_YET_EFFECTIVE", "The license is not effective yet.", "Wait for its effective date, or change it.");
    public static Denial LicenseExpired { get; } = new("LICENSE_EXPIRED", "The license has expired.", "Renew the license.");
    public static Denial ForeignLicense { get; } =
        new("LICENSE_OF_ANOTHER_ORGANIZATION", "The license belongs to another organization.", "Use a license of the user's organization.");
    public static Denial AssignmentNotYetStarted { get; } = new("ASSIGNMENT_NOT_YET_STARTED", "The license is assigned from a later time on.",
        "Wait until the assignment starts, or assign the license from now on.");
    public static Denial AssignmentEnded { get; } = new("ASSIGNMENT_ENDED", "The license was assigned until a time that is past.",
        "Assign the license again, with a later end or none.");
    public static Denial NotAssigned { get; } = new("NOT_ASSIGNED", "The license is assigned neither to the user nor to a group the user is in.",
        "Assign the license to the user, or to one of the user's groups.");

    public static Denial ProductUnknown { get; } = new("PRODUCT_NOT_FOUND", "There is no such product.", "Check the product's id.");
    public static Denial NoLicenseAssigned { get; } = NotAssigned with
    {
        Detail = "No license of the product is assigned to the user or to a group the user is in.",
        NearestFix = "Assign a license of the product to the user, or to one of the user's groups.",
    };

    /// <summary>Every denial of a licence in the order in which they are asked.</summary>
    public static IReadOnlyList<Denial> Denials { get; } =
    [
        UserUnknown, LicenseUnknown, OrganizationSuspended, UserSuspended, LicenseRevoked, LicenseSuspended,
        LicenseNotYetEffective, LicenseExpired, ForeignLicense, AssignmentNotYetStarted, AssignmentEnded, NotAssigned,
    ];

    /// <param name="user">The user, or null when there is none.</param>
    /// <param name="license">The licence, or null when there is none.</param>
    /// <param name="organization">The user's organization, or null when the user has none.</param>
    /// <param name="groups">The groups that user and licence have in common; deleted ones open nothing.</param>
    /// <param name="now">The moment asked about (UTC).</param>
    public static AccessDecision Decide(User? user, License? license, Organization? organization, IEnumerable<UserGroup> groups, DateTimeOffset now)
    {
        if (user is not { Exists: true })
            return new([], UserUnknown);
        if (license is not { Exists: true })
            return new([], LicenseUnknown);

        var paths = Paths(user, license, groups).ToList();
        return Deny(user, license, organization, paths, now) is { } denial ? new([], denial) : new([.. paths.Where(path => path.Window.Contains(now))], null);
    }

    /// <summary>The answer for a product of which no licence is assigned to the user.</summary>
    public static AccessDecision WithoutLicense(User? user, Product? product, Organization? organization) => new([],
        user is not { Exists: true } ? UserUnknown
        : product is not { Exists: true } ? ProductUnknown
        : DenyUser(user, organization) ?? NoLicenseAssigned);

    /// <summary>How near an answer is to access: the further down the list of denials the nearer, and access itself is nearest.</summary>
    public static int Nearness(AccessDecision decision) => Denials.TakeWhile(denial => denial != decision.Denial).Count();

    /// <summary>Until when an answer stays as it is if nothing but time goes on; for ever where nothing ends it. A way that opens later is not looked at.</summary>
    public static DateTimeOffset Lasting(License license, AccessDecision decision)
    {
        var expires = license.ExpiresAt ?? DateTimeOffset.MaxValue;
        var closes = decision.Paths.Select(path => path.Window.Until ?? DateTimeOffset.MaxValue).DefaultIfEmpty(DateTimeOffset.MaxValue).Max();
        return expires < closes ? expires : closes;
    }

    private static Denial? DenyUser(User user, Organization? organization) =>
        user.Organization is not null && organization is not { Exists: true, Suspended: false } ? OrganizationSuspended
        : user.Suspended ? UserSuspended
        : null;

    private static Denial? Deny(User user, License license, Organization? organization, List<AccessPath> paths, DateTimeOffset now) => license switch
    {
        _ when DenyUser(user, organization) is { } denial => denial,
        { Revoked: true } => LicenseRevoked,
        { Suspended: true } => LicenseSuspended,
        _ when now < license.EffectiveDate => LicenseNotYetEffective,
        { ExpiresAt: { } end } when now >= end => LicenseExpired,
        { Organization: { } owner } when owner != user.Organization => ForeignLicense,
        _ when paths.Exists(path => path.Window.Contains(now)) => null,
        _ when paths.Exists(path => path.Window.BeginsAfter(now)) => AssignmentNotYetStarted,
        _ when paths.Count > 0 => AssignmentEnded,
        _ => NotAssigned,
    };

    /// <summary>
    /// Whether a licence is among the user's own, in whatever state: there is a path, open or not, and it is not a foreign organization's. An
    /// organization-admin sees every licence of the organization; seeing is not using.
    /// </summary>
    public static bool Sees(User user, License license, IEnumerable<UserGroup> groups) =>
        user.Exists && license.Exists && (license.Organization is null || license.Organization == user.Organization)
        && ((user.Role == Role.OrganizationAdmin && license.Organization is not null) || Paths(user, license, groups).Any());

    /// <summary>
    /// Whether a user may carry requests and answers between a machine and us: an organization-admin for every licence of the organization, everybody else by a way
    /// that is open now. The state of the licence itself is no matter here; the answer tells it.
    /// </summary>
    public static bool Carries(User user, License license, IReadOnlyCollection<UserGroup> groups, DateTimeOffset now) =>
        Sees(user, license, groups)
        && ((user.Role == Role.OrganizationAdmin && license.Organization is not null) || Paths(user, license, groups).Any(path => path.Window.Contains(now)));

    /// <summary>Every way from the user to the licence, whatever else denies it, also one that is not open now; <paramref name="groups"/> are those that they have in common.</summary>
    public static IEnumerable<AccessPath> Paths(User user, License license, IEnumerable<UserGroup> groups) =>
    [
        .. license.PrimaryUser == user.Id ? (AccessPath[])[new(AccessPathKind.PrimaryUser, null)] : [],
        .. license.Users.Contains(user.Id) ? (AccessPath[])[new(AccessPathKind.AdditionalUser, null, license.WindowOf(user.Id))] : [],
        .. groups.Where(group => group.Exists && user.Groups.Contains(group.Id) && license.Groups.Contains(group.Id))
            .OrderBy(group => group.Id.Value).Select(group => new AccessPath(AccessPathKind.UserGroup, group.Id, license.WindowOf(group.Id))),
    ];
}

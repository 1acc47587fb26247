using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.Activations;

/// <summary>
/// What an application asks with: the product it is, its machine, and the person who proved to be one, with that person's access to the licence as it is
/// now. A lease is in seconds, null for what the licence says.
/// </summary>
public sealed record Attempt(
    ProductId Product, MachineReport Report, UserId? User, AccessDecision? Access, long? LeaseDuration, ValueList<MeterIncrement> Meters)
{
    private const int VersionParts = 4;

    /// <summary>Why the credentials that were sent prove nobody; null when there were none, or good ones.</summary>
    public string? NotProved { get; init; }

    /// <summary>
    /// Why the licence may not be used in this way, or null. One that is suspended or has run out is no reason: the signed token says so, and the
    /// application acts on it.
    /// </summary>
    public Refusal? RefusalBy(License license, DateTimeOffset now)
    {
        var (policy, machine) = (license.Policy, Report.Machine);
        return license switch
        {
            { Exists: false } => Refusal.LicenseNotFound,
            _ when license.Product != Product => Refusal.InvalidProductId,
            { Revoked: true } => Refusal.RevokedLicense,
            { Policy.Type: LicenseType.OnPremiseFloating } => Refusal.InvalidLicenseType,
            _ when now < license.EffectiveDate => Refusal.LicenseNotYetEffective,
            _ when NotProved is { } why => Refusal.AuthenticationFailed(why),
            _ when policy.RequireAuthentication && NotEntitled() is { } refusal => refusal,
            _ when !policy.AllowVmActivation && !string.IsNullOrEmpty(machine.VmName) => Refusal.VmActivationNotAllowed,
            _ when !policy.AllowContainerActivation && machine.Container => Refusal.ContainerActivationNotAllowed,
            _ when !policy.AllowsAddress(Report.Address.Value?.IpAddress) => Refusal.IpAddressNotAllowed,
            _ when !policy.AllowsCountry(machine.Country) => Refusal.CountryNotAllowed,
            { Entitlement: { MaintenancePolicy: null, MaxAllowedReleaseVersion: { } newest } } when IsNewer(machine.ReleaseVersion, newest) => Refusal.ReleaseVersionNotAllowed(newest),
            _ => null,
        };
    }

    /// <summary>When a lease taken now ends (UTC); null for a licence without leases.</summary>
    public DateTimeOffset? LeaseEnd(License license, DateTimeOffset now)
    {
        var seconds = license.Policy.AllowClientLeaseDuration && LeaseDuration is { } own ? own : license.Policy.LeaseDuration;
        var room = (long)(DateTimeOffset.MaxValue.AddYears(-1) - now).TotalSeconds;
        return license.Policy.Type == LicenseType.HostedFloating && seconds > 0 ? now.AddSeconds(Math.Min(seconds, room)) : null;
    }

    /// <summary>The attempt as one of this activation.</summary>
    public Attempt Of(ActivationId activation) => this with { Report = Report with { Address = Personal.Of(activation, Report.Address.Value!) } };

    /// <summary>The report as it is kept: without a place where the licence does not want it known.</summary>
    public MachineReport Recorded(License license) => !license.Policy.DisableGeoLocation ? Report : Report with
    {
        Machine = Report.Machine with { Country = null },
        Address = Report.Address with { Value = Report.Address.Value! with { IpAddress = null } },
    };

    private Refusal? NotEntitled() => Access switch
    {
        null => Refusal.AuthenticationFailed("The license is for named users."),
        { Denial: { } denial } when denial != Domain.Access.LicenseSuspended && denial != Domain.Access.LicenseExpired => Refusal.AuthenticationFailed(denial.Detail),
        _ => null,
    };

    /// <summary>Whether a release is newer, as far as the limit says: 1.2.9 is no newer than 1.2.</summary>
    private static bool IsNewer(string? release, string limit)
    {
        if (string.IsNullOrEmpty(release))
            return false;

        var (given, most) = (Parts(release), Parts(limit));
        return most.Select((part, n) => given.ElementAtOrDefault(n).CompareTo(part)).FirstOrDefault(order => order != 0) > 0;
    }

    private static List<int> Parts(string version) =>
        [.. version.Split('.', VersionParts).Select(part => int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0)];
}

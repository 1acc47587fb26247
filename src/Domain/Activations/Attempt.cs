using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Releases;

namespace EventSourcedOrgs.Domain.Activations;

/// <summary>The parts of a report that a sync may leave out.</summary>
[Flags]
public enum ReportParts
{
    /// <summary>The report is whole.</summary>
    None = 0,

    OsVersion = 1,
    VmName = 2,
    Container = 4,
    ReleaseVersion = 8,
    ReleaseChannel = 16,
    ReleasePlatform = 32,
    Metadata = 64,
}

/// <summary>Reports that leave something out.</summary>
public static class PartialReports
{
    /// <summary>The whole report: what is left out is as it was known before.</summary>
    public static MachineReport Over(this MachineReport report, MachineReport known, ReportParts leftOut)
    {
        var (told, before) = (report.Machine, known.Machine);
        return report with
        {
            Machine = told with
            {
                OsVersion = Whole(ReportParts.OsVersion, told.OsVersion, before.OsVersion),
                VmName = Whole(ReportParts.VmName, told.VmName, before.VmName),
                Container = Whole(ReportParts.Container, told.Container, before.Container),
                ReleaseVersion = Whole(ReportParts.ReleaseVersion, told.ReleaseVersion, before.ReleaseVersion),
                ReleaseChannel = Whole(ReportParts.ReleaseChannel, told.ReleaseChannel, before.ReleaseChannel),
                ReleasePlatform = Whole(ReportParts.ReleasePlatform, told.ReleasePlatform, before.ReleasePlatform),
            },
            Metadata = Whole(ReportParts.Metadata, report.Metadata, known.Metadata),
        };

        T Whole<T>(ReportParts part, T given, T former) => leftOut.HasFlag(part) ? former : given;
    }
}

/// <summary>
/// What an application asks with: the product it is, its machine, and the person who proved to be one, with that person's access to the licence as it is
/// now. A lease is in seconds, null for what the licence says.
/// </summary>
public sealed record Attempt(
    ProductId Product, MachineReport Report, UserId? User, AccessDecision? Access, long? LeaseDuration, ValueList<MeterIncrement> Meters)
{
    /// <summary>Set when the request was carried by hand, and so is the answer.</summary>
    public OfflineTerms? Offline { get; init; }

    public bool IsOffline => Offline is not null;

    /// <summary>What the report leaves out when a machine syncs.</summary>
    public ReportParts LeftOut { get; init; }

    /// <summary>Why the credentials that were sent prove nobody; null when there were none, or good ones.</summary>
    public string? NotProved { get; init; }

    /// <summary>
    /// Why the licence may not be used in this way, or null. One that is suspended or has run out is no reason: the signed token says so, and the
    /// application acts on it. From where a machine that is not online asks nobody knows, so that counts for nothing.
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
            { Policy.Type: LicenseType.HostedFloating } when IsOffline => Refusal.LeaseNeedsServer,
            _ when now < license.EffectiveDate => Refusal.LicenseNotYetEffective,
            _ when NotProved is { } why => Refusal.AuthenticationFailed(why),
            _ when policy.RequireAuthentication && NotEntitled() is { } refusal => refusal,
            _ when !policy.AllowVmActivation && !string.IsNullOrEmpty(machine.VmName) => Refusal.VmActivationNotAllowed,
            _ when !policy.AllowContainerActivation && machine.Container => Refusal.ContainerActivationNotAllowed,
            _ when !IsOffline && !policy.AllowsAddress(Report.Address.Value?.IpAddress) => Refusal.IpAddressNotAllowed,
            _ when !IsOffline && !policy.AllowsCountry(machine.Country) => Refusal.CountryNotAllowed,
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

    /// <summary>That an answer to be carried by hand is given, if that is what is asked for.</summary>
    public OfflineResponseIssued? Answer(ActivationId activation, License license, DateTimeOffset now) =>
        Offline is { } terms ? new(activation, license.Id, terms.Request, now, terms.ValidUntil) : null;

    /// <summary>The attempt with a whole report: what it leaves out is as it was known before.</summary>
    public Attempt Over(MachineReport known) => this with { Report = Report.Over(known, LeftOut) };

    /// <summary>The attempt as one of this activation.</summary>
    public Attempt Of(ActivationId activation) => this with { Report = Report with { Address = Personal.Of(activation, Report.Address.Value!) } };

    /// <summary>The report as it is kept: without a place where the licence does not want it known.</summary>
    public MachineReport Recorded(License license) => license.Policy.DisableGeoLocation ? Report.WithoutPlace() : Report;

    private Refusal? NotEntitled() => Access switch
    {
        null => Refusal.AuthenticationFailed("The license is for named users."),
        { Denial: { } denial } when denial != Domain.Access.LicenseSuspended && denial != Domain.Access.LicenseExpired => Refusal.AuthenticationFailed(denial.Detail),
        _ => null,
    };

    /// <summary>Whether a release is newer, as far as the limit says: 1.2.9 is no newer than 1.2. What is no version is as old as can be.</summary>
    private static bool IsNewer(string? release, string limit) =>
        ReleaseVersion.TryParse(release, out var given) && ReleaseVersion.TryParse(limit, out var most) && given.IsNewerThan(most);
}

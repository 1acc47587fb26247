using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>How a licence is used: on one machine, or shared with leases through our server or the customer's own.</summary>
[JsonConverter(typeof(WireEnum<LicenseType>))]
public enum LicenseType { NodeLocked, HostedFloating, OnPremiseFloating }

/// <summary>How much of a machine's fingerprint has to match.</summary>
[JsonConverter(typeof(WireEnum<FingerprintMatchingStrategy>))]
public enum FingerprintMatchingStrategy { Fuzzy, Exact, Loose }

/// <summary>What one lease of a floating licence covers.</summary>
[JsonConverter(typeof(WireEnum<LeasingStrategy>))]
public enum LeasingStrategy { PerMachine, PerInstance }

/// <summary>From when a subscription interval counts.</summary>
[JsonConverter(typeof(WireEnum<SubscriptionStartTrigger>))]
public enum SubscriptionStartTrigger { Creation, Activation }

/// <summary>The older way to say when a validity in seconds starts.</summary>
[JsonConverter(typeof(WireEnum<ExpirationStrategy>))]
public enum ExpirationStrategy { Immediate, Delayed, Rolling }

/// <summary>
/// The terms of use that a licence takes from its template and may override. Durations are seconds. In counts, -1 is unlimited;
/// <see cref="AllowedActivations"/> and <see cref="LeaseDuration"/> are unlimited at 0, too.
/// </summary>
public sealed record LicensePolicy : IWhereabouts
{
    public const string DefaultKeyPattern = "^([A-F0-9]{6}-){5}[A-F0-9]{6}$";

    private const int UncheckedClock = -1;
    private const int UsualClockOffset = 3600;

    public LicenseType Type { get; init; } = LicenseType.NodeLocked;
    public FingerprintMatchingStrategy FingerprintMatchingStrategy { get; init; } = FingerprintMatchingStrategy.Fuzzy;
    public int AllowedActivations { get; init; } = 1;
    public int AllowedDeactivations { get; init; } = -1;
    public int AllowedFloatingClients { get; init; }
    public int LeaseDuration { get; init; } = 3600;
    public bool AllowClientLeaseDuration { get; init; }
    public LeasingStrategy LeasingStrategy { get; init; } = LeasingStrategy.PerMachine;
    public int ServerSyncInterval { get; init; } = 3600;
    public int ServerSyncGracePeriod { get; init; } = 86_400;
    public int AllowedClockOffset { get; init; } = UsualClockOffset;
    public bool DisableClockValidation { get; init; }
    public int ExpiringSoonEventOffset { get; init; } = 2_592_000;
    public bool AllowVmActivation { get; init; } = true;
    public bool AllowContainerActivation { get; init; } = true;
    public bool UserLocked { get; init; }
    public bool RequireAuthentication { get; init; }
    public bool DisableGeoLocation { get; init; }
    public bool CryptoBindingEnabled { get; init; }
    public ValueList<string> AllowedIpRanges { get; init; } = [];
    public ValueList<string> AllowedIpAddresses { get; init; } = [];
    public ValueList<string> DisallowedIpAddresses { get; init; } = [];
    public ValueList<string> AllowedCountries { get; init; } = [];
    public ValueList<string> DisallowedCountries { get; init; } = [];

    /// <summary>Whether the clocks of machines are not looked at: an offset of -1 says so, as <see cref="DisableClockValidation"/> did before it.</summary>
    public bool IgnoresClock => DisableClockValidation || AllowedClockOffset == UncheckedClock;

    /// <summary>The policy with what is said of clocks: true is an offset of -1, whatever offset is beside it, false the usual one where there was none, and an offset alone means itself.</summary>
    public LicensePolicy WithClock(int? offset, bool? ignored) => (offset, ignored) switch
    {
        (null, null) => this,
        (_, true) => this with { AllowedClockOffset = UncheckedClock, DisableClockValidation = true },
        ({ } given, _) => this with { AllowedClockOffset = given, DisableClockValidation = false },
        (null, false) => this with { AllowedClockOffset = AllowedClockOffset == UncheckedClock ? UsualClockOffset : AllowedClockOffset, DisableClockValidation = false },
    };
}

/// <summary>
/// What a licence gives besides its use: the product version and the set of features by their ids, the maintenance policy, and the newest
/// release (<c>x.x</c>, <c>x.x.x</c> or <c>x.x.x.x</c>) that may be activated with it where no maintenance policy says so.
/// </summary>
public sealed record LicenseEntitlement
{
    public Guid? ProductVersion { get; init; }
    public EntitlementSetId? EntitlementSet { get; init; }
    public MaintenancePolicyId? MaintenancePolicy { get; init; }
    public string? MaxAllowedReleaseVersion { get; init; }
}

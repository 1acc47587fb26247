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
public sealed record LicensePolicy
{
    public const string DefaultKeyPattern = "^([A-F0-9]{6}-){5}[A-F0-9]{6}$";

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
    public int AllowedClockOffset { get; init; } = 3600;
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
}

/// <summary>
/// What a licence gives besides its use: the product version and the set of features by their ids, the maintenance policy, and the newest
/// release (<c>x.x</c>, <c>x.x.x</c> or <c>x.x.x.x</c>) that may be activated with it where no maintenance policy says so.
/// </summary>
public sealed record LicenseEntitlement
{
    public Guid? ProductVersion { get; init; }
    public Guid? EntitlementSet { get; init; }
    public MaintenancePolicyId? MaintenancePolicy { get; init; }
    public string? MaxAllowedReleaseVersion { get; init; }
}

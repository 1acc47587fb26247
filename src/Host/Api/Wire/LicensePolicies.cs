using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The terms of use that every body about licences and templates has; null leaves them as they are. <c>allowedIpRange</c> is the older form of a list of one, <c>disableClockValidation</c> of an offset of -1.</summary>
internal abstract record PolicyPatch
{
    public FingerprintMatchingStrategy? FingerprintMatchingStrategy { get; init; }
    public int? AllowedActivations { get; init; }
    public int? AllowedDeactivations { get; init; }
    public int? AllowedFloatingClients { get; init; }
    public int? LeaseDuration { get; init; }
    public bool? AllowClientLeaseDuration { get; init; }
    public int? ServerSyncInterval { get; init; }
    public int? ServerSyncGracePeriod { get; init; }
    public int? AllowedClockOffset { get; init; }
    public bool? DisableClockValidation { get; init; }
    public int? ExpiringSoonEventOffset { get; init; }
    public bool? AllowVmActivation { get; init; }
    public bool? AllowContainerActivation { get; init; }
    public bool? RequireAuthentication { get; init; }
    public bool? DisableGeoLocation { get; init; }
    public bool? CryptoBindingEnabled { get; init; }
    public string? AllowedIpRange { get; init; }
    public ValueList<string>? AllowedIpRanges { get; init; }
    public ValueList<string>? AllowedIpAddresses { get; init; }
    public ValueList<string>? DisallowedIpAddresses { get; init; }
    public ValueList<string>? AllowedCountries { get; init; }
    public ValueList<string>? DisallowedCountries { get; init; }

    public virtual LicensePolicy Over(LicensePolicy policy) => policy.WithClock(AllowedClockOffset, DisableClockValidation) with
    {
        FingerprintMatchingStrategy = FingerprintMatchingStrategy ?? policy.FingerprintMatchingStrategy,
        AllowedActivations = AllowedActivations ?? policy.AllowedActivations,
        AllowedDeactivations = AllowedDeactivations ?? policy.AllowedDeactivations,
        AllowedFloatingClients = AllowedFloatingClients ?? policy.AllowedFloatingClients,
        LeaseDuration = LeaseDuration ?? policy.LeaseDuration,
        AllowClientLeaseDuration = AllowClientLeaseDuration ?? policy.AllowClientLeaseDuration,
        ServerSyncInterval = ServerSyncInterval ?? policy.ServerSyncInterval,
        ServerSyncGracePeriod = ServerSyncGracePeriod ?? policy.ServerSyncGracePeriod,
        ExpiringSoonEventOffset = ExpiringSoonEventOffset ?? policy.ExpiringSoonEventOffset,
        AllowVmActivation = AllowVmActivation ?? policy.AllowVmActivation,
        AllowContainerActivation = AllowContainerActivation ?? policy.AllowContainerActivation,
        RequireAuthentication = RequireAuthentication ?? policy.RequireAuthentication,
        DisableGeoLocation = DisableGeoLocation ?? policy.DisableGeoLocation,
        CryptoBindingEnabled = CryptoBindingEnabled ?? policy.CryptoBindingEnabled,
        AllowedIpRanges = Common.EitherRanges(AllowedIpRanges, AllowedIpRange) ?? policy.AllowedIpRanges,
        AllowedIpAddresses = AllowedIpAddresses ?? policy.AllowedIpAddresses,
        DisallowedIpAddresses = DisallowedIpAddresses ?? policy.DisallowedIpAddresses,
        AllowedCountries = AllowedCountries ?? policy.AllowedCountries,
        DisallowedCountries = DisallowedCountries ?? policy.DisallowedCountries,
    };
}

/// <summary>All terms, also those that a licence keeps once it has them.</summary>
internal abstract record WholePolicy : PolicyPatch
{
    public LicenseType? Type { get; init; }
    public LeasingStrategy? LeasingStrategy { get; init; }
    public bool? UserLocked { get; init; }
    public int? Validity { get; init; }
    public ExpirationStrategy? ExpirationStrategy { get; init; }
    public string? SubscriptionInterval { get; init; }
    public SubscriptionStartTrigger? SubscriptionStartTrigger { get; init; }

    public override LicensePolicy Over(LicensePolicy policy) => base.Over(policy) with
    {
        Type = Type ?? policy.Type,
        LeasingStrategy = LeasingStrategy ?? policy.LeasingStrategy,
        UserLocked = UserLocked ?? policy.UserLocked,
    };

    public LicenseTerm Over(LicenseTerm term) => term.With(new(SubscriptionInterval, SubscriptionStartTrigger, Validity, ExpirationStrategy));
}

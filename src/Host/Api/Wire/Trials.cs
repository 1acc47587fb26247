using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Trials;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Trials;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>What the bodies of a new and of a changed trial policy share; null leaves a term as it is.</summary>
internal abstract record TrialTermsBody
{
    public FingerprintMatchingStrategy? FingerprintMatchingStrategy { get; init; }
    public bool? AllowVmActivation { get; init; }
    public bool? AllowContainerActivation { get; init; }
    public bool? UserLocked { get; init; }
    public bool? DisableGeoLocation { get; init; }
    public string? AllowedIpRange { get; init; }
    public ValueList<string>? AllowedIpRanges { get; init; }
    public ValueList<string>? AllowedIpAddresses { get; init; }
    public ValueList<string>? DisallowedIpAddresses { get; init; }
    public ValueList<string>? AllowedCountries { get; init; }
    public ValueList<string>? DisallowedCountries { get; init; }

    protected TrialTerms Over(TrialTerms terms, int? trialLength) => terms with
    {
        TrialLength = trialLength ?? terms.TrialLength,
        FingerprintMatchingStrategy = FingerprintMatchingStrategy ?? terms.FingerprintMatchingStrategy,
        AllowVmActivation = AllowVmActivation ?? terms.AllowVmActivation,
        AllowContainerActivation = AllowContainerActivation ?? terms.AllowContainerActivation,
        UserLocked = UserLocked ?? terms.UserLocked,
        DisableGeoLocation = DisableGeoLocation ?? terms.DisableGeoLocation,
        AllowedIpRanges = Common.EitherRanges(AllowedIpRanges, AllowedIpRange) ?? terms.AllowedIpRanges,
        AllowedIpAddresses = AllowedIpAddresses ?? terms.AllowedIpAddresses,
        DisallowedIpAddresses = DisallowedIpAddresses ?? terms.DisallowedIpAddresses,
        AllowedCountries = AllowedCountries ?? terms.AllowedCountries,
        DisallowedCountries = DisallowedCountries ?? terms.DisallowedCountries,
    };
}

/// <summary>The body of a new trial policy. The length is in seconds; what is left out has a default.</summary>
internal sealed record NewTrialPolicy : TrialTermsBody
{
    public required string Name { get; init; }
    public required int TrialLength { get; init; }

    public CreateTrialPolicy ToCommand() => new(Id.New<TrialPolicyId>(), Name, Over(TrialPolicy.Initial.Terms, TrialLength));
}

/// <summary>The body of a change to a trial policy; what it leaves out stays.</summary>
internal sealed record TrialPolicyPatch : TrialTermsBody
{
    public string? Name { get; init; }
    public int? TrialLength { get; init; }

    public ChangeTrialPolicy ToCommand(TrialPolicyId id) => new(id, Common.Given(Name?.Trim()), terms => Over(terms, TrialLength));
}

/// <summary>A trial policy as the contract has it.</summary>
internal sealed record WireTrialPolicy(
    TrialPolicyId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, bool AllowVmActivation, bool AllowContainerActivation, bool UserLocked,
    bool DisableGeoLocation, string? AllowedIpRange, ValueList<string> AllowedIpRanges, ValueList<string> AllowedCountries, ValueList<string> DisallowedCountries,
    ValueList<string> AllowedIpAddresses, ValueList<string> DisallowedIpAddresses, int TrialLength, FingerprintMatchingStrategy FingerprintMatchingStrategy)
{
    public static Task<WireTrialPolicy> Of(TrialPolicy policy, Store store, CancellationToken cancellation) => Task.FromResult(Of(policy, policy.Terms));

    public static Task<IReadOnlyList<WireTrialPolicy>> Of(IReadOnlyList<TrialPolicy> policies, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireTrialPolicy>>([.. policies.Select(policy => Of(policy, policy.Terms))]);

    private static WireTrialPolicy Of(TrialPolicy policy, TrialTerms terms) => new(
        policy.Id, policy.Recorded.CreatedAt, policy.Recorded.UpdatedAt, policy.Name, terms.AllowVmActivation, terms.AllowContainerActivation, terms.UserLocked,
        terms.DisableGeoLocation, Common.Single(terms.AllowedIpRanges), terms.AllowedIpRanges, terms.AllowedCountries, terms.DisallowedCountries,
        terms.AllowedIpAddresses, terms.DisallowedIpAddresses, terms.TrialLength, terms.FingerprintMatchingStrategy);
}

/// <summary>The body of a new trial and of a sync; what a sync leaves out of what it tells of the machine stays, and an empty text or list clears.</summary>
internal sealed record TrialBody : MachineReportBody
{
    /// <param name="now">The time of the request.</param>
    /// <param name="ipAddress">From where it came.</param>
    /// <param name="country">From which country, when something in front of us tells.</param>
    public TrialRequest ToRequest(DateTimeOffset now, string? ipAddress, string? country) => new(
        Product(Refusal.InvalidTrialProductId), AccountId, ToMachine(country), new(Hostname, ipAddress), Fingerprint, UserHash, ToMetadata(now));
}

/// <summary>What an application gets: a token that it can check by itself.</summary>
internal sealed record WireTrialToken(string TrialActivationToken);

/// <summary>By how many seconds a trial grows.</summary>
internal sealed record TrialExtension(int ExtensionLength);

/// <summary>When a trial ends.</summary>
internal sealed record TrialExpiry(DateTimeOffset ExpiresAt);

/// <summary>A trial as the contract has it.</summary>
internal sealed record WireTrial(
    TrialActivationId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, MachineOs Os, string? OsVersion, string Hostname, WireLocation Location, string? VmName,
    bool Container, string? AppVersion, string? ReleaseVersion, string? ReleaseChannel, string? ReleasePlatform, bool Offline, ProductId ProductId,
    DateTimeOffset? ExpiresAt, ValueList<WireMetadata> Metadata)
{
    public static Task<WireTrial> Of(TrialActivation trial, Store store, CancellationToken cancellation) => Task.FromResult(Of(trial));

    public static Task<IReadOnlyList<WireTrial>> Of(IReadOnlyList<TrialActivation> trials, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireTrial>>([.. trials.Select(Of)]);

    private static WireTrial Of(TrialActivation trial)
    {
        var (machine, address) = (trial.Report!.Machine, trial.Report.Address.Value);
        return new(
            trial.Id, trial.Recorded.CreatedAt, trial.Recorded.UpdatedAt, machine.Os, machine.OsVersion, address?.Hostname ?? "", new(address?.IpAddress ?? "", machine.Country),
            machine.VmName, machine.Container, machine.ReleaseVersion, machine.ReleaseVersion, machine.ReleaseChannel, machine.ReleasePlatform, Offline: false, trial.Product, trial.ExpiresAt,
            trial.Report.Metadata.Select(entry => new WireMetadata(entry.Id, entry.CreatedAt, entry.UpdatedAt, entry.Key, entry.Value)).ToValueList());
    }
}

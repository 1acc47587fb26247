using System.Diagnostics;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.Trials;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a trial policy.</summary>
public abstract record TrialPolicyEvent { private protected TrialPolicyEvent() { } }

/// <summary>The vendor has a new set of terms for trials.</summary>
public sealed record TrialPolicyCreated(TrialPolicyId Policy, string Name, TrialTerms Terms) : TrialPolicyEvent;
/// <summary>The policy goes by another name.</summary>
public sealed record TrialPolicyRenamed(TrialPolicyId Policy, string Name) : TrialPolicyEvent;
/// <summary>Trials that start from now on last this long, and all trials are held to the other terms.</summary>
public sealed record TrialPolicyTermsChanged(TrialPolicyId Policy, TrialTerms Terms) : TrialPolicyEvent;
/// <summary>No product can use the policy any more.</summary>
public sealed record TrialPolicyDeleted(TrialPolicyId Policy) : TrialPolicyEvent;

/// <summary>How long a product may be tried (in seconds), on which machines, and from where.</summary>
public sealed record TrialTerms(int TrialLength) : IWhereabouts
{
    /// <summary>To what a trial is held whose product has no policy any more: it must be the same machine.</summary>
    public static TrialTerms None { get; } = new(0) { FingerprintMatchingStrategy = FingerprintMatchingStrategy.Exact };

    public FingerprintMatchingStrategy FingerprintMatchingStrategy { get; init; } = FingerprintMatchingStrategy.Fuzzy;
    public bool AllowVmActivation { get; init; } = true;
    public bool AllowContainerActivation { get; init; } = true;
    public bool UserLocked { get; init; }
    public bool DisableGeoLocation { get; init; }
    public ValueList<string> AllowedIpRanges { get; init; } = [];
    public ValueList<string> AllowedIpAddresses { get; init; } = [];
    public ValueList<string> DisallowedIpAddresses { get; init; } = [];
    public ValueList<string> AllowedCountries { get; init; } = [];
    public ValueList<string> DisallowedCountries { get; init; } = [];

    /// <summary>Why the product may not be tried there, or null.</summary>
    public Refusal? RefusalOf(MachineReport report) => report.Machine switch
    {
        { VmName.Length: > 0 } when !AllowVmActivation => Refusal.VmActivationNotAllowed,
        { Container: true } when !AllowContainerActivation => Refusal.ContainerActivationNotAllowed,
        _ when !this.AllowsAddress(report.Address.Value?.IpAddress) => Refusal.IpAddressNotAllowed,
        { Country: var country } when !this.AllowsCountry(country) => Refusal.CountryNotAllowed,
        _ => null,
    };

    /// <summary>Whether a machine is the one that a trial is of: by its fingerprint and, where that is wanted, by its user.</summary>
    public bool IsSameMachine(string fingerprint, string userHash, MachineReport report) =>
        Fingerprint.Matches(fingerprint, report.Fingerprint, FingerprintMatchingStrategy) && (!UserLocked || userHash == report.UserHash);

    /// <summary>The report as it is kept: without a place where that is not to be known.</summary>
    public MachineReport Recorded(MachineReport report) => DisableGeoLocation ? report.WithoutPlace() : report;
}

/// <summary>The terms of trials that products share.</summary>
public sealed record TrialPolicy(TrialPolicyId Id, string Name, TrialTerms Terms, bool Deleted, Recorded Recorded) : IAggregate<TrialPolicy, TrialPolicyEvent>
{
    public static TrialPolicy Initial { get; } = new(default, "", new(0), false, default);

    public bool Exists => Id != default && !Deleted;

    public TrialPolicy With(Recorded recorded) => this with { Recorded = recorded };

    public static TrialPolicy Evolve(TrialPolicy policy, TrialPolicyEvent @event) => @event switch
    {
        TrialPolicyCreated e => policy with { Id = e.Policy, Name = e.Name, Terms = e.Terms },
        TrialPolicyRenamed e => policy with { Name = e.Name },
        TrialPolicyTermsChanged e => policy with { Terms = e.Terms },
        TrialPolicyDeleted => policy with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in TrialPolicy.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<TrialPolicyEvent> New(TrialPolicyId id, string name, TrialTerms terms) => [new TrialPolicyCreated(id, name, terms)];

    public Decision<TrialPolicyEvent> Change(Optional<string> name, TrialTerms terms) => !Exists ? Refusal.TrialPolicyNotFound :
    [
        .. name.WhenChanged(Name, to => new TrialPolicyRenamed(Id, to) as TrialPolicyEvent),
        .. terms == Terms ? (TrialPolicyEvent[])[] : [new TrialPolicyTermsChanged(Id, terms)],
    ];

    public Decision<TrialPolicyEvent> Delete() => Deleted ? [] : Exists ? [new TrialPolicyDeleted(Id)] : Refusal.TrialPolicyNotFound;
}

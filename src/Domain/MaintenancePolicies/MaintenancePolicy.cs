using System.Diagnostics;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.MaintenancePolicies;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a maintenance policy.</summary>
public abstract record MaintenancePolicyEvent { private protected MaintenancePolicyEvent() { } }

/// <summary>The vendor has a new rule for how long, and to what, licences may be updated.</summary>
public sealed record MaintenancePolicyCreated(MaintenancePolicyId Policy, string Name, AllowedUpdates Updates, LicenseTerm Term) : MaintenancePolicyEvent;
/// <summary>The policy goes by another name.</summary>
public sealed record MaintenancePolicyRenamed(MaintenancePolicyId Policy, string Name) : MaintenancePolicyEvent;
/// <summary>Licences under the policy may be updated to these versions from now on.</summary>
public sealed record MaintenancePolicyUpdatesChanged(MaintenancePolicyId Policy, AllowedUpdates Updates) : MaintenancePolicyEvent;
/// <summary>Maintenance that begins or is renewed from now on runs by this term; ends that licences have already stay.</summary>
public sealed record MaintenancePolicyTermChanged(MaintenancePolicyId Policy, LicenseTerm Term) : MaintenancePolicyEvent;
/// <summary>The policy is gone, the history stays.</summary>
public sealed record MaintenancePolicyDeleted(MaintenancePolicyId Policy) : MaintenancePolicyEvent;

/// <summary>To which releases a licence may be updated while it is maintained.</summary>
public sealed record AllowedUpdates(bool MajorVersions, bool MinorVersions);

/// <summary>
/// For how long, and to what, a licence may be updated. The term is that of licences: a trigger of creation or activation means that of the licence. An end is
/// a fact of each licence, told when its maintenance begins or is renewed, so that a change of the policy moves none.
/// </summary>
public sealed record MaintenancePolicy(MaintenancePolicyId Id, string Name, AllowedUpdates Updates, LicenseTerm Term, bool Deleted, Recorded Recorded)
    : IAggregate<MaintenancePolicy, MaintenancePolicyEvent>
{
    public static MaintenancePolicy Initial { get; } = new(default, "", new(false, false), new(), false, default);

    public bool Exists => Id != default && !Deleted;

    public MaintenancePolicy With(Recorded recorded) => this with { Recorded = recorded };

    public static MaintenancePolicy Evolve(MaintenancePolicy policy, MaintenancePolicyEvent @event) => @event switch
    {
        MaintenancePolicyCreated e => policy with { Id = e.Policy, Name = e.Name, Updates = e.Updates, Term = e.Term },
        MaintenancePolicyRenamed e => policy with { Name = e.Name },
        MaintenancePolicyUpdatesChanged e => policy with { Updates = e.Updates },
        MaintenancePolicyTermChanged e => policy with { Term = e.Term },
        MaintenancePolicyDeleted => policy with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in MaintenancePolicy.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<MaintenancePolicyEvent> New(MaintenancePolicyId id, string name, AllowedUpdates updates, LicenseTerm term) =>
        [new MaintenancePolicyCreated(id, name, updates, term)];

    public Decision<MaintenancePolicyEvent> Change(Optional<string> name, Optional<bool> majorVersions, Optional<bool> minorVersions)
    {
        if (!Exists)
            return Refusal.MaintenancePolicyNotFound;

        Optional<AllowedUpdates> updates = new AllowedUpdates(majorVersions.Or(Updates.MajorVersions), minorVersions.Or(Updates.MinorVersions));
        return
        [
            .. name.WhenChanged(Name, to => new MaintenancePolicyRenamed(Id, to) as MaintenancePolicyEvent),
            .. updates.WhenChanged(Updates, to => new MaintenancePolicyUpdatesChanged(Id, to)),
        ];
    }

    public Decision<MaintenancePolicyEvent> RunBy(LicenseTerm term) =>
        !Exists ? Refusal.MaintenancePolicyNotFound : term == Term ? [] : [new MaintenancePolicyTermChanged(Id, term)];

    /// <summary>A policy that licences are under is kept: they would be under none without anybody having said so.</summary>
    public Decision<MaintenancePolicyEvent> Delete(bool inUse) =>
        Deleted ? [] : !Exists ? Refusal.MaintenancePolicyNotFound : inUse ? Refusal.MaintenancePolicyInUse : [new MaintenancePolicyDeleted(Id)];
}

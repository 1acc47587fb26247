using System.Collections.Frozen;
using System.Collections.Immutable;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Accounts;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Operations;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.Trials;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections;

/// <summary>A kind of thing that events happen to: what it is called outside, and how its state follows from them.</summary>
public abstract class Resource
{
    private protected Resource(string name, Type family) => (Name, Family) = (name, family);

    /// <summary>Every kind there is; an event of a family that is not among them stops the read model where it stands.</summary>
    public static ImmutableArray<Resource> All { get; } =
    [
        new Resource<Organization, OrganizationEvent>("organization"),
        new Resource<User, UserEvent>("user"),
        new Resource<UserGroup, UserGroupEvent>("userGroup"),
        new Resource<License, LicenseEvent>("license"),
        new Resource<Activation, ActivationEvent>("activation"),
        new Resource<Product, ProductEvent>("product"),
        new Resource<LicenseTemplate, LicenseTemplateEvent>("licenseTemplate"),
        new Resource<MaintenancePolicy, MaintenancePolicyEvent>("maintenancePolicy"),
        new Resource<TrialPolicy, TrialPolicyEvent>("trialPolicy"),
        new Resource<TrialActivation, TrialActivationEvent>("trialActivation"),
        new Resource<Feature, FeatureEvent>("feature"),
        new Resource<EntitlementSet, EntitlementSetEvent>("entitlementSet"),
        new Resource<AccessToken, AccessTokenEvent>("accessToken"),
        new Resource<CustomRole, CustomRoleEvent>("role"),
        new Resource<Release, ReleaseEvent>("release"),
        new Resource<ReleaseChannel, ReleaseChannelEvent>("releaseChannel"),
        new Resource<ReleasePlatform, ReleasePlatformEvent>("releasePlatform"),
        new Resource<Operation, OperationEvent>("operation"),
        new Resource<Account, AccountEvent>("account"),
    ];

    private static readonly FrozenDictionary<Type, Resource> Families = All.ToFrozenDictionary(resource => resource.Family);
    private static readonly FrozenDictionary<Type, Resource> States = All.ToFrozenDictionary(resource => resource.State);

    public string Name { get; }

    /// <summary>The abstract type of its events.</summary>
    public Type Family { get; }

    /// <summary>The type of its state.</summary>
    public abstract Type State { get; }

    /// <summary>The state before its first event.</summary>
    public abstract object Initial { get; }

    /// <summary>The state after one more event.</summary>
    public object After(object before, IEvent e) => After(before, e.Data, e.Timestamp);

    /// <summary>The state after one more event, recorded at a moment.</summary>
    public abstract object After(object before, object e, DateTimeOffset at);

    /// <summary>What an event happened to.</summary>
    public static Resource Of(IEvent e) => Families[e.EventType.BaseType!];

    /// <summary>Whose states are of a type.</summary>
    public static Resource OfState(Type state) => States[state];

    public static Resource? Find(string name) => All.FirstOrDefault(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public override string ToString() => Name;
}

internal sealed class Resource<TState, TEvent>(string name) : Resource(name, typeof(TEvent)) where TState : class, IAggregate<TState, TEvent>
{
    public override Type State => typeof(TState);

    public override object Initial => TState.Initial;

    public override object After(object before, object e, DateTimeOffset at) => Aggregate.Fold((TState)before, (TEvent)e, at);
}

using System.Text.Json.Serialization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.MaintenancePolicies;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.MaintenancePolicies;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>From when the interval of a maintenance policy counts.</summary>
[JsonConverter(typeof(WireEnum<MaintenanceStartTrigger>))]
internal enum MaintenanceStartTrigger { LicenseCreation, LicenseActivation }

/// <summary>The older way to say when maintenance starts.</summary>
[JsonConverter(typeof(WireEnum<MaintenanceExpirationStrategy>))]
internal enum MaintenanceExpirationStrategy { Immediate, Delayed }

/// <summary>The body of a new maintenance policy; without an interval its licences are maintained for ever.</summary>
internal sealed record NewMaintenancePolicy(
    string Name, bool AllowMajorVersionUpdates, bool AllowMinorVersionUpdates, long? Validity = null, MaintenanceExpirationStrategy? ExpirationStrategy = null,
    string? SubscriptionInterval = null, MaintenanceStartTrigger? SubscriptionStartTrigger = null)
{
    public CreateMaintenancePolicy ToCommand() => new(
        Id.New<MaintenancePolicyId>(), Name, new(AllowMajorVersionUpdates, AllowMinorVersionUpdates), new LicenseTerm().With(new(
            SubscriptionInterval, (SubscriptionStartTrigger?)SubscriptionStartTrigger, Seconds, (ExpirationStrategy?)ExpirationStrategy)));

    private int? Seconds => Validity is null or (>= 0 and <= int.MaxValue)
        ? (int?)Validity
        : throw new RefusedException(Refusal.Validation([new("/validity", $"is from 0 to {int.MaxValue} seconds. 'subscriptionInterval' takes more.")]));
}

/// <summary>The body of a change to a maintenance policy; what it leaves out stays.</summary>
internal sealed record MaintenancePolicyPatch(string? Name = null, bool? AllowMajorVersionUpdates = null, bool? AllowMinorVersionUpdates = null)
{
    public ChangeMaintenancePolicy ToCommand(MaintenancePolicyId id) =>
        new(id, Common.Given(Name?.Trim()), Common.Given(AllowMajorVersionUpdates), Common.Given(AllowMinorVersionUpdates));
}

/// <summary>The interval by which a maintenance policy runs from now on; an empty one is none.</summary>
internal sealed record NewMaintenanceInterval(string SubscriptionInterval)
{
    public SubscribeMaintenancePolicy ToCommand(MaintenancePolicyId id) => new(id, term => term.With(new(SubscriptionInterval)));
}

/// <summary>The end of a licence's maintenance from now on.</summary>
internal sealed record NewMaintenanceExpiry(DateTimeOffset MaintenanceExpiresAt);

/// <summary>A maintenance policy as the contract has it.</summary>
internal sealed record WireMaintenancePolicy(
    MaintenancePolicyId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, long? Validity, MaintenanceExpirationStrategy? ExpirationStrategy,
    string? SubscriptionInterval, MaintenanceStartTrigger SubscriptionStartTrigger, bool AllowMajorVersionUpdates, bool AllowMinorVersionUpdates)
{
    public static Task<WireMaintenancePolicy> Of(MaintenancePolicy policy, Store store, CancellationToken cancellation) => Task.FromResult(Of(policy));

    public static Task<IReadOnlyList<WireMaintenancePolicy>> Of(IReadOnlyList<MaintenancePolicy> policies, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireMaintenancePolicy>>([.. policies.Select(Of)]);

    private static WireMaintenancePolicy Of(MaintenancePolicy policy) => new(
        policy.Id, policy.Recorded.CreatedAt, policy.Recorded.UpdatedAt, policy.Name, Common.Validity(policy.Term),
        (MaintenanceExpirationStrategy)policy.Term.ExpirationStrategy, policy.Term.SubscriptionInterval,
        (MaintenanceStartTrigger)policy.Term.SubscriptionStartTrigger, policy.Updates.MajorVersions, policy.Updates.MinorVersions);
}

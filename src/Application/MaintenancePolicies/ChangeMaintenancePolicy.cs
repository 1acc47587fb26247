using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using FluentValidation;

namespace EventSourcedOrgs.Application.MaintenancePolicies;

/// <summary>Makes a rule for how long, and to what, licences may be updated.</summary>
public sealed record CreateMaintenancePolicy(MaintenancePolicyId Id, string Name, AllowedUpdates Updates, LicenseTerm Term) : ICommand<MaintenancePolicy>
{
    public sealed class Validator : AbstractValidator<CreateMaintenancePolicy>
    {
        public Validator() => RuleFor(c => c.Name).Text(1);
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateMaintenancePolicy, MaintenancePolicy>
    {
        public Task<Result<MaintenancePolicy>> Handle(CreateMaintenancePolicy command, CancellationToken cancellationToken) => Task.FromResult(
            LicenseRules.Wrong(command.Term) is { } wrong
                ? wrong
                : store.MaintenancePolicies.Start(command.Id, MaintenancePolicy.New(command.Id, command.Name.Trim(), command.Updates, command.Term)));
    }
}

/// <summary>Changes the name of a maintenance policy and the updates that it allows, from now on, to the licences under it.</summary>
public sealed record ChangeMaintenancePolicy(
    MaintenancePolicyId MaintenancePolicy, Optional<string> Name, Optional<bool> AllowMajorVersionUpdates, Optional<bool> AllowMinorVersionUpdates)
    : ICommand<MaintenancePolicy>
{
    public Guid? Target => MaintenancePolicy.Value;

    public sealed class Validator : AbstractValidator<ChangeMaintenancePolicy>
    {
        public Validator() => RuleFor(c => c.Name).Text(1);
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeMaintenancePolicy, MaintenancePolicy>
    {
        public Task<Result<MaintenancePolicy>> Handle(ChangeMaintenancePolicy command, CancellationToken cancellationToken) =>
            store.MaintenancePolicies.Decide(
                command.MaintenancePolicy, policy => policy.Change(command.Name, command.AllowMajorVersionUpdates, command.AllowMinorVersionUpdates), cancellationToken);
    }
}

/// <summary>Gives a maintenance policy another interval: maintenance that begins or is renewed later runs by it.</summary>
public sealed record SubscribeMaintenancePolicy(MaintenancePolicyId MaintenancePolicy, Func<LicenseTerm, LicenseTerm> Term) : ICommand<MaintenancePolicy>
{
    public Guid? Target => MaintenancePolicy.Value;

    public sealed class Handler(Store store) : ICommandHandler<SubscribeMaintenancePolicy, MaintenancePolicy>
    {
        public async Task<Result<MaintenancePolicy>> Handle(SubscribeMaintenancePolicy command, CancellationToken cancellationToken)
        {
            var policy = await store.MaintenancePolicies.Latest(command.MaintenancePolicy, cancellationToken);
            var term = command.Term(policy.Term);
            return !policy.Exists ? Refusal.MaintenancePolicyNotFound
                : LicenseRules.Wrong(term) is { } wrong ? wrong
                : await store.MaintenancePolicies.Decide(command.MaintenancePolicy, state => state.RunBy(term), cancellationToken);
        }
    }
}

/// <summary>Deletes a maintenance policy that no licence is under.</summary>
public sealed record DeleteMaintenancePolicy(MaintenancePolicyId MaintenancePolicy) : ICommand<MaintenancePolicy>
{
    public Guid? Target => MaintenancePolicy.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteMaintenancePolicy, MaintenancePolicy>
    {
        public async Task<Result<MaintenancePolicy>> Handle(DeleteMaintenancePolicy command, CancellationToken cancellationToken)
        {
            if (!(await store.MaintenancePolicies.Latest(command.MaintenancePolicy, cancellationToken)).Exists)
                return Refusal.MaintenancePolicyNotFound;

            var inUse = await store.AnyLicenseEntitled("maintenancePolicy", command.MaintenancePolicy.Value, cancellationToken);
            return await store.MaintenancePolicies.Decide(command.MaintenancePolicy, policy => policy.Delete(inUse), cancellationToken);
        }
    }
}

/// <summary>One maintenance policy, as committed now.</summary>
public sealed record GetMaintenancePolicy(MaintenancePolicyId MaintenancePolicy) : IQuery<MaintenancePolicy>
{
    public sealed class Handler(Store store) : IQueryHandler<GetMaintenancePolicy, MaintenancePolicy>
    {
        public async Task<Result<MaintenancePolicy>> Handle(GetMaintenancePolicy query, CancellationToken cancellationToken) =>
            await store.MaintenancePolicies.Latest(query.MaintenancePolicy, cancellationToken) is { Exists: true } policy
                ? policy
                : Refusal.MaintenancePolicyNotFound;
    }
}

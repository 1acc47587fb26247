using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;

namespace EventSourcedOrgs.Application.EntitlementSets;

/// <summary>Adds a feature to a set: every licence that has the set is entitled to it at once.</summary>
public sealed record AddFeatureToSet(EntitlementSetId EntitlementSet, Guid Id, FeatureId FeatureId, string? Value) : ICommand<EntitlementSet>
{
    public Guid? Target => EntitlementSet.Value;

    public sealed class Validator : AbstractValidator<AddFeatureToSet>
    {
        public Validator() => RuleFor(c => c.Value).Text();
    }

    public sealed class Handler(Store store) : ICommandHandler<AddFeatureToSet, EntitlementSet>
    {
        public async Task<Result<EntitlementSet>> Handle(AddFeatureToSet command, CancellationToken cancellationToken) =>
            (await store.EntitlementSets.Latest(command.EntitlementSet, cancellationToken)).Exists && !(await store.Features.Latest(command.FeatureId, cancellationToken)).Exists
                ? Refusal.UnknownFeature
                : await store.EntitlementSets.Decide(
                    command.EntitlementSet, set => set.Add(new(command.Id, command.FeatureId, command.Value, null, store.Context.Now, store.Context.Now)), cancellationToken);
    }
}

/// <summary>Gives a feature of a set another value.</summary>
public sealed record ChangeFeatureOfSet(EntitlementSetId EntitlementSet, Guid Entitlement, Optional<string?> Value) : ICommand<EntitlementSet>
{
    public Guid? Target => EntitlementSet.Value;

    public sealed class Validator : AbstractValidator<ChangeFeatureOfSet>
    {
        public Validator() => RuleFor(c => c.Value).OptionalText();
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeFeatureOfSet, EntitlementSet>
    {
        public Task<Result<EntitlementSet>> Handle(ChangeFeatureOfSet command, CancellationToken cancellationToken) => store.EntitlementSets.Decide(
            command.EntitlementSet, set => set.ChangeFeature(command.Entitlement, command.Value, store.Context.Now), cancellationToken);
    }
}

/// <summary>Takes a feature out of a set.</summary>
public sealed record RemoveFeatureFromSet(EntitlementSetId EntitlementSet, Guid Entitlement) : ICommand<EntitlementSet>
{
    public Guid? Target => EntitlementSet.Value;

    public sealed class Handler(Store store) : ICommandHandler<RemoveFeatureFromSet, EntitlementSet>
    {
        public Task<Result<EntitlementSet>> Handle(RemoveFeatureFromSet command, CancellationToken cancellationToken) =>
            store.EntitlementSets.Decide(command.EntitlementSet, set => set.Remove(command.Entitlement), cancellationToken);
    }
}

/// <summary>Lets a licence itself say something of a feature, for a time or for ever, before its set does.</summary>
public sealed record AddFeatureToLicense(LicenseId License, Guid Id, FeatureId FeatureId, string? Value, DateTimeOffset? ExpiresAt) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Validator : AbstractValidator<AddFeatureToLicense>
    {
        public Validator() => RuleFor(c => c.Value).Text();
    }

    public sealed class Handler(Store store) : ICommandHandler<AddFeatureToLicense, License>
    {
        public async Task<Result<License>> Handle(AddFeatureToLicense command, CancellationToken cancellationToken) =>
            (await store.Licenses.Latest(command.License, cancellationToken)).Exists && !(await store.Features.Latest(command.FeatureId, cancellationToken)).Exists
                ? Refusal.UnknownFeature
                : await store.Licenses.Decide(
                    command.License,
                    license => license.AddFeature(new(command.Id, command.FeatureId, command.Value, command.ExpiresAt, store.Context.Now, store.Context.Now)), cancellationToken);
    }
}

/// <summary>Changes what a licence itself says of a feature.</summary>
public sealed record ChangeFeatureOfLicense(LicenseId License, Guid Entitlement, Optional<string?> Value, Optional<DateTimeOffset?> ExpiresAt) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Validator : AbstractValidator<ChangeFeatureOfLicense>
    {
        public Validator() => RuleFor(c => c.Value).OptionalText();
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeFeatureOfLicense, License>
    {
        public Task<Result<License>> Handle(ChangeFeatureOfLicense command, CancellationToken cancellationToken) => store.Licenses.Decide(
            command.License, license => license.ChangeFeature(command.Entitlement, command.Value, command.ExpiresAt, store.Context.Now), cancellationToken);
    }
}

/// <summary>Lets the set of a licence alone say of a feature.</summary>
public sealed record RemoveFeatureFromLicense(LicenseId License, Guid Entitlement) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<RemoveFeatureFromLicense, License>
    {
        public Task<Result<License>> Handle(RemoveFeatureFromLicense command, CancellationToken cancellationToken) =>
            store.Licenses.Decide(command.License, license => license.RemoveFeature(command.Entitlement), cancellationToken);
    }
}

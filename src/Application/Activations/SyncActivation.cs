using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>
/// An activated machine reports, and renews its lease where it has one. Only where there are leases or meters is the licence locked. What is refused is recorded,
/// as it is of activations.
/// </summary>
public sealed record SyncActivation(ActivationId Activation, ActivationRequest Request) : ICommand<Activated>
{
    public Guid? Target => Activation.Value;

    public sealed class Validator : AbstractValidator<SyncActivation>
    {
        public Validator() => RuleFor(c => c.Request).SetValidator(new ActivationRequest.Validator());
    }

    public sealed class Handler(Store store) : ICommandHandler<SyncActivation, Activated>
    {
        public async Task<Result<Activated>> Handle(SyncActivation command, CancellationToken cancellationToken)
        {
            var (request, now) = (command.Request, store.Context.Now);
            var before = await store.Activations.Latest(command.Activation, cancellationToken);
            if (await store.WrongAccount(request.Account, cancellationToken) is { } wrong)
                return wrong;
            if (!before.Exists)
                return await Gone(before, request, cancellationToken);

            var (license, refused) = await store.LicenseFor(before, isExclusive: license => license.Policy.Type == LicenseType.HostedFloating || request.Meters.Count > 0, cancellationToken);
            if (refused is not null)
                return refused;
            if (license.Key != request.Key.Trim())
                return Refusal.ActivationNotFound;

            var attempt = await store.Attempt(command.Activation, request, license, UserOf(before, request), cancellationToken);
            var places = await store.LicenseUses.Metered(license, now, cancellationToken);
            var synced = await store.Activations.Decide(command.Activation, state => state.Sync(license, attempt, places, now), cancellationToken);
            if (synced.Refusal is { } refusal)
                return await store.Refuse(Id.New<ActivationId>(), license, attempt.Over(before.Report!), refusal, command.Activation, cancellationToken);

            store.Documents.Store(command.Activation.Value, new ActivationPulse(command.Activation, now));
            return new Activated(synced.Value!, license, store.UsageAfter(places));
        }

        /// <summary>The user that it was activated for; who sent credentials has to be that one, or is it where there was none.</summary>
        private static UserId? UserOf(Activation before, ActivationRequest request) =>
            request.Proved?.User is not { } proved ? before.User : before.User is null || before.User == proved ? proved : null;

        /// <summary>An activation that has ended is synced by nobody; that its machine tried is worth knowing, unless it is the machine of somebody who was erased.</summary>
        private async Task<Refusal> Gone(Activation ended, ActivationRequest request, CancellationToken cancellation)
        {
            var license = await store.Licenses.Latest(ended.License, cancellation);
            if (ended.End is null || ended.Report is not { Address.Erased: false } || !license.Exists || license.Key != request.Key.Trim())
                return Refusal.ActivationNotFound;

            var attempt = await store.Attempt(ended.Id, request, license, ended.User, cancellation);
            return await store.Refuse(Id.New<ActivationId>(), license, attempt.Over(ended.Report), Refusal.ActivationNotFound, ended.Id, cancellation);
        }
    }
}

/// <summary>The licences of activations.</summary>
internal static class ActivatedLicenses
{
    /// <summary>The licence of an activation, under its lock where that is needed; without its licence an activation is nothing.</summary>
    public static async Task<(License License, Refusal? Refusal)> LicenseFor(
        this Store store, Activation activation, Func<License, bool> isExclusive, CancellationToken cancellation)
    {
        var license = await store.Licenses.Latest(activation.License, cancellation);
        if (!license.Exists)
            return (license, Refusal.ActivationNotFound);
        if (!isExclusive(license))
            return (license, null);

        var locked = await store.Licenses.DecideExclusively(activation.License, state => state.Exists ? [] : Refusal.ActivationNotFound, cancellation);
        store.Activations.LookAgain(activation.Id);
        return (locked.Value ?? license, locked.Refusal);
    }
}

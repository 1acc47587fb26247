using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>
/// Activates a licence on a machine. The licence is locked, so that of many who ask at once only as many get a place as there are; a machine that has one
/// keeps it. What is refused is recorded, once an hour for the same machine and reason.
/// </summary>
public sealed record Activate(ActivationId Id, ActivationRequest Request) : ICommand<Activated>
{
    private const int MostEndedAtOnce = 1000;

    public sealed class Validator : AbstractValidator<Activate>
    {
        public Validator() => RuleFor(c => c.Request).SetValidator(new ActivationRequest.Validator());
    }

    public sealed class Handler(Store store) : ICommandHandler<Activate, Activated>
    {
        public async Task<Result<Activated>> Handle(Activate command, CancellationToken cancellationToken)
        {
            var request = command.Request;
            if (await store.WrongAccount(request.Account, cancellationToken) is { } wrong)
                return wrong;
            if (await store.Claims.Holder(Unique.LicenseKey(request.Key.Trim()), cancellationToken) is not { } holder)
                return Refusal.InvalidLicenseKey;
            var locked = await store.Licenses.DecideExclusively(
                LicenseId.From(holder), license => license.Exists ? [] : Refusal.InvalidLicenseKey, cancellationToken);
            if (locked.Refusal is { } unknown)
                return unknown;

            var (license, now) = (locked.Value!, store.Context.Now);
            var attempt = await store.Attempt(command.Id, request, license, store.UserOf(request), cancellationToken);
            var places = await store.LicenseUses.Places(license, now, cancellationToken);
            var activation = await Machine(license, attempt, now, cancellationToken) is { } own
                ? await store.Activations.Decide(own, state => state.Repeat(license, attempt.Of(own), places, now), cancellationToken)
                : await New(command.Id, license, attempt, places, cancellationToken);
            if (activation.Refusal is { } refusal)
                return await store.Refuse(command.Id, license, attempt, refusal, null, cancellationToken);

            store.Session.Store(new ActivationPulse(activation.Value!.Id, now));
            var maintenance = license.ActivatedAt is null ? await store.MaintenanceOf(license, cancellationToken) : null;
            var used = await store.Licenses.Decide(license.Id, state => state.FirstActivate(now, maintenance), cancellationToken);
            return used.Select(after => new Activated(activation.Value!, after, store.UsageAfter(places)));
        }

        /// <summary>The activation the machine has; an instance of a floating licence that counts instances has none before it asks.</summary>
        private async Task<ActivationId?> Machine(License license, Attempt attempt, DateTimeOffset now, CancellationToken cancellation) =>
            license.Policy is { Type: LicenseType.HostedFloating, LeasingStrategy: LeasingStrategy.PerInstance }
                ? null
                : await store.LicenseUses.Find(license, attempt.Report, now, cancellation);

        private async Task<Result<Activation>> New(ActivationId id, License license, Attempt attempt, Places places, CancellationToken cancellation)
        {
            var now = store.Context.Now;
            var decision = Activation.New(id, license, attempt, places, now);
            if (decision.Refusal is { } refusal)
                return refusal;

            await EndLeases(license, now, cancellation);
            store.PersonKeys.Create(id, store.Session);
            return store.Activations.Start(id, decision);
        }

        /// <summary>Places whose lease has ended are given away, so that is recorded first: who renews too late finds it gone.</summary>
        private async Task EndLeases(License license, DateTimeOffset now, CancellationToken cancellation)
        {
            if (license.Policy.Type != LicenseType.HostedFloating)
                return;
            foreach (var (ended, _) in await store.LicenseUses.Ended(license.Id, now, MostEndedAtOnce, cancellation))
                await store.Activations.Decide(ended, state => state.EndLease(now), cancellation);
        }
    }
}

/// <summary>What a unit of work has counted so far.</summary>
internal static class CountedMeters
{
    /// <summary>The usage as it will be when this unit of work is committed.</summary>
    public static LicenseUsage UsageAfter(this Store store, Places places) => store.Appended.Select(e => e.Data).OfType<ActivationMeterCounted>()
        .Aggregate(places.Usage, (usage, counted) => usage.Counted(counted.Meter, counted.Increment));
}

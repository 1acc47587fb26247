using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>A machine gives its place back; it proves to be the machine by its fingerprint.</summary>
public sealed record DeactivateActivation(ActivationId Activation, ProductId Product, string? Account, string Fingerprint, string UserHash) : ICommand<Done>
{
    public Guid? Target => Activation.Value;

    public sealed class Validator : AbstractValidator<DeactivateActivation>
    {
        public Validator()
        {
            RuleFor(c => c.Account).Text();
            RuleFor(c => c.Fingerprint).Text(Domain.Activations.Fingerprint.Shortest, Domain.Activations.Fingerprint.Longest);
            RuleFor(c => c.UserHash).Text(1);
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<DeactivateActivation, Done>
    {
        public async Task<Result<Done>> Handle(DeactivateActivation command, CancellationToken cancellationToken)
        {
            var before = await store.Activations.Latest(command.Activation, cancellationToken);
            if (await store.WrongAccount(command.Account, cancellationToken) is { } wrong)
                return wrong;
            if (!before.Exists || before.Product != command.Product)
                return Refusal.ActivationNotFound;

            var (license, refused) = await store.LicenseFor(before, isExclusive: _ => true, cancellationToken);
            if (refused is not null)
                return refused;

            var places = await store.LicenseUses.Places(license, store.Context.Now, cancellationToken);
            return (await store.Activations.Decide(
                command.Activation, state => state.Deactivate(license, command.Fingerprint, command.UserHash, places, store.Context.Now), cancellationToken)).Select(_ => new Done());
        }
    }
}

/// <summary>The vendor takes a place back; this counts as no deactivation.</summary>
public sealed record DeleteActivation(ActivationId Activation) : ICommand<Done>
{
    public Guid? Target => Activation.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteActivation, Done>
    {
        public async Task<Result<Done>> Handle(DeleteActivation command, CancellationToken cancellationToken)
        {
            var before = await store.Activations.Latest(command.Activation, cancellationToken);
            if (!before.Exists)
                return Refusal.ActivationNotFound;

            var (_, refused) = await store.LicenseFor(before, isExclusive: _ => true, cancellationToken);
            return refused is not null ? refused
                : (await store.Activations.Decide(command.Activation, state => state.Delete(), cancellationToken)).Select(_ => new Done());
        }
    }
}

/// <summary>A span of time (UTC): from its start on, up to its end, without one microsecond; null is open, and nothing left out.</summary>
public readonly record struct TimeSpanOf(DateTimeOffset? From, DateTimeOffset? Until, DateTimeOffset? Without = null)
{
    public bool Holds(DateTimeOffset time) =>
        (From is null || time >= From) && (Until is null || time < Until) && (Without is not { } left || time < left || time >= left.AddMicroseconds(1));
}

/// <summary>The vendor takes back the places of a licence whose activations were made, changed and last synced within these spans.</summary>
public sealed record DeleteActivations(LicenseId License, TimeSpanOf Created, TimeSpanOf Updated, TimeSpanOf LastSynced) : ICommand<Done>
{
    public bool IsSlow => true;

    public sealed class Handler(Store store) : ICommandHandler<DeleteActivations, Done>
    {
        public async Task<Result<Done>> Handle(DeleteActivations command, CancellationToken cancellationToken)
        {
            var license = await store.Licenses.DecideExclusively(command.License, state => state.Exists ? [] : Refusal.LicenseNotFound, cancellationToken);
            if (license.Refusal is not null)
                return license.Refusal;

            var meant = (await store.LicenseUses.Held(command.License, cancellationToken))
                .Where(held => command.Created.Holds(held.CreatedAt) && command.Updated.Holds(held.UpdatedAt) && command.LastSynced.Holds(held.LastSyncedAt))
                .Select(held => held.Id).ToList();
            await store.Activations.Open(meant, cancellationToken);
            foreach (var id in meant)
            {
                if ((await store.Activations.Decide(id, state => state.Delete(), cancellationToken)).Refusal is { } refusal)
                    return refusal;
            }

            return new Done();
        }
    }
}

/// <summary>Records the leases that have ended, so that lists and the history tell it even when nobody asks for their places.</summary>
public sealed record EndLeases : ICommand<int>
{
    private const int MostAtOnce = 500;

    public bool IsSlow => true;

    public sealed class Handler(Store store) : ICommandHandler<EndLeases, int>
    {
        public async Task<Result<int>> Handle(EndLeases command, CancellationToken cancellationToken)
        {
            var now = store.Context.Now;
            var ended = await store.LicenseUses.Ended(null, now, MostAtOnce, cancellationToken);
            await store.Licenses.OpenExclusively(ended.Select(activation => activation.License), cancellationToken);
            await store.Activations.Open(ended.Select(activation => activation.Id), cancellationToken);
            foreach (var (id, _) in ended)
                await store.Activations.Decide(id, state => state.EndLease(now), cancellationToken);
            return ended.Count;
        }
    }
}

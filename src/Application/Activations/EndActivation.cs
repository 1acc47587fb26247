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

            var places = await store.LicenseUses.ToGiveBack(license, cancellationToken);
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
public readonly record struct TimeSpanOf(DateTimeOffset? From, DateTimeOffset? Until, DateTimeOffset? Without = null);

/// <summary>Spans of time in which activations were made, changed and last synced.</summary>
public sealed record ActivationSpans(TimeSpanOf Created, TimeSpanOf Updated, TimeSpanOf LastSynced);

/// <summary>The vendor takes back the places of a licence whose activations lie within these spans; a dry run tells of the first of them.</summary>
public sealed record DeleteActivations(LicenseId License, ActivationSpans Spans) : ICommand<Done>
{
    public bool IsSlow => true;

    public sealed class Handler(Store store) : ICommandHandler<DeleteActivations, Done>
    {
        public async Task<Result<Done>> Handle(DeleteActivations command, CancellationToken cancellationToken)
        {
            var most = store.Context.IsDryRun ? DeleteSomeActivations.Most : int.MaxValue;
            var taken = await store.TakeBack(command.License, command.Spans, most, cancellationToken);
            store.Context.ForeseesPart = taken.Value == most;
            return taken.Select(_ => new Done());
        }
    }
}

/// <summary>
/// Takes back the next places of a licence that are to be taken back, and answers how many it took, or none when it has taken the last of them. Who takes back all of them repeats this, then does the
/// rest: work of a bounded size under the lock of the licence, which others get in between, and safe to repeat.
/// </summary>
public sealed record DeleteSomeActivations(LicenseId License, ActivationSpans Spans) : ICommand<int>
{
    public const int Most = 500;

    public bool IsSlow => true;

    public sealed class Handler(Store store) : ICommandHandler<DeleteSomeActivations, int>
    {
        // Machines that activate meanwhile would always leave a few more.
        public async Task<Result<int>> Handle(DeleteSomeActivations command, CancellationToken cancellationToken) =>
            (await store.TakeBack(command.License, command.Spans, Most, cancellationToken)).Select(taken => taken < Most ? 0 : taken);
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
            var ended = await store.LicenseUses.Ended(now, MostAtOnce, cancellationToken);
            await store.Licenses.OpenExclusively(ended.Select(activation => activation.License), cancellationToken);
            await store.Activations.Open(ended.Select(activation => activation.Id), cancellationToken);
            foreach (var (id, _) in ended)
                await store.Activations.Decide(id, state => state.EndLease(now), cancellationToken);
            return ended.Count;
        }
    }
}

/// <summary>Places that the vendor takes back.</summary>
internal static class TakenBackPlaces
{
    /// <summary>Takes back so many places of a licence at most, under its lock, and answers how many it took.</summary>
    public static async Task<Result<int>> TakeBack(this Store store, LicenseId id, ActivationSpans spans, int most, CancellationToken cancellation)
    {
        var license = await store.Licenses.DecideExclusively(id, state => state.Exists ? [] : Refusal.LicenseNotFound, cancellation);
        if (license.Refusal is not null)
            return license.Refusal;

        var meant = (await store.LicenseUses.Held(id, spans, most, cancellation)).Select(held => held.Id).ToList();
        await store.Activations.Open(meant, cancellation);
        foreach (var activation in meant)
        {
            if ((await store.Activations.Decide(activation, state => state.Delete(), cancellation)).Refusal is { } refusal)
                return refusal;
        }

        return meant.Count;
    }
}

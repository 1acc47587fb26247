using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>The one way to a place of a licence, whoever asks and however; the licence must be locked.</summary>
internal static class TakenPlaces
{
    private const int MostEndedAtOnce = 1000;

    /// <param name="store">The unit of work.</param>
    /// <param name="id">The activation that is made if the machine has none.</param>
    /// <param name="license">The licence, under its lock.</param>
    /// <param name="attempt">What was asked for.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<Result<Activated>> TakePlace(
        this Store store, ActivationId id, License license, Attempt attempt, CancellationToken cancellation)
    {
        var now = store.Context.Now;
        // The product, of which the answer tells, is read meanwhile, because others wait for the lock.
        var product = store.Products.Prefetch([license.Product], cancellation);
        var (places, known) = await store.LicenseUses.ToTake(license, HasNone(license) ? null : attempt.Report, now, cancellation);
        await product;
        var activation = known is { } own
            ? await store.Activations.Decide(own, state => state.Repeat(license, attempt.Of(own), places, now), cancellation)
            : await store.New(id, license, attempt, places, cancellation);
        if (activation.Refusal is { } refusal)
            return await store.Refuse(id, license, attempt, refusal, null, cancellation);

        store.Documents.Store(activation.Value!.Id.Value, new ActivationPulse(activation.Value.Id, now));
        var maintenance = license.ActivatedAt is null ? await store.MaintenanceOf(license, cancellation) : null;
        var used = await store.Licenses.Decide(license.Id, state => state.FirstActivate(now, maintenance), cancellation);
        return used.Select(after => new Activated(activation.Value!, after, store.UsageAfter(places)));
    }

    /// <summary>The usage as it will be when this unit of work is committed.</summary>
    public static LicenseUsage UsageAfter(this Store store, Places places) => store.Appended.Select(e => e.Data).OfType<ActivationMeterCounted>()
        .Aggregate(places.Usage, (usage, counted) => usage.Counted(counted.Meter, counted.Increment));

    /// <summary>An instance of a floating licence that counts instances has no activation before it asks.</summary>
    private static bool HasNone(License license) => license.Policy is { Type: LicenseType.HostedFloating, LeasingStrategy: LeasingStrategy.PerInstance };

    private static async Task<Result<Activation>> New(
        this Store store, ActivationId id, License license, Attempt attempt, Places places, CancellationToken cancellation)
    {
        var decision = Activation.New(id, license, attempt, places, store.Context.Now);
        if (decision.Refusal is { } refusal)
            return refusal;

        await store.EndLeases(license, cancellation);
        store.PersonKeys.Create(id, store.Documents);
        return store.Activations.Start(id, decision);
    }

    /// <summary>Places whose lease has ended are given away, so that is recorded first: who renews too late finds it gone.</summary>
    private static async Task EndLeases(this Store store, License license, CancellationToken cancellation)
    {
        if (license.Policy.Type != LicenseType.HostedFloating)
            return;
        foreach (var (ended, _) in await store.LicenseUses.Ended(license.Id, store.Context.Now, MostEndedAtOnce, cancellation))
            await store.Activations.Decide(ended, state => state.EndLease(store.Context.Now), cancellation);
    }
}

using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>What is refused to a machine that has the key of the licence is recorded, once an hour for the same machine and reason.</summary>
internal static class RefusedAttempts
{
    private static readonly TimeSpan BetweenRefusals = TimeSpan.FromHours(1);

    /// <summary>Records an attempt in place of all that was decided so far, and answers the refusal.</summary>
    /// <param name="store">The unit of work.</param>
    /// <param name="id">The stream of the attempt, which never is an activation.</param>
    /// <param name="license">The licence whose key was sent.</param>
    /// <param name="attempt">What was tried.</param>
    /// <param name="refusal">Why it was not done.</param>
    /// <param name="synced">The activation, when it was a sync that was tried.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<Refusal> Refuse(
        this Store store, ActivationId id, License license, Attempt attempt, Refusal refusal, ActivationId? synced, CancellationToken cancellation)
    {
        var since = store.Context.Now - BetweenRefusals;
        if (refusal == Refusal.InvalidProductId || await store.LicenseUses.WasRefused(license.Id, attempt.Report.Fingerprint, refusal.Code, synced, since, cancellation))
            return refusal;

        store.Discard();
        store.PersonKeys.Create(id, store.Documents);
        store.Activations.Start(id, Activation.Refuse(id, license, attempt.Of(id), refusal, synced));
        store.RecordsRefusal = true;
        return refusal;
    }
}

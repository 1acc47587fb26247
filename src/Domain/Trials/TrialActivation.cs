using System.Diagnostics;
using EventSourcedOrgs.Domain.Activations;

namespace EventSourcedOrgs.Domain.Trials;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to the trial of a product on a machine.</summary>
public abstract record TrialActivationEvent { private protected TrialActivationEvent() { } }

/// <summary>A machine began to try a product, until this moment (UTC).</summary>
public sealed record TrialActivationCreated(TrialActivationId Trial, ProductId Product, MachineReport Report, DateTimeOffset ExpiresAt) : TrialActivationEvent;
/// <summary>The machine asked for the trial again, or synced it, and reported something else than before.</summary>
public sealed record TrialActivationReported(TrialActivationId Trial, MachineReport Report) : TrialActivationEvent;
/// <summary>The vendor gave the trial more time, up to this moment (UTC).</summary>
public sealed record TrialActivationExtended(TrialActivationId Trial, DateTimeOffset ExpiresAt) : TrialActivationEvent;
/// <summary>The vendor set the end of the trial (UTC).</summary>
public sealed record TrialActivationExpiryChanged(TrialActivationId Trial, DateTimeOffset ExpiresAt) : TrialActivationEvent;
/// <summary>The vendor deleted the trial; the machine may start another.</summary>
public sealed record TrialActivationDeleted(TrialActivationId Trial) : TrialActivationEvent;

/// <summary>The trial of a product on one machine. It ends, and is not given twice.</summary>
public sealed record TrialActivation(
    TrialActivationId Id, ProductId Product, MachineReport? Report, DateTimeOffset ExpiresAt, bool Deleted, Recorded Recorded)
    : IAggregate<TrialActivation, TrialActivationEvent>
{
    public static TrialActivation Initial { get; } = new(default, default, null, default, false, default);

    /// <summary>The parts of the fingerprint, by which an index finds the machine again.</summary>
    public ValueList<string> Parts { get; init; } = [];

    public bool Exists => Id != default && !Deleted;

    /// <summary>A trial that ends at a moment is over at that moment.</summary>
    public bool IsOverAt(DateTimeOffset now) => ExpiresAt <= now;

    public TrialActivation With(Recorded recorded) => this with { Recorded = recorded };

    public static TrialActivation Evolve(TrialActivation trial, TrialActivationEvent @event) => @event switch
    {
        TrialActivationCreated e => trial with { Id = e.Trial, Product = e.Product, Report = e.Report, Parts = PartsOf(e.Report), ExpiresAt = e.ExpiresAt },
        TrialActivationReported e => trial with { Report = e.Report, Parts = PartsOf(e.Report) },
        TrialActivationExtended e => trial with { ExpiresAt = e.ExpiresAt },
        TrialActivationExpiryChanged e => trial with { ExpiresAt = e.ExpiresAt },
        TrialActivationDeleted => trial with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in TrialActivation.Evolve."),
    };

    private static ValueList<string> PartsOf(MachineReport? report) => report is null ? [] : Fingerprint.PartsOf(report.Fingerprint);

    // ---- Decisions ----

    /// <summary>Starts the trial of a machine that has none.</summary>
    public static Decision<TrialActivationEvent> New(TrialActivationId id, ProductId product, TrialPolicy policy, MachineReport report, DateTimeOffset now) =>
        !policy.Exists ? Refusal.TrialNotAllowed
        : policy.Terms.RefusalOf(report) is { } refusal ? refusal
        : [new TrialActivationCreated(id, product, policy.Terms.Recorded(report), now.After(TimeSpan.FromSeconds(policy.Terms.TrialLength)))];

    /// <summary>The same machine asks again: the trial is the one it had, with the end it had, also when that is past.</summary>
    public Decision<TrialActivationEvent> Repeat(TrialPolicy policy, MachineReport report) =>
        !Exists ? Refusal.TrialActivationNotFound
        : !policy.Exists ? Refusal.TrialNotAllowed
        : policy.Terms.RefusalOf(report) is { } refusal ? refusal
        : Reported(policy.Terms, report);

    /// <summary>
    /// The application reports, and what it leaves out stays. A trial whose product has no policy any more goes on to its end. Who names another product does not
    /// learn that there is one.
    /// </summary>
    public Decision<TrialActivationEvent> Sync(ProductId product, TrialPolicy policy, MachineReport report, ReportParts leftOut = ReportParts.None)
    {
        if (!Exists || product != Product)
            return Refusal.TrialActivationNotFound;

        var (terms, whole) = (policy.Exists ? policy.Terms : TrialTerms.None, report.Over(Report!, leftOut));
        return !Fingerprint.Matches(Report!.Fingerprint, report.Fingerprint, terms.FingerprintMatchingStrategy) ? Refusal.InvalidActivationFingerprint
            : terms.UserLocked && Report.UserHash != report.UserHash ? Refusal.OsUserChanged
            : terms.RefusalOf(whole) is { } refusal ? refusal
            : Reported(terms, whole);
    }

    /// <summary>Moves the end by some time, counted from the end it has, also when that is past.</summary>
    public Decision<TrialActivationEvent> Extend(TimeSpan by) => !Exists ? Refusal.TrialActivationNotFound : [new TrialActivationExtended(Id, ExpiresAt.After(by))];

    public Decision<TrialActivationEvent> ExpireAt(DateTimeOffset end) =>
        !Exists ? Refusal.TrialActivationNotFound : end == ExpiresAt ? [] : [new TrialActivationExpiryChanged(Id, end)];

    public Decision<TrialActivationEvent> Delete() => Deleted ? [] : Exists ? [new TrialActivationDeleted(Id)] : Refusal.TrialActivationNotFound;

    private Decision<TrialActivationEvent> Reported(TrialTerms terms, MachineReport report)
    {
        var kept = terms.Recorded(report);
        var known = kept with { Metadata = Metadata.Keeping(Report!.Metadata, kept.Metadata) };
        return known == Report ? [] : [new TrialActivationReported(Id, known)];
    }
}

/// <summary>Moments that are never past the last one there is.</summary>
internal static class Later
{
    public static DateTimeOffset After(this DateTimeOffset moment, TimeSpan by) => by > DateTimeOffset.MaxValue - moment ? DateTimeOffset.MaxValue : moment + by;
}

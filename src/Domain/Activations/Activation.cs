using System.Diagnostics;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.Activations;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to an activation.</summary>
public abstract record ActivationEvent { private protected ActivationEvent() { } }

/// <summary>What an application reported of its machine: at activation, and whenever it or its lease has changed.</summary>
public sealed record MachineReport(Machine Machine, Personal<MachineAddress> Address, string Fingerprint, string UserHash, ValueList<MetadataEntry> Metadata)
{
    /// <summary>The report without what tells where the machine is.</summary>
    public MachineReport WithoutPlace() => this with { Machine = Machine with { Country = null }, Address = Address with { Value = Address.Value! with { IpAddress = null } } };
}

/// <summary>A machine took a place of the licence; the end of its lease and its own end are UTC, null for none.</summary>
public sealed record ActivationCreated(
    ActivationId Activation, LicenseId License, ProductId Product, UserId? User, MachineReport Report, DateTimeOffset? LeaseExpiresAt,
    DateTimeOffset? ExpiresAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Offline = false) : ActivationEvent;
/// <summary>The same machine was activated again and kept its place.</summary>
public sealed record ActivationRepeated(
    ActivationId Activation, LicenseId License, UserId? User, MachineReport Report, DateTimeOffset? LeaseExpiresAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Offline = false) : ActivationEvent;
/// <summary>The application reported, and something had changed, its lease was renewed, or a day had passed.</summary>
public sealed record ActivationSynced(ActivationId Activation, LicenseId License, MachineReport Report, DateTimeOffset? LeaseExpiresAt) : ActivationEvent;
/// <summary>A meter of the licence was used so many times more (or, negative, less) by this machine, after so many resets of it if there were any.</summary>
public sealed record ActivationMeterCounted(
    ActivationId Activation, LicenseId License, Guid Meter, string Name, long Increment, int? Resets = null) : ActivationEvent;
/// <summary>The machine gave its place back, or lost it; by a request that was carried by hand, if one is named.</summary>
public sealed record ActivationEnded(ActivationId Activation, LicenseId License, ActivationEnd Reason, Guid? OfflineRequest = null) : ActivationEvent;
/// <summary>A machine asked for a place, or to keep the one of the activation that it wanted to sync, and did not get it; the code says why.</summary>
public sealed record ActivationRefused(
    ActivationId Activation, LicenseId License, UserId? User, string Code, MachineReport Report,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Offline = false, ActivationId? Synced = null) : ActivationEvent;
/// <summary>A request that was carried by hand got a signed answer: by it the machine may use the licence until then (UTC) without asking anybody.</summary>
public sealed record OfflineResponseIssued(
    ActivationId Activation, LicenseId License, Guid Request, DateTimeOffset IssuedAt, DateTimeOffset ValidUntil) : ActivationEvent;
/// <summary>The answer to this request is not given again; whoever has it already is only found when the machine comes online.</summary>
public sealed record OfflineResponseRevoked(ActivationId Activation, LicenseId License, Guid Request) : ActivationEvent;
/// <summary>What the machine told of the person who used it is gone for good, with the key under which it was kept.</summary>
public sealed record ActivationErased(ActivationId Activation, LicenseId License) : ActivationEvent;

/// <summary>Why an activation ended: its machine, the vendor, or the end of its lease.</summary>
[JsonConverter(typeof(WireEnum<ActivationEnd>))]
public enum ActivationEnd { Deactivated, Deleted, LeaseEnded }

/// <summary>How often a machine used a meter: uses since the reset that it counted last after, and all there ever were.</summary>
public sealed record MachineUses(Guid Meter, string Name, long Uses, long Gross)
{
    /// <summary>How often the meter had been reset when these uses began to count.</summary>
    public int Resets { get; init; }

    /// <summary>The uses that count: none of those before a reset.</summary>
    public long Of(License license) => Resets == license.ResetsOf(Meter) ? Uses : 0;
}

/// <summary>One machine, or one instance of an application, that uses a licence.</summary>
public sealed record Activation(
    ActivationId Id, LicenseId License, ProductId Product, UserId? User, MachineReport? Report, string Fingerprint, DateTimeOffset? LeaseExpiresAt,
    DateTimeOffset? ExpiresAt, DateTimeOffset LastSyncedAt, ValueList<MachineUses> Meters, ActivationEnd? End, string? RefusedWith,
    Recorded Recorded) : IAggregate<Activation, ActivationEvent>
{
    /// <summary>How long a sync that says nothing new is only noted.</summary>
    public static readonly TimeSpan BetweenRecords = TimeSpan.FromDays(1);

    public static Activation Initial { get; } = new(default, default, default, null, null, "", null, null, default, [], null, null, default);

    /// <summary>The licence whose place it holds; null when it has ended. What the index of living activations is made of.</summary>
    public LicenseId? Held { get; init; }

    /// <summary>Whether it was last activated by a request that was carried by hand.</summary>
    public bool Offline { get; init; }

    /// <summary>The answers that were given to be carried by hand, but for those that had run out when a later one was given.</summary>
    public ValueList<OfflineResponse> OfflineResponses { get; init; } = [];

    /// <summary>The request, carried by hand, that ended it.</summary>
    public Guid? EndedBy { get; init; }

    /// <summary>The activation that a refused attempt wanted to sync.</summary>
    public ActivationId? Synced { get; init; }

    public bool Exists => Id != default && Held is not null;

    /// <summary>A lease that ends at a moment is over at that moment, whether or not anybody has recorded it.</summary>
    public bool IsLiveAt(DateTimeOffset now) => Exists && (LeaseExpiresAt is null || now < LeaseExpiresAt);

    public Activation With(Recorded recorded) => this with
    {
        Recorded = recorded,
        LastSyncedAt = Report is null || Held is null ? LastSyncedAt : recorded.UpdatedAt,
    };

    public static Activation Evolve(Activation activation, ActivationEvent @event) => @event switch
    {
        ActivationCreated e => activation with
        {
            Id = e.Activation,
            License = e.License,
            Held = e.License,
            Product = e.Product,
            User = e.User,
            Report = e.Report,
            Fingerprint = e.Report?.Fingerprint ?? "",
            LeaseExpiresAt = e.LeaseExpiresAt,
            ExpiresAt = e.ExpiresAt,
            Offline = e.Offline,
        },
        ActivationRepeated e => activation with
        {
            User = e.User,
            Report = e.Report,
            Fingerprint = e.Report?.Fingerprint ?? "",
            LeaseExpiresAt = e.LeaseExpiresAt,
            Offline = e.Offline,
        },
        ActivationSynced e => activation with { Report = e.Report, Fingerprint = e.Report?.Fingerprint ?? "", LeaseExpiresAt = e.LeaseExpiresAt },
        ActivationMeterCounted e => activation with { Meters = Counted(activation.Meters, e) },
        ActivationEnded e => activation with { Held = null, End = e.Reason, EndedBy = e.OfflineRequest },
        ActivationRefused e => activation with
        {
            Id = e.Activation,
            License = e.License,
            User = e.User,
            Report = e.Report,
            Fingerprint = e.Report?.Fingerprint ?? "",
            RefusedWith = e.Code,
            Synced = e.Synced,
        },
        OfflineResponseIssued e => activation with { OfflineResponses = activation.OfflineResponses.Given(e) },
        OfflineResponseRevoked e => activation with { OfflineResponses = activation.OfflineResponses.Revoked(e.Request) },
        ActivationErased => activation with { Report = activation.Report is { } report ? report with { Address = report.Address.Gone() } : null },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in Activation.Evolve."),
    };

    private static ValueList<MachineUses> Counted(ValueList<MachineUses> meters, ActivationMeterCounted e)
    {
        var (before, resets) = (meters.FirstOrDefault(uses => uses.Meter == e.Meter) ?? new(e.Meter, e.Name, 0, 0), e.Resets ?? 0);
        var after = before with
        {
            Name = e.Name,
            Uses = (before.Resets == resets ? before.Uses : 0) + e.Increment,
            Gross = before.Gross + Math.Max(0, e.Increment),
            Resets = resets,
        };
        return meters.Any(uses => uses.Meter == e.Meter) ? meters.Select(uses => uses.Meter == e.Meter ? after : uses).ToValueList() : [.. meters, after];
    }

    // ---- Decisions ----

    /// <summary>Takes a place of the licence for a machine that has none.</summary>
    public static Decision<ActivationEvent> New(ActivationId id, License license, Attempt attempt, Places places, DateTimeOffset now) =>
        attempt.RefusalBy(license, now) is { } refusal ? refusal
        : license.Policy.AllowedActivations > 0 && places.Taken >= license.Policy.AllowedActivations
            ? Refusal.ActivationLimitReached(license.Policy.AllowedActivations)
        : Initial.With(
            id,
            [
                new ActivationCreated(
                    id, license.Id, license.Product, attempt.User, attempt.Recorded(license), attempt.LeaseEnd(license, now),
                    license.Term.EndsWithEachActivation ? license.Term.Interval!.Value.After(now) : null, attempt.IsOffline),
                attempt.Answer(id, license, now),
            ],
            license, attempt.Meters, places);

    public static Decision<ActivationEvent> Refuse(ActivationId id, License license, Attempt attempt, Refusal refusal, ActivationId? synced = null) =>
        [new ActivationRefused(id, license.Id, attempt.User, refusal.Code, attempt.Recorded(license), attempt.IsOffline, synced)];

    /// <summary>The same machine once more: the place is its own already. What says nothing new is no event, unless a day has passed.</summary>
    public Decision<ActivationEvent> Repeat(License license, Attempt attempt, Places places, DateTimeOffset now)
    {
        if (!IsLiveAt(now))
            return Refusal.ActivationNotFound;
        if ((attempt.RefusalBy(license, now) ?? (attempt.IsOffline ? OfflineResponses.NoneLeft(now) : null)) is { } refusal)
            return refusal;

        var (report, lease, user) = (Known(attempt.Recorded(license)), attempt.LeaseEnd(license, now), attempt.User ?? User);
        var isKnown = user == User && Offline == attempt.IsOffline && IsOldNews(report, lease, now);
        return With(
            Id, [isKnown ? null : new ActivationRepeated(Id, License, user, report, lease, attempt.IsOffline), attempt.Answer(Id, license, now)], license, attempt.Meters, places);
    }

    /// <summary>A request that was carried by hand and answered before comes once more: the answer is the same, and good for no longer.</summary>
    public Decision<ActivationEvent> Answer(License license, Attempt attempt, DateTimeOffset now)
    {
        var response = OfflineResponses.FirstOrDefault(given => given.Request == attempt.Offline?.Request);
        return response is { Revoked: true } ? Refusal.OfflineResponseRevoked
            : !IsLiveAt(now) ? Refusal.InvalidOfflineRequest("The activation that it made has ended.")
            : response is null || now >= response.ValidUntil ? Refusal.InvalidOfflineRequest("It was answered before, and the answer is no longer good.")
            : !Activations.Fingerprint.Matches(Fingerprint, attempt.Report.Fingerprint, license.Policy.FingerprintMatchingStrategy)
                ? Refusal.InvalidOfflineRequest("Its id is that of a request of another machine.")
            : attempt.RefusalBy(license, now) is { } refusal ? refusal
            : [];
    }

    /// <summary>The application reports, and what it leaves out stays. What says nothing new is no event, unless a day has passed; a lease is renewed each time.</summary>
    public Decision<ActivationEvent> Sync(License license, Attempt attempt, Places places, DateTimeOffset now)
    {
        if (!IsLiveAt(now))
            return Refusal.ActivationNotFound;
        if (!Activations.Fingerprint.Matches(Fingerprint, attempt.Report.Fingerprint, license.Policy.FingerprintMatchingStrategy))
            return Refusal.InvalidActivationFingerprint;
        if (license.Policy.UserLocked && Report!.UserHash != attempt.Report.UserHash)
            return Refusal.OsUserChanged;
        var whole = attempt.Over(Report!);
        if (whole.RefusalBy(license, now) is { } refusal)
            return refusal;

        var (report, lease) = (Known(whole.Recorded(license)), attempt.LeaseEnd(license, now));
        return With(Id, [IsOldNews(report, lease, now) ? null : new ActivationSynced(Id, License, report, lease)], license, attempt.Meters, places);
    }

    private bool IsOldNews(MachineReport report, DateTimeOffset? lease, DateTimeOffset now) =>
        report == Report && lease == LeaseExpiresAt && now - LastSyncedAt < BetweenRecords;

    /// <summary>
    /// The machine gives its place back. It has to be the machine, and the licence must allow one more of this. A request that was carried by hand changes
    /// nothing when it comes again, and nothing when the machine has got another answer since than the one that it gives up by this.
    /// </summary>
    public Decision<ActivationEvent> Deactivate(
        License license, string fingerprint, string userHash, Places places, DateTimeOffset now, Guid? offlineRequest = null, Guid? givenUp = null) =>
        offlineRequest is not null && EndedBy == offlineRequest ? []
        : !IsLiveAt(now) ? Refusal.ActivationNotFound
        : !Activations.Fingerprint.Matches(Fingerprint, fingerprint, license.Policy.FingerprintMatchingStrategy) ? Refusal.InvalidActivationFingerprint
        : license.Policy.UserLocked && Report!.UserHash != userHash ? Refusal.OsUserChanged
        : givenUp is not null && OfflineResponses.Holding(now) is { } holding && holding.Request != givenUp ? Refusal.OfflineResponseReplaced
        : places.NoDeactivationLeft(license) is { } refusal ? refusal
        : [new ActivationEnded(Id, License, ActivationEnd.Deactivated, offlineRequest)];

    /// <summary>
    /// The answer to a request that was carried by hand is not given again, and the activation ends. That counts as a deactivation unless the vendor does it:
    /// the machine may go on until its answer runs out, so places would be without end.
    /// </summary>
    public Decision<ActivationEvent> RevokeResponse(Guid request, License license, bool byVendor, Places places, DateTimeOffset now) =>
        OfflineResponses.FirstOrDefault(given => given.Request == request) switch
        {
            null => Refusal.OfflineResponseNotFound,
            { Revoked: true } => [],
            _ when !IsLiveAt(now) => [new OfflineResponseRevoked(Id, License, request)],
            _ when !byVendor && places.NoDeactivationLeft(license) is { } refusal => refusal,
            _ =>
            [
                new ActivationEnded(Id, License, byVendor ? ActivationEnd.Deleted : ActivationEnd.Deactivated), // first: what comes after an end is no use
                new OfflineResponseRevoked(Id, License, request),
            ],
        };

    /// <summary>The vendor takes the place back.</summary>
    public Decision<ActivationEvent> Delete() => !Exists ? Refusal.ActivationNotFound : [new ActivationEnded(Id, License, ActivationEnd.Deleted)];

    /// <summary>Forgets what the machine told of the person who is erased, and takes the place back if it is still held: nobody uses it any more.</summary>
    public Decision<ActivationEvent> Erase() =>
        Report is null or { Address.Erased: true } ? []
        : [.. Exists ? (ActivationEvent[])[new ActivationEnded(Id, License, ActivationEnd.Deleted)] : [], new ActivationErased(Id, License)];

    /// <summary>Records that a lease has ended, if it has.</summary>
    public Decision<ActivationEvent> EndLease(DateTimeOffset now) =>
        !Exists || IsLiveAt(now) ? [] : [new ActivationEnded(Id, License, ActivationEnd.LeaseEnded)];

    /// <summary>Counts a meter of the licence, up or down; what this machine has used does not fall below nothing.</summary>
    public Decision<ActivationEvent> Count(License license, Guid meter, long by, Places places, DateTimeOffset now) =>
        !IsLiveAt(now) ? Refusal.ActivationNotFound
        : license.Revoked ? Refusal.RevokedLicense
        : license.Meters.FirstOrDefault(known => known.Id == meter) is { } counted ? With(Id, [], license, [new(counted.Name, by)], places)
        : Refusal.NotFound("MeterAttribute");

    /// <summary>How often this machine used a meter of its licence, since the meter was reset.</summary>
    public long UsesOf(License license, Guid meter) => Meters.FirstOrDefault(uses => uses.Meter == meter)?.Of(license) ?? 0;

    /// <summary>The events that there are, and those of the meters; all or none.</summary>
    private Decision<ActivationEvent> With(ActivationId id, ActivationEvent?[] first, License license, ValueList<MeterIncrement> increments, Places places)
    {
        List<ActivationEvent> events = [.. first.OfType<ActivationEvent>()];
        foreach (var requested in increments)
        {
            var name = requested.Name;
            if (license.Meters.FirstOrDefault(known => known.Name == name) is not { } meter)
                return Refusal.UnknownMeter(name);

            var increment = requested.From(UsesOf(license, meter.Id));
            var (total, gross) = places.Usage.Of(meter);
            if (increment > 0 && ((meter.AllowedUses >= 0 && increment > meter.AllowedUses - total) || increment > long.MaxValue - gross))
                return Refusal.MeterUsesLimitReached(name, meter.AllowedUses);
            if (increment != 0)
                events.Add(new ActivationMeterCounted(id, license.Id, meter.Id, name, increment, license.ResetsOf(meter.Id) is > 0 and var resets ? resets : null));
        }

        return Decision.Of<ActivationEvent>([.. events]);
    }

    /// <summary>The report, with the entries of metadata that were there under the ids they had.</summary>
    private MachineReport Known(MachineReport report) => report with { Metadata = Metadata.Keeping(Report?.Metadata ?? [], report.Metadata) };
}

using System.Collections.Immutable;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Releases;
using Npgsql;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>When an activation last reported that nothing has changed: what history need not tell.</summary>
public sealed record ActivationPulse(ActivationId Id, DateTimeOffset LastSyncedAt);

/// <summary>
/// Counts the activations of licences in their states as committed. Who holds the lock of a licence sees all there are, since a place of a licence is taken,
/// kept and given back under that lock only.
/// </summary>
public sealed class LicenseUses(NpgsqlDataSource database)
{
    private const string Live = "a.data ->> 'held' is not null and (a.data ->> 'leaseExpiresAt' is null or (a.data ->> 'leaseExpiresAt')::timestamptz > $2)";

    /// <summary>Uses of before a meter was reset do not count.</summary>
    private const string Counts = "coalesce((m ->> 'resets')::int, 0) = known.resets";

    /// <summary>The release that a machine runs, as numbers; what was stored as a release once and is none now does not count.</summary>
    private const string Numbers = """case when release ~ '^[0-9]{1,9}(\.[0-9]{1,9}){1,3}$' then string_to_array(release, '.')::int[] end""";

    /// <summary>Which activations the index of leases holds.</summary>
    public const string HasLease = "data ->> 'held' is not null and data ->> 'leaseExpiresAt' is not null";

    private const string OfLicense = "from events.mt_doc_activation a where (a.data ->> 'held')::uuid = $1";

    /// <summary>Of those, the few whose lease has ended without anybody having recorded it, which the index of leases finds.</summary>
    private const string OverdueOfLicense = $"{OfLicense} and {HasLease} and events.mt_immutable_timestamptz(a.data ->> 'leaseExpiresAt') <= $2";

    /// <summary>The usage of each of these licences, now or at the past moment that is asked about; one that was never used may be absent.</summary>
    public async Task<IReadOnlyDictionary<LicenseId, LicenseUsage>> Of(IReadOnlyCollection<License> licenses, Store store, CancellationToken cancellation)
    {
        if (store.Context.AsOf is { } past)
            return await OfPast(licenses, past.At, store, cancellation);

        Guid[] ids = [.. licenses.Select(license => license.Id.Value)];
        var meters = await Meters(licenses, store.Context.Now, cancellation);
        await using var command = database.Command(
            $"""
            with used as materialized (
                select (a.data ->> 'license')::uuid as license, a.data #>> array['report', 'machine', 'releaseVersion'] as release, {Live} as live,
                    a.data ->> 'end' = 'deactivated' as deactivated, a.data ->> 'lastSyncedAt' as synced, p.data ->> 'lastSyncedAt' as pulsed
                from events.mt_doc_activation a left join events.mt_doc_activationpulse p on p.id = a.id
                where (a.data ->> 'license')::uuid = any($1) and a.data ->> 'refusedWith' is null)
            select license, sum(live)::bigint, sum(deactivated)::bigint, max(latest), array_to_string(max({Numbers}), '.')
            from (
                select license, release, count(*) filter (where live) as live, count(*) filter (where deactivated) as deactivated, greatest({Latest("synced")}, {Latest("pulsed")}) as latest
                from used group by 1, 2) ran
            group by 1
            """, ids, store.Context.Now.UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var usages = new Dictionary<LicenseId, LicenseUsage>();
        while (await reader.ReadAsync(cancellation))
        {
            var id = LicenseId.From(reader.GetGuid(0));
            usages[id] = new()
            {
                Activations = (int)reader.GetInt64(1),
                Deactivations = (int)reader.GetInt64(2),
                LastUsedAt = await reader.IsDBNullAsync(3, cancellation) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellation),
                ReleaseVersion = await reader.IsDBNullAsync(4, cancellation) ? null : reader.GetString(4),
                Meters = meters.GetValueOrDefault(id, []),
            };
        }

        return usages;
    }

    /// <summary>
    /// The latest of many times. Of those that are written the same way it is the greatest text, which is found without reading each of them as a time: that would be most of what a licence with many machines costs.
    /// </summary>
    private static string Latest(string time) =>
        $"""(max({time} collate "C") filter (where {time} like '%+00:00'))::timestamptz, max({time}::timestamptz) filter (where {time} not like '%+00:00')""";

    /// <summary>What who takes a place needs to know, asked at once: how many are taken, counted where the licence limits them, and which activation the machine has; none is looked for without a report.</summary>
    public async Task<(Places Places, ActivationId? Own)> ToTake(License license, MachineReport? report, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(license.Policy.AllowedActivations > 0 ? Taken(license, now) : new("select 0::bigint"));
        if (report is not null)
            batch.BatchCommands.Add(Candidates(license, "and a.data ->> 'fingerprint' = $3", now, report.Fingerprint));
        int taken;
        List<Candidate> same;
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            taken = (int)reader.GetInt64(0);
            same = await reader.NextResultAsync(cancellation) ? await CandidatesAsync(reader, cancellation) : [];
        }

        var places = await Metered(license, now, cancellation) with { Taken = taken };
        return (places, report is null ? null : await Find(license, report, same, now, cancellation));
    }

    /// <summary>What who gives a place back needs to know: how often that was done before, where the licence limits it.</summary>
    public async Task<Places> ToGiveBack(License license, CancellationToken cancellation)
    {
        if (!Places.LimitsDeactivations(license))
            return Places.None;

        await using var command = database.Command(
            "select count(*) from events.mt_doc_activation a where (a.data ->> 'license')::uuid = $1 and a.data ->> 'end' = 'deactivated'", license.Id.Value);
        return Places.None with { Deactivations = (int)(long)(await command.ExecuteScalarAsync(cancellation))! };
    }

    /// <summary>Counted by the index, without opening the state of any machine; those whose lease has ended are taken off.</summary>
    private static NpgsqlBatchCommand Taken(License license, DateTimeOffset now) =>
        Sql.Part($"select (select count(*) {OfLicense}) - (select count(*) {OverdueOfLicense})", license.Id.Value, now.UtcDateTime);

    /// <summary>What a decision about a meter needs to know, or about a place that the machine has already: the places themselves are not counted.</summary>
    public async Task<Places> Metered(License license, DateTimeOffset now, CancellationToken cancellation)
    {
        var meters = license.Meters.Count == 0 ? [] : (await Meters([license], now, cancellation)).GetValueOrDefault(license.Id, []);
        return Places.None with { Usage = LicenseUsage.None with { Meters = meters } };
    }

    /// <summary>The live activation of this machine, if it has one; of a machine user where the licence is locked to users. Who reports the same is looked at first.</summary>
    private async Task<ActivationId?> Find(License license, MachineReport report, List<Candidate> same, DateTimeOffset now, CancellationToken cancellation)
    {
        var strategy = license.Policy.FingerprintMatchingStrategy;
        if (Meant(same) is { } own)
            return own;
        if (strategy == FingerprintMatchingStrategy.Exact || report.Fingerprint.Length <= Fingerprint.Shortest)
            return null;

        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Candidates(license, "and length(a.data ->> 'fingerprint') = length($3)", now, report.Fingerprint));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return Meant(await CandidatesAsync(reader, cancellation));

        ActivationId? Meant(List<Candidate> candidates) => candidates
            .Where(candidate => Fingerprint.Matches(candidate.Fingerprint, report.Fingerprint, strategy) && (!license.Policy.UserLocked || candidate.UserHash == report.UserHash))
            .Select(candidate => candidate.Id).Cast<ActivationId?>().FirstOrDefault();
    }

    /// <summary>The activations of a licence whose lease has ended without anybody having recorded it.</summary>
    public Task<IReadOnlyList<(ActivationId Id, LicenseId License)>> Ended(LicenseId license, DateTimeOffset now, int most, CancellationToken cancellation) => Ids(
        $"select a.id, (a.data ->> 'held')::uuid {OverdueOfLicense} order by a.id limit $3", cancellation, license.Value, now.UtcDateTime, most);

    /// <summary>Those of all licences, the longest ended first: an index holds the leases that are there to end, so the others are not looked at.</summary>
    public Task<IReadOnlyList<(ActivationId Id, LicenseId License)>> Ended(DateTimeOffset now, int most, CancellationToken cancellation) => Ids(
        $"""
        select a.id, (a.data ->> 'held')::uuid from events.mt_doc_activation a where {HasLease} and events.mt_immutable_timestamptz(a.data ->> 'leaseExpiresAt') <= $1
        order by events.mt_immutable_timestamptz(a.data ->> 'leaseExpiresAt') limit $2
        """, cancellation, now.UtcDateTime, most);

    /// <summary>Whether the same machine was refused the same for the same reason since then, so that repeating it tells nothing new.</summary>
    public async Task<bool> WasRefused(LicenseId license, string fingerprint, string code, ActivationId? synced, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = database.Command(
            """
            select exists (select from events.mt_doc_activation a where a.data ->> 'fingerprint' = $1 and (a.data ->> 'license')::uuid = $2
                and a.data ->> 'refusedWith' = $3 and (a.data -> 'recorded' ->> 'createdAt')::timestamptz > $4
                and a.data ->> 'synced' is not distinct from $5::text)
            """, fingerprint, license.Value, code, since.UtcDateTime, synced is { } activation ? activation.ToString() : DBNull.Value);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>The live and the merely not yet ended activations of a licence whose times lie within these spans; so many at most.</summary>
    public Task<IReadOnlyList<(ActivationId Id, LicenseId License)>> Held(LicenseId license, ActivationSpans spans, int most, CancellationToken cancellation) => Ids(
        $"""
        select a.id, (a.data ->> 'held')::uuid from events.mt_doc_activation a left join events.mt_doc_activationpulse p on p.id = a.id
        where (a.data ->> 'held')::uuid = $1
            and {Within("(a.data -> 'recorded' ->> 'createdAt')::timestamptz", 3)}
            and {Within("(a.data -> 'recorded' ->> 'updatedAt')::timestamptz", 6)}
            and {Within("greatest((a.data ->> 'lastSyncedAt')::timestamptz, (p.data ->> 'lastSyncedAt')::timestamptz)", 9)}
        limit $2
        """, cancellation, [license.Value, most, .. BoundsOf(spans.Created), .. BoundsOf(spans.Updated), .. BoundsOf(spans.LastSynced)]);

    /// <summary>A time lies within the span whose bounds are this parameter and the next two.</summary>
    private static string Within(string time, int from) => $"{time} >= ${from} and {time} < ${from + 1} and ({time} < ${from + 2} or {time} >= ${from + 2} + interval '1 microsecond')";

    /// <summary>From when on, until when, and what is left out; what is open reaches as far as time goes.</summary>
    private static object[] BoundsOf(TimeSpanOf span) =>
        [(span.From ?? DateTimeOffset.MinValue).UtcDateTime, (span.Until ?? DateTimeOffset.MaxValue).UtcDateTime, (span.Without ?? DateTimeOffset.MaxValue).UtcDateTime];

    private async Task<Dictionary<LicenseId, ImmutableDictionary<Guid, MeterUses>>> Meters(
        IReadOnlyCollection<License> licenses, DateTimeOffset now, CancellationToken cancellation)
    {
        var known = licenses.SelectMany(license => license.Meters.Select(meter => (Meter: meter, Resets: license.ResetsOf(meter.Id)))).ToDictionary(known => known.Meter.Id);
        var found = new Dictionary<LicenseId, ImmutableDictionary<Guid, MeterUses>>();
        if (known.Count == 0)
            return found;

        await using var command = database.Command(
            $"""
            select (a.data ->> 'license')::uuid, known.meter, coalesce(sum((m ->> 'uses')::bigint) filter (where {Counts} and {Live}), 0)::bigint,
                coalesce(sum((m ->> 'uses')::bigint) filter (where {Counts}), 0)::bigint, least(sum((m ->> 'gross')::bigint), {long.MaxValue})::bigint
            from events.mt_doc_activation a cross join lateral jsonb_array_elements(a.data -> 'meters') m
                join unnest($3::uuid[], $4::int[]) as known(meter, resets) on known.meter = (m ->> 'meter')::uuid
            where (a.data ->> 'license')::uuid = any($1) group by 1, 2
            """, licenses.Where(license => license.Meters.Count > 0).Select(license => license.Id.Value).ToArray(), now.UtcDateTime,
            known.Keys.ToArray(), known.Values.Select(counted => counted.Resets).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (license, meter) = (LicenseId.From(reader.GetGuid(0)), reader.GetGuid(1));
            found[license] = found.GetValueOrDefault(license, []).SetItem(meter, new(reader.GetInt64(known[meter].Meter.Floating ? 2 : 3), reader.GetInt64(4)));
        }

        return found;
    }

    /// <summary>The past is folded from the streams of the activations that there are.</summary>
    private async Task<IReadOnlyDictionary<LicenseId, LicenseUsage>> OfPast(
        IReadOnlyCollection<License> licenses, DateTimeOffset at, Store store, CancellationToken cancellation)
    {
        Guid[] ids = [.. licenses.Select(license => license.Id.Value)];
        var activations = await Ids(
            "select a.id, (a.data ->> 'license')::uuid from events.mt_doc_activation a where (a.data ->> 'license')::uuid = any($1) and a.data ->> 'refusedWith' is null",
            cancellation, ids);
        var states = (await store.Activations.Latest(activations.Select(activation => activation.Id), cancellation)).Values.ToLookup(state => state.License);
        return licenses.ToDictionary(license => license.Id, license => UsageOf(license, [.. states[license.Id]], at));
    }

    private static LicenseUsage UsageOf(License license, IReadOnlyList<Activation> activations, DateTimeOffset at) => new()
    {
        Activations = activations.Count(activation => activation.IsLiveAt(at)),
        Deactivations = activations.Count(activation => activation.End == ActivationEnd.Deactivated),
        LastUsedAt = activations.Max(activation => (DateTimeOffset?)activation.LastSyncedAt),
        ReleaseVersion = activations.Select(activation => activation.Report?.Machine.ReleaseVersion).Where(version => ReleaseVersion.TryParse(version, out _))
            .MaxBy(version => Version.TryParse(version, out var parsed) ? parsed : new Version()),
        Meters = license.Meters.ToImmutableDictionary(meter => meter.Id, meter => new MeterUses(
            activations.Where(activation => !meter.Floating || activation.IsLiveAt(at)).Sum(activation => activation.UsesOf(license, meter.Id)),
            (long)Math.Min(activations.SelectMany(activation => activation.Meters).Where(uses => uses.Meter == meter.Id).Sum(uses => (decimal)uses.Gross), long.MaxValue))),
    };

    private static NpgsqlBatchCommand Candidates(License license, string condition, DateTimeOffset now, string fingerprint) => Sql.Part(
        $"select a.id, a.data ->> 'fingerprint', a.data #>> array['report', 'userHash'] {OfLicense} and {Live} {condition} order by a.id", license.Id.Value, now.UtcDateTime, fingerprint);

    private static async Task<List<Candidate>> CandidatesAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var found = new List<Candidate>();
        while (await reader.ReadAsync(cancellation))
            found.Add(new(ActivationId.From(reader.GetGuid(0)), reader.GetString(1), reader.GetString(2)));
        return found;
    }

    private async Task<IReadOnlyList<(ActivationId Id, LicenseId License)>> Ids(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = database.Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(ActivationId, LicenseId)>();
        while (await reader.ReadAsync(cancellation))
            found.Add((ActivationId.From(reader.GetGuid(0)), LicenseId.From(reader.GetGuid(1))));
        return found;
    }

    /// <summary>A live activation that may be that of a machine.</summary>
    private readonly record struct Candidate(ActivationId Id, string Fingerprint, string UserHash);
}

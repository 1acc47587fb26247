using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>How licences were used in a period, compared with a reading of the bare events that asks every moment by itself.</summary>
public class UtilisationTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public async Task Every_number_is_that_of_a_plain_count(int seed)
    {
        var random = new Random(seed);
        var floor = new Floor(random, steps: 160);
        await using var store = await DomainStore.StartAsync(pageSize: seed % 2 == 0 ? 500 : 7);
        var first = await store.AppendAsync(floor.History);
        await store.CatchUpAsync();

        for (var asked = 0; asked < 25; asked++)
        {
            var from = floor.SomeTime(random);
            var to = from + TimeSpan.FromMinutes(random.Next(1, 60 * 24));
            var interval = UsedPeriod.Intervals.Append(null).ElementAt(random.Next(5));
            LicenseId? license = random.Next(3) == 0 ? null : floor.Licenses[random.Next(floor.Licenses.Length)];
            OrganizationId? organization = license is null || random.Next(2) == 0 ? floor.Organizations[random.Next(2)] : null;
            var known = random.Next(3) == 0 ? random.Next(1, floor.History.Count + 1) : floor.History.Count;
            var asOf = known == floor.History.Count ? null : new Moment(first + known - 1, floor.Ends);
            var used = await store.Utilisation.Read(organization, license, new(from, to, interval), asOf, CancellationToken.None);
            var oracle = new Count([.. floor.History.Take(known)], license, organization);
            if (license is not null && !oracle.Knows)
            {
                used.Refusal.ShouldBe(Refusal.LicenseNotFound);
                continue;
            }

            used.Value!.Total.ShouldBe(oracle.Between(from, to), $"seed {seed}, question {asked}");
            foreach (var part in used.Value.Intervals)
                part.ShouldBe(oracle.Between(part.From, part.To), $"seed {seed}, question {asked}, {interval}");
            used.Value.Intervals[0].From.ShouldBe(from);
            used.Value.Intervals[^1].To.ShouldBe(to);
            used.Value.Intervals.Zip(used.Value.Intervals.Skip(1)).ShouldAllBe(pair => pair.First.To == pair.Second.From && pair.First.LiveAtEnd == pair.Second.LiveAtStart);
            used.Value.Intervals.Sum(part => part.Activations).ShouldBe(used.Value.Total.Activations);
            used.Value.Intervals.Max(part => part.Peak).ShouldBe(used.Value.Total.Peak);
        }
    }

    [Fact]
    public void A_lease_ends_at_its_instant_whenever_that_is_recorded()
    {
        var stay = new Utilisation().Fold(Happened.All(
            (Noon, new ActivationCreated(Floor.Machine(1), Floor.License(1), default, null, Floor.Report(Floor.Machine(1), 1), Noon.AddMinutes(10), null)),
            (Noon.AddMinutes(5), new ActivationSynced(Floor.Machine(1), Floor.License(1), Floor.Report(Floor.Machine(1), 1), Noon.AddMinutes(15))),
            (Noon.AddMinutes(40), new ActivationEnded(Floor.Machine(1), Floor.License(1), ActivationEnd.Deleted)))).Versions(Utilisation.Stays).Single(version => version.Until is null).Row;
        (stay.From, stay.Until, stay.End).ShouldBe((Noon, Noon.AddMinutes(15), ActivationEnd.LeaseEnded));
    }

    [Fact]
    public void A_place_that_changes_hands_at_one_instant_is_one_place()
    {
        var sweep = new Sweep([Noon, Noon.AddHours(2)]);
        Tenure[] tenures = [new(Floor.License(1), Noon, Stay.Never, 1)];
        sweep.Add(Of(1, Noon, Noon.AddHours(1)), tenures);
        sweep.Add(Of(2, Noon.AddHours(1), Stay.Never), tenures);
        sweep.Intervals(tenures).ShouldBe([new(Noon, Noon.AddHours(2), 1, 1, 1, 1, Noon, 2, 0, 1, 0, 0, 2)]);
    }

    [Fact]
    public void Intervals_begin_at_full_hours_days_weeks_and_months()
    {
        static IEnumerable<string> Bounds(string? interval, int days) =>
            new UsedPeriod(Noon.AddMinutes(30), Noon.AddDays(days), interval).Bounds()!.Select(bound => bound.ToString("MM-dd HH:mm", null));
        Bounds(null, 50).ShouldBe(["03-01 12:30", "04-20 12:00"]);
        Bounds("day", 2).ShouldBe(["03-01 12:30", "03-02 00:00", "03-03 00:00", "03-03 12:00"]);
        Bounds("week", 10).ShouldBe(["03-01 12:30", "03-02 00:00", "03-09 00:00", "03-11 12:00"]);
        Bounds("month", 40).ShouldBe(["03-01 12:30", "04-01 00:00", "04-10 12:00"]);
        Bounds("hour", 1).Take(3).ShouldBe(["03-01 12:30", "03-01 13:00", "03-01 14:00"]);
        new UsedPeriod(Noon.AddYears(-1), Noon, "hour").Bounds().ShouldBeNull();
    }

    private static Stay Of(int machine, DateTimeOffset from, DateTimeOffset until) =>
        new(Floor.Machine(machine), Floor.License(1), default, Floor.Machine(machine).Value, from, until, ActivationEnd.LeaseEnded);

    /// <summary>The numbers as a reading of the bare events gives them, one moment after the other.</summary>
    private sealed class Count(IReadOnlyList<Happening> history, LicenseId? license, OrganizationId? organization)
    {
        public bool Knows => history.Any(happening => happening.Data is LicenseEvent && happening.Stream == license?.Value
            && (organization is null || OwnerSpans(happening.Stream).Any(span => span.Owner == organization)));

        public UsedInterval Between(DateTimeOffset from, DateTimeOffset to)
        {
            var moments = history.SelectMany(happening => new[] { happening.At, LeaseOf(happening.Data) ?? from }).Append(from).Where(at => at >= from && at < to).Distinct().Order().ToList();
            var lives = moments.Select(at => LiveAt(at).Count()).ToList();
            var peak = lives.Max();
            var ends = Machines().Select(machine => (machine.License, End: EndOf(machine.Id))).Where(m => m.End.At >= from && m.End.At < to && Counts(m.License, m.End.At)).Select(m => m.End.Kind).ToList();
            return new(
                from, to, Allowed(to), lives[0], LiveAt(to).Count(), peak, moments[lives.IndexOf(peak)],
                Machines().Count(machine => machine.From >= from && machine.From < to && Counts(machine.License, machine.From)),
                ends.Count(kind => kind == ActivationEnd.Deactivated), ends.Count(kind => kind == ActivationEnd.LeaseEnded), ends.Count(kind => kind == ActivationEnd.Deleted),
                history.Count(happening => happening.Data is ActivationRefused refused && happening.At >= from && happening.At < to && Counts(refused.License, happening.At)),
                moments.SelectMany(LiveAt).Distinct().Count());
        }

        private IEnumerable<string> LiveAt(DateTimeOffset at) => Machines()
            .Where(machine => machine.From <= at && EndOf(machine.Id).At > at && Counts(machine.License, at)).Select(machine => machine.Fingerprint);

        private IEnumerable<(ActivationId Id, LicenseId License, DateTimeOffset From, string Fingerprint)> Machines() =>
            from happening in history
            where happening.Data is ActivationCreated
            let created = (ActivationCreated)happening.Data
            select (created.Activation, created.License, happening.At, created.Report.Fingerprint);

        private (DateTimeOffset At, ActivationEnd Kind) EndOf(ActivationId id)
        {
            var own = history.Where(happening => happening.Stream == id.Value).ToList();
            var lease = own.Where(happening => happening.Data is ActivationCreated or ActivationRepeated or ActivationSynced).Select(happening => LeaseOf(happening.Data)).Last();
            var ended = own.FirstOrDefault(happening => happening.Data is ActivationEnded);
            return ended is not null && (lease is null || ended.At < lease) ? (ended.At, ((ActivationEnded)ended.Data).Reason) : (lease ?? DateTimeOffset.MaxValue, ActivationEnd.LeaseEnded);
        }

        private bool Counts(LicenseId of, DateTimeOffset at) => (license is null || license == of)
            && OwnerSpans(of.Value).LastOrDefault(span => span.At <= at) is { Gone: false, At: var since, Owner: var owner } && since != default && (organization is null || owner == organization);

        private int Allowed(DateTimeOffset before)
        {
            var counted = history.Where(happening => happening.Data is LicenseCreated).Select(happening => new LicenseId(happening.Stream)).Where(of => Counts(of, before.AddTicks(-1))).ToList();
            var allowed = counted.ConvertAll(of => history.Where(happening => happening.Stream == of.Value && happening.At < before)
                .Select(happening => happening.Data switch { LicenseCreated x => (int?)x.Policy.AllowedActivations, LicensePolicyChanged x => x.Policy.AllowedActivations, _ => null }).Last(places => places is not null)!.Value);
            return allowed.Any(places => places <= 0) ? -1 : allowed.Sum();
        }

        private IEnumerable<(DateTimeOffset At, OrganizationId? Owner, bool Gone)> OwnerSpans(Guid of)
        {
            OrganizationId? owner = null;
            foreach (var happening in history.Where(happening => happening.Stream == of))
            {
                owner = happening.Data switch { LicenseCreated x => x.Organization, LicenseTransferred x => x.Organization, _ => owner };
                yield return (happening.At, owner, happening.Data is LicenseDeleted);
            }
        }

        private static DateTimeOffset? LeaseOf(object data) => data switch
        {
            ActivationCreated x => x.LeaseExpiresAt,
            ActivationRepeated x => x.LeaseExpiresAt,
            ActivationSynced x => x.LeaseExpiresAt,
            _ => null,
        };
    }
}

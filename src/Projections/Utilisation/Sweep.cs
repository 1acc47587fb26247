using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;

namespace EventSourcedOrgs.Projections;

/// <summary>A licence counts from a time on, up to another (not included), with so many places; 0 and less is unlimited.</summary>
public sealed record Tenure(LicenseId License, DateTimeOffset From, DateTimeOffset Until, int Allowed);

/// <summary>
/// How licences were used between two moments (UTC), the second not included. Live are those who hold a place at that very moment: the end of one interval is the
/// start of the next. Allowed places are those at the end; -1 is unlimited.
/// </summary>
public sealed record UsedInterval(
    DateTimeOffset From, DateTimeOffset To, int Allowed, int LiveAtStart, int LiveAtEnd, int Peak, DateTimeOffset PeakAt, int Activations, int Deactivations,
    int LeasesEnded, int Deleted, int Refused, int Machines);

/// <summary>
/// Counts how many held a place at once, by going through the beginnings and ends of their stays in the order of time. A stay that ends when another begins leaves
/// its place to it.
/// </summary>
public sealed class Sweep
{
    private readonly DateTimeOffset[] bounds;
    private readonly List<(DateTimeOffset At, int Change, Guid Machine)> points = [];
    private readonly int[] activations, deactivations, leases, deleted, refused;
    private readonly Dictionary<Guid, int> live = [];
    private readonly Dictionary<Guid, int> countedIn = [];
    private int count, next;

    /// <param name="bounds">The intervals, each from one moment to the next one.</param>
    public Sweep(IEnumerable<DateTimeOffset> bounds)
    {
        this.bounds = [.. bounds];
        var intervals = this.bounds.Length - 1;
        (activations, deactivations, leases, deleted, refused) = (new int[intervals], new int[intervals], new int[intervals], new int[intervals], new int[intervals]);
    }

    /// <summary>Takes a stay as far as it falls into one of the tenures of its licence.</summary>
    public void Add(Stay stay, IEnumerable<Tenure> tenures)
    {
        foreach (var tenure in tenures)
        {
            var (from, until) = (stay.From > tenure.From ? stay.From : tenure.From, stay.Until < tenure.Until ? stay.Until : tenure.Until);
            if (from < until)
            {
                points.Add((from, +1, stay.Machine));
                points.Add((until, -1, stay.Machine));
            }

            if (Holds(tenure, stay.From))
                Count(activations, stay.From);
            if (Holds(tenure, stay.Until))
                Count(stay.End switch { ActivationEnd.Deactivated => deactivations, ActivationEnd.Deleted => deleted, _ => leases }, stay.Until);
        }
    }

    /// <summary>Takes a refusal, if the licence counted then.</summary>
    public void AddRefusal(DateTimeOffset at, IEnumerable<Tenure> tenures)
    {
        if (tenures.Any(tenure => Holds(tenure, at)))
            Count(refused, at);
    }

    /// <summary>The intervals, with the places that the tenures allow.</summary>
    public IReadOnlyList<UsedInterval> Intervals(IReadOnlyCollection<Tenure> tenures)
    {
        points.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Change.CompareTo(b.Change));
        var intervals = new UsedInterval[bounds.Length - 1];
        for (var n = 0; n < intervals.Length; n++)
        {
            PassUpTo(bounds[n], n - 1);
            var (start, peak, peakAt, machines) = (count, count, bounds[n], live.Count);
            while (next < points.Count && points[next].At < bounds[n + 1])
            {
                var at = points[next].At;
                machines += PassUpTo(at, n);
                if (count > peak)
                    (peak, peakAt) = (count, at);
            }

            intervals[n] = new(bounds[n], bounds[n + 1], AllowedBefore(bounds[n + 1], tenures), start, 0, peak, peakAt, activations[n], deactivations[n], leases[n], deleted[n], refused[n], machines);
        }

        PassUpTo(bounds[^1], intervals.Length - 1);
        return [.. intervals.Select((interval, n) => interval with { LiveAtEnd = n + 1 < intervals.Length ? intervals[n + 1].LiveAtStart : count })];
    }

    /// <summary>Goes on to a moment, included, and answers how many machines came that this interval has not seen.</summary>
    private int PassUpTo(DateTimeOffset moment, int interval)
    {
        var came = 0;
        for (; next < points.Count && points[next].At <= moment; next++)
        {
            var (_, change, machine) = points[next];
            count += change;
            var before = live.GetValueOrDefault(machine);
            if (before + change > 0)
                live[machine] = before + change;
            else
                live.Remove(machine);
            if (before == 0 && countedIn.GetValueOrDefault(machine, int.MinValue) != interval)
                came++;
            if (before == 0 || before + change == 0)
                countedIn[machine] = interval;
        }

        return came;
    }

    private void Count(int[] counters, DateTimeOffset at)
    {
        if (at < bounds[0] || at >= bounds[^1])
            return;

        var found = Array.BinarySearch(bounds, at);
        counters[found >= 0 ? found : ~found - 1]++;
    }

    private static bool Holds(Tenure tenure, DateTimeOffset at) => tenure.From <= at && at < tenure.Until;

    private static int AllowedBefore(DateTimeOffset moment, IReadOnlyCollection<Tenure> tenures)
    {
        var total = 0;
        foreach (var tenure in tenures.Where(tenure => tenure.From < moment && moment <= tenure.Until))
        {
            if (tenure.Allowed <= 0)
                return -1;
            total = (int)Math.Min(int.MaxValue, (long)total + tenure.Allowed);
        }

        return total;
    }
}

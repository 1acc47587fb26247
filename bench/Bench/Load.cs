using System.Diagnostics;

namespace EventSourcedOrgs.Bench;

/// <summary>What one round of one kind of work came to. Times in milliseconds, CPU in microseconds for each operation.</summary>
internal sealed record Round(double PerSecond, double P50, double P99, double ServerCpu, double DatabaseCpu, long Done, IReadOnlyDictionary<int, long> Statuses)
{
    /// <summary>All times, the shortest first.</summary>
    public IReadOnlyList<double> Times { get; init; } = [];
}

/// <summary>Whose CPU a round is charged to.</summary>
internal sealed record Charged(int Server, int Database);

/// <summary>Makes load over HTTP.</summary>
internal static class Load
{
    /// <summary>So many clients, each of which sends the next request when its last one was answered, for a while.</summary>
    /// <param name="next">The bytes of the request of a number; numbers are given out once, in order.</param>
    public static async Task<Round> ClosedAsync(Uri server, Charged charged, int clients, TimeSpan duration, Func<long, byte[]> next, int expected)
    {
        var number = -1L;
        var strange = "";
        var times = new List<double>[clients];
        var statuses = new Dictionary<int, long>[clients];
        var connections = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => HttpConnection.OpenAsync(server)));
        var (cpuServer, cpuDatabase) = (Machine.CpuSeconds(charged.Server), Machine.CpuSeconds(charged.Database));
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var (mine, seen) = (times[client] = [], statuses[client] = []);
            while (watch.Elapsed < duration)
            {
                var request = next(Interlocked.Increment(ref number));
                var begin = Stopwatch.GetTimestamp();
                var answer = await connections[client].SendAsync(request, keep: strange.Length == 0 && mine.Count == 0);
                if (answer.Status != expected && answer.Body.Length > 0)
                    strange = System.Text.Encoding.UTF8.GetString(answer.Body);
                mine.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                seen[answer.Status] = seen.GetValueOrDefault(answer.Status) + 1;
            }
        })));
        var seconds = watch.Elapsed.TotalSeconds;
        foreach (var connection in connections)
            connection.Dispose();
        return Result(times, statuses, seconds, Machine.CpuSeconds(charged.Server) - cpuServer, Machine.CpuSeconds(charged.Database) - cpuDatabase, expected, strange);
    }

    /// <summary>
    /// Requests at their instants, whether the ones before were answered or not; the time of each counts from the instant at which it was due, so that a server that stands still cannot hide it.
    /// </summary>
    public static async Task<Round> OpenAsync(Uri server, Charged charged, double perSecond, TimeSpan duration, Func<long, byte[]> next, int expected, Func<HttpConnection, HttpAnswer, ValueTask>? then = null)
    {
        var idle = new System.Collections.Concurrent.ConcurrentBag<HttpConnection>();
        var total = (long)(perSecond * duration.TotalSeconds);
        var times = new double[total];
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<int, long>();
        var running = new List<Task>();
        var (cpuServer, cpuDatabase) = (Machine.CpuSeconds(charged.Server), Machine.CpuSeconds(charged.Database));
        var watch = Stopwatch.StartNew();
        for (var n = 0L; n < total; n++)
        {
            var due = TimeSpan.FromSeconds(n / perSecond);
            if (due - watch.Elapsed is { Ticks: > 0 } wait)
                await Task.Delay(wait);
            var number = n;
            running.Add(Task.Run(async () =>
            {
                var connection = idle.TryTake(out var free) ? free : await HttpConnection.OpenAsync(server);
                var answer = await connection.SendAsync(next(number), keep: then is not null);
                times[number] = (watch.Elapsed - due).TotalMilliseconds;
                statuses.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
                if (then is not null)
                    await then(connection, answer);
                idle.Add(connection);
            }));
        }

        await Task.WhenAll(running);
        var seconds = watch.Elapsed.TotalSeconds;
        foreach (var connection in idle)
            connection.Dispose();
        return Result([[.. times]], [statuses.ToDictionary()], seconds, Machine.CpuSeconds(charged.Server) - cpuServer, Machine.CpuSeconds(charged.Database) - cpuDatabase, expected);
    }

    /// <summary>The value below which this part of the values lies.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double part) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(part * sorted.Count) - 1)];

    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);

    private static Round Result(IEnumerable<List<double>> times, IEnumerable<Dictionary<int, long>> statuses, double seconds, double server, double database, int expected, string strange = "")
    {
        var sorted = times.SelectMany(mine => mine).Order().ToList();
        var counts = statuses.SelectMany(seen => seen).GroupBy(seen => seen.Key).ToDictionary(group => group.Key, group => group.Sum(seen => seen.Value));
        if (counts.Keys.Any(status => status != expected))
            throw new InvalidOperationException($"Expected {expected} only, got {string.Join(", ", counts.Select(count => $"{count.Value} x {count.Key}"))}. {strange}");
        return new(sorted.Count / seconds, Percentile(sorted, 0.5), Percentile(sorted, 0.99), server * 1e6 / sorted.Count, database * 1e6 / sorted.Count, sorted.Count, counts) { Times = sorted };
    }
}

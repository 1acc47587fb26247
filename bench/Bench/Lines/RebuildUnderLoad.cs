using System.Globalization;
using EventSourcedOrgs.Bench.Data;

namespace EventSourcedOrgs.Bench.Lines;

/// <summary>P5L: what 200 commands a second, each followed by a list that must have it, feel of read models being made anew beside them.</summary>
internal static class RebuildUnderLoad
{
    private const string Model = "Directory";

    public static async Task MeasureAsync(Installation installation, Report report, Sizes sizes)
    {
        var (calm, slice) = (TimeSpan.FromSeconds(sizes.IsQuick ? 2 : 20), TimeSpan.FromSeconds(sizes.IsQuick ? 1 : 5));
        var late = 0L;
        await PhaseAsync("warming up", Task.Delay(calm));
        var before = await PhaseAsync("before", Task.Delay(calm));
        var all = await PhaseAsync("while all read models are made anew by the program, gently", RebuildAsync());
        var host = await PhaseAsync($"while {Model} is made anew by the Host", RebuildInHostAsync());
        await PhaseAsync("while all read models are made anew with --fast", RebuildAsync("--fast"));
        await PhaseAsync("after", Task.Delay(calm));
        await installation.CatchUpAsync();
        await installation.CommandAsync("projections", "verify", "--fast");
        report.Add(new Ratio("P5L", "p95 while the program rebuilds gently, to before", all / before, 2, AtMost: true));
        report.Add(new Ratio("P5L", "p95 while the Host rebuilds, to before", host / before, 2, AtMost: true));

        // Whatever is answered otherwise than it should be ends the benchmark: no command fails, no list lacks what was written. One that would is refused after two seconds, which is counted.
        async Task<double> PhaseAsync(string name, Task work)
        {
            var (watch, times) = (System.Diagnostics.Stopwatch.StartNew(), new List<double>());
            late = 0;
            do
            {
                var round = await Load.OpenAsync(installation.Server, installation.Charged, sizes.PerSecond, slice, _ => CommandLines.NextMember(installation, Math.Min(10_000, installation.Vendor.ManyMembers)), 204, ListAsync);
                times.AddRange(round.Times);
            }
            while (!work.IsCompleted);
            await work;
            times.Sort();
            report.Add(Figure.Of("P5L", $"lists refused as two seconds late, {name}", "of all", [(double)late / times.Count]));
            report.Add(new Figure("P5L", string.Create(CultureInfo.InvariantCulture, $"{times.Count:N0} commands at {sizes.PerSecond}/s {name} ({watch.Elapsed.TotalSeconds:0} s): p95"), "ms",
                Load.Percentile(times, 0.95), Load.Percentile(times, 0.5), Load.Percentile(times, 0.99), (Load.Percentile(times, 0.5), Load.Percentile(times, 0.99))));
            return Load.Percentile(times, 0.95);
        }

        async ValueTask ListAsync(HttpConnection connection, HttpAnswer answer)
        {
            var listed = await connection.SendAsync(installation.Request("GET", $"/v3/organizations/{Vendor.Big.Value}/user-groups?page=1&limit=1&minPosition={answer.Header("X-Position")}"), keep: true);
            if (listed.Status == 503)
                Interlocked.Increment(ref late);
            else if (listed.Status != 200 || !System.Text.Encoding.UTF8.GetString(listed.Body).StartsWith("[{", StringComparison.Ordinal))
                throw new InvalidOperationException($"A list answered {listed.Status}: {System.Text.Encoding.UTF8.GetString(listed.Body)}");
        }

        async Task RebuildAsync(params string[] how)
        {
            var said = await installation.CommandAsync(["projections", "rebuild", "--all", .. how]);
            if (!said.Contains(" 0 rows differed", StringComparison.Ordinal))
                throw new InvalidOperationException(said);
        }

        async Task RebuildInHostAsync()
        {
            var job = System.Text.Json.Nodes.JsonNode.Parse((await installation.SendAsync("POST", $"/v3/operations/projections/{Model}/rebuild")).Body)!;
            while ((string)job["state"]! == "running")
            {
                await Task.Delay(500);
                job = System.Text.Json.Nodes.JsonNode.Parse((await installation.SendAsync("GET", $"/v3/operations/rebuilds/{job["id"]}")).Body)!;
            }

            if ((string)job["state"]! != "completed" || (long)job["driftedRows"]! != 0)
                throw new InvalidOperationException(job.ToJsonString());
        }
    }
}

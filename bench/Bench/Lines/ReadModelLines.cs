using System.Diagnostics;
using System.Security.Cryptography;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Bench.Data;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Bench.Lines;

/// <summary>P5, P6 and P7: read models made anew, how far they lag, and the proof.</summary>
internal static class ReadModelLines
{
    /// <summary>Fills the read models of a loaded installation, which is at the same time the rebuild that is measured. The Host does not run.</summary>
    public static async Task RebuildAsync(Installation installation, Report report, Sizes sizes, string line = "P5")
    {
        var events = await installation.Source.ScalarAsync<long>("select count(*) from events.mt_events");
        var last = await installation.Source.ScalarAsync<long>("select max(seq_id) from events.mt_events");
        var (limits, rebuilds, peaks) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < (sizes.IsQuick ? 1 : 3); round++)
        {
            limits.Add(events / await TimeAsync(() => LimitAsync(installation)));
            var (seconds, peak) = await installation.MeasureAsync("projections", "rebuild", "--all", "--fast");
            rebuilds.Add(events / seconds);
            peaks.Add(peak);
            if (await installation.Source.ScalarAsync<long>($"select count(*) from events.mt_event_progression where name like '%:All' and last_seq_id = {last}") != Models(StoredJson.Options(_ => [])).Length)
                throw new InvalidOperationException("A rebuild ended well, but not every read model has every event.");
        }

        await installation.Source.ExecuteAsync("vacuum analyze");
        var limit = report.Add(Figure.Of(line, $"FULL: read {events:N0} events, deserialize, fold, COPY, one after the other", "events/s", limits));
        var rebuilt = report.Add(Figure.Of(line, "rebuild of all read models with indexes, to the swap, start of the program included", "events/s", rebuilds));
        var memory = report.Add(Figure.Of(line, "peak memory of the program that rebuilds", "MB", peaks));
        report.Add(new Ratio(line, "rebuild to FULL", rebuilt.Value / limit.Value, 1));
        report.Add(new Ratio(line, "memory, in 200 MB", memory.Value / 200, 1, AtMost: true));
    }

    /// <summary>From the commit to the answer of a list that has it, at 200 commands a second.</summary>
    public static async Task LagAsync(Installation installation, Report report, Sizes sizes)
    {
        var (fifty, ninetyNine) = (new List<double>(), new List<double>());
        var question = $"/v3/organizations/{Vendor.Big.Value}/user-groups?page=1&limit=1";
        foreach (var _ in sizes.RoundsAfterWarmUp(() => (fifty, ninetyNine) = ([], [])))
        {
            var lags = new System.Collections.Concurrent.ConcurrentBag<double>();
            await Load.OpenAsync(installation.Server, installation.Charged, sizes.PerSecond, sizes.Duration, _ => CommandLines.NextMember(installation, Math.Min(10_000, installation.Vendor.ManyMembers)), 204, async (connection, answer) =>
            {
                var position = answer.Header("X-Position") ?? throw new InvalidOperationException("A command answered without a position.");
                var begin = Stopwatch.GetTimestamp();
                var listed = await connection.SendAsync(installation.Request("GET", $"{question}&minPosition={position}"));
                if (listed.Status != 200)
                    throw new InvalidOperationException($"The list answered {listed.Status}.");
                lags.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            });
            var sorted = lags.Order().ToList();
            fifty.Add(Load.Percentile(sorted, 0.5));
            ninetyNine.Add(Load.Percentile(sorted, 0.99));
        }

        var half = report.Add(Figure.Of("P6", $"commit to visible in a list, its request included, at {sizes.PerSecond} commands/s: p50", "ms", fifty));
        var most = report.Add(Figure.Of("P6", "the same: p99", "ms", ninetyNine));
        report.Add(new Ratio("P6", "p50, in 8 ms", half.Value / 8, 1, AtMost: true));
        report.Add(new Ratio("P6", "p99, in 20 ms", most.Value / 20, 1, AtMost: true));
    }

    /// <summary>The whole log is computed again from the events, beside a chain of SHA-256 over the same rows.</summary>
    public static async Task VerifyAsync(Installation installation, Report report, Sizes sizes)
    {
        var events = await installation.Source.ScalarAsync<long>("select count(*) from events.mt_events");
        var (chains, verified) = (new List<double>(), new List<double>());
        for (var round = 0; round < (sizes.IsQuick ? 1 : 3); round++)
        {
            chains.Add(events / await TimeAsync(() => ChainAsync(installation)));
            verified.Add(events / (await installation.MeasureAsync("history", "verify", "--proof", installation.Proof)).Seconds);
        }

        var chain = report.Add(Figure.Of("P7", "a chain of SHA-256 over all events, one core", "events/s", chains));
        var verify = report.Add(Figure.Of("P7", "history verify, start of the program included", "events/s", verified));
        report.Add(new Ratio("P7", "verify to chain", verify.Value / chain.Value, 0.8));
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task ChainAsync(Installation installation)
    {
        var hash = new byte[32];
        await foreach (var row in new EventRows(installation.Source).Read(0, long.MaxValue))
        {
            using var next = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            next.AppendData(hash);
            next.AppendData(row.Data.Span);
            next.GetHashAndReset(hash);
        }
    }

    private static Task LimitAsync(Installation installation)
    {
        var json = StoredJson.Options(new PersonKeys(new Secrets(Installation.MasterKey), installation.Source));
        return RebuildLimit.RunAsync(installation.Source, json, Models(json));
    }

    private static ReadModel[] Models(System.Text.Json.JsonSerializerOptions json) =>
        [new Projections.Directory(json), new EffectiveAccess(), new OrganizationSummary(), new ActivationHistory(), new Utilisation(), new Outbox(), new HistoryFeed(), new SubscriptionLog()];
}

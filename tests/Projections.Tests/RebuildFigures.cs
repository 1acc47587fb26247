using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EventSourcedOrgs.Application;
using JasperFx.Events;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>
/// How long it takes to make every read model anew, and how much memory, beside the limit that any way of doing it has: to read all events in their order with Npgsql, deserialize them once, fold them and
/// COPY the rows. A run takes a few thousand events, <c>RELIABILITY=long</c> a million (or <c>REBUILD_EVENTS</c>), and prints the table of docs/performance.md.
/// </summary>
public sealed class RebuildFigures(ITestOutputHelper output)
{
    private static readonly int Events =
        int.TryParse(Environment.GetEnvironmentVariable("REBUILD_EVENTS"), CultureInfo.InvariantCulture, out var given) ? given
        : Environment.GetEnvironmentVariable("RELIABILITY") == "long" ? 1_000_000 : 5_000;

    [Fact]
    public async Task Every_read_model_is_made_anew_as_fast_as_its_events_can_be_read_and_its_rows_written()
    {
        await using var store = await DomainStore.StartAsync();
        await Installation.LoadAsync(store.Owner, Events);
        output.WriteLine($"| {Events.ToString("N0", CultureInfo.InvariantCulture)} events | seconds | events/s | peak of the process MB | of it managed MB |\n|---|---:|---:|---:|---:|");

        var full = await MeasureAsync("limit: read, deserialize, fold, COPY, one after the other", () => LimitAsync(store));
        await store.Source.ScalarAsync($"insert into read.control (name, failure) values {string.Join(", ", store.Models.Select(model => $"('{model.Name}', 'never ran')"))}");
        var rebuilt = await MeasureAsync("rebuild of all, with indexes, to the swap", () => store.Rebuilder(Rebuilder.UsualMostRows).RunAsync(store.Models, replace: true, null, CancellationToken.None));
        await store.Source.ScalarAsync("update read.control set failure = null");
        var compared = await MeasureAsync("the same with the comparison of every row", async () =>
            (await store.Rebuilder(Rebuilder.UsualMostRows).RunAsync(store.Models, replace: true, null, CancellationToken.None)).Sum(drift => drift.Rows).ShouldBe(0));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rebuild {full / rebuilt:0.00} of the limit, with the comparison {full / compared:0.00}"));
    }

    private async Task<double> MeasureAsync(string name, Func<Task> work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var stop = new CancellationTokenSource();
        var (peak, managed) = (0L, 0L);
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (peak, managed) = (Math.Max(peak, Environment.WorkingSet), Math.Max(managed, GC.GetTotalMemory(false)));
                await Task.Delay(20);
            }
        });
        var watch = Stopwatch.StartNew();
        await work();
        var seconds = watch.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await watching;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {seconds:0.0} | {Events / seconds:N0} | {peak >> 20} | {managed >> 20} |"));
        return seconds;
    }

    private static async Task LimitAsync(DomainStore store)
    {
        var types = EventNames.All.ToDictionary(name => name.Value, name => name.Key);
        var json = store.Json;
        var sides = store.Models.Select(model => new SideTables(model, store.Source, Rebuilder.UsualMostRows)).ToList();
        foreach (var side in sides)
            await side.CreateAsync(CancellationToken.None);

        var page = new List<IEvent>();
        await foreach (var row in new EventRows(store.Source).Read(0, Events))
        {
            var e = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(types[row.Type]), JsonSerializer.Deserialize(row.Data.Span, types[row.Type], json))!;
            (e.Sequence, e.Id, e.StreamId, e.Version, e.EventTypeName, e.Timestamp, e.UserName, e.CausationId) = (row.Position, row.Id, row.Stream, row.Version, row.Type, row.Time, row.Actor, row.Causation);
            page.Add(e);
            if (page.Count == 4000)
                await FillAsync();
        }

        await FillAsync();
        foreach (var side in sides)
        {
            await side.WriteAllAsync(CancellationToken.None);
            await side.DropAsync();
        }

        async Task FillAsync()
        {
            foreach (var side in sides)
                await side.FillAsync(page, CancellationToken.None);
            page.Clear();
        }
    }
}

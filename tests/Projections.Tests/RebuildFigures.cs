using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Tests;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>
/// How long it takes to make every read model anew, and how much memory, beside the limit that any way of doing it has: to read all events in their order with Npgsql, deserialize them once, fold them and
/// COPY the rows. A run takes a few thousand events, <c>RELIABILITY=long</c> a million (or <c>REBUILD_EVENTS</c>), and prints the table of docs/performance.md.
/// </summary>
public sealed class RebuildFigures(ITestOutputHelper output)
{
    private static readonly int Events = Figures.EventsOf("REBUILD_EVENTS");

    [Fact]
    public async Task Every_read_model_is_made_anew_as_fast_as_its_events_can_be_read_and_its_rows_written()
    {
        await using var store = await DomainStore.StartAsync();
        await Installation.LoadAsync(store.Owner, Events);
        var figures = new Figures(output, Events);

        var full = await figures.MeasureAsync("limit: read, deserialize, fold, COPY, one after the other", () => RebuildLimit.RunAsync(store.Source, store.Json, store.Models));
        await store.Source.ScalarAsync($"insert into read.control (name, failure) values {string.Join(", ", store.Models.Select(model => $"('{model.Name}', 'never ran')"))}");
        var rebuilt = await figures.MeasureAsync("rebuild of all, with indexes, to the swap", () => store.Rebuilder(Rebuilder.UsualMostRows).RunAsync(store.Models, replace: true, null, CancellationToken.None));
        await store.Source.ScalarAsync("update read.control set failure = null");
        var compared = await figures.MeasureAsync("the same with the comparison of every row", async () =>
            (await store.Rebuilder(Rebuilder.UsualMostRows).RunAsync(store.Models, replace: true, null, CancellationToken.None)).Sum(drift => drift.Rows).ShouldBe(0));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rebuild {full / rebuilt:0.00} of the limit, with the comparison {full / compared:0.00}"));
    }
}

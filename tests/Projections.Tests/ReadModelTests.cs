using JasperFx.Events;

namespace EventSourcedOrgs.Projections.Tests;

public class ReadModelTests
{
    private static readonly Table[] Tables = [Warehouse.Items, Warehouse.History, Warehouse.Labels, Warehouse.Shelves];

    private readonly ItemId hammer = new(Guid.CreateVersion7());
    private readonly DateTimeOffset noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_size_of_the_pages_makes_no_difference()
    {
        var events = Histories.Random(seed: 7, length: 300);
        foreach (var pageSize in new[] { 1, 7, 500 })
        {
            await using var store = await TestStore.CreateAsync(new Warehouse(), pageSize);
            var last = await store.AppendInPartsAsync(events, size: 11);
            await (await store.StartAsync()).ShouldReachAsync(last);

            await ShouldHoldItsHistory(store);
        }
    }

    [Fact]
    public async Task Events_that_come_one_by_one_give_the_same_rows()
    {
        var events = Histories.Random(seed: 8, length: 60);
        await using var store = await (await TestStore.CreateAsync(new Warehouse())).StartAsync();
        await store.ShouldReachAsync(await store.AppendInPartsAsync(events, size: 1));

        await ShouldHoldItsHistory(store);
    }

    [Fact]
    public async Task A_rebuild_gives_the_same_rows()
    {
        await using var store = await (await TestStore.CreateAsync(new Warehouse(), pageSize: 50)).StartAsync();
        await store.ShouldReachAsync(await store.AppendAsync(Histories.Random(seed: 9, length: 300)));
        var before = await Dump(store);

        await store.Rebuilder().RunAsync([new Warehouse()], replace: true, null, CancellationToken.None);

        (await Dump(store)).ShouldBe(before);
        await store.ShouldReachAsync(await store.AppendAsync(new ItemAdded(hammer, "Hammer", 1, noon)));
    }

    [Fact]
    public async Task A_row_that_was_removed_and_came_back_has_two_lives()
    {
        await using var store = await (await TestStore.CreateAsync(new Warehouse())).StartAsync();
        await store.AppendAsync(new ItemAdded(hammer, "Hammer", 1, noon), new ItemRemoved(hammer));
        await store.ShouldReachAsync(await store.AppendAsync(new ItemAdded(hammer, "Mallet", null, noon)));

        (await VersionsAsync(store, Warehouse.History)).OrderBy(v => v.Since).Select(v => (v.Row.Name, v.Since, v.Until))
            .ShouldBe([("Hammer", 1, 2L), ("Mallet", 3, null)]);
        (await store.Source.QueryAsync($"select * from {Warehouse.Items.Name}", Warehouse.Items.Read)).ShouldHaveSingleItem().Name.ShouldBe("Mallet");
    }

    [Fact]
    public async Task A_poison_event_stops_its_read_model_and_nothing_later_is_applied()
    {
        await using var store = await (await TestStore.CreateAsync(new Warehouse(), pageSize: 1)).StartAsync();
        await store.AppendAsync(new ItemAdded(hammer, "Hammer", 1, noon), new ItemCursed(hammer), new ItemRenamed(hammer, "Mallet"));
        await store.ShouldReachAsync(1);
        for (var tries = 0; store.Progress.Of("Warehouse").Failure is null && tries < 1200; tries++)
            await Task.Delay(50);

        store.Progress.Of("Warehouse").Failure.ShouldBe("Event 2 (item_cursed) is broken.");
        (await store.Progress.WaitForAsync("Warehouse", 2, TimeSpan.FromMilliseconds(300), CancellationToken.None)).ShouldBeFalse();
        (await store.Source.QueryAsync($"select * from {Warehouse.Items.Name}", Warehouse.Items.Read)).ShouldHaveSingleItem().Name.ShouldBe("Hammer");
        store.Progress.Of("Warehouse").Lag.ShouldBe(2);
    }

    [Fact]
    public async Task A_table_that_changed_without_a_new_version_is_refused()
    {
        await using var store = await TestStore.CreateAsync(new Warehouse());
        await ReadModels.MigrateAsync(store.Source, [new Warehouse()]);
        await store.Source.ScalarAsync($"comment on table {Warehouse.Items.Name} is 'of old'");

        var refusal = await Should.ThrowAsync<ReadModelShapeException>(() => ReadModels.MigrateAsync(store.Source, [new Warehouse()]));
        refusal.Message.ShouldContain("raise its version");
    }

    [Fact]
    public void Reading_an_untouched_key_is_an_error() =>
        Should.Throw<JasperFx.Events.Daemon.ApplyEventException>(() => new Hasty().Fold(Histories.Numbered([new ItemRemoved(hammer)])))
            .InnerException!.Message.ShouldContain("without having been touched");

    [Fact]
    public void A_change_that_changes_nothing_is_no_version()
    {
        ItemEvent[] events = [new ItemAdded(hammer, "Hammer", 1, noon), new ItemRenamed(hammer, "Hammer"), new ItemRenamed(hammer, "Mallet")];
        var rows = new Warehouse().Fold(Histories.Numbered(events));

        rows.Versions(Warehouse.History).Select(v => (v.Row.Name, v.Since, v.Until)).ShouldBe([("Hammer", 1, 3L), ("Mallet", 3, null)]);
        rows.Sums(Warehouse.Shelves)[1].ShouldBe([1, 1]);
    }

    private static async Task ShouldHoldItsHistory(TestStore store)
    {
        var rows = new Warehouse().Fold(await store.HistoryAsync());
        rows.Versions(Warehouse.History).Count().ShouldBeGreaterThan(20);
        (await store.Source.QueryAsync($"select * from {Warehouse.Items.Name}", Warehouse.Items.Read))
            .ShouldBe(rows.Versions(Warehouse.Items).Select(v => v.Row), ignoreOrder: true);
        (await VersionsAsync(store, Warehouse.History)).ShouldBe(rows.Versions(Warehouse.History), ignoreOrder: true);
        (await VersionsAsync(store, Warehouse.Labels)).ShouldBe(rows.Versions(Warehouse.Labels), ignoreOrder: true);
        (await store.Source.QueryAsync($"select * from {Warehouse.Shelves.Name}", r => (r.Get<int>("shelf"), r.Get<long>("items"), r.Get<long>("arrivals"))))
            .ShouldBe(rows.Sums(Warehouse.Shelves).Select(s => (s.Key, s.Value[0], s.Value[1])), ignoreOrder: true);
    }

    private static Task<RowVersion<TRow>[]> VersionsAsync<TKey, TRow>(TestStore store, Table<TKey, TRow> table) where TKey : notnull where TRow : class =>
        store.Source.QueryAsync($"select * from {table.Name}", r => new RowVersion<TRow>(table.Read(r), r.Get<long>("since"), r.Get<long?>("until")));

    private static async Task<string> Dump(TestStore store)
    {
        var dumps = new List<string>();
        foreach (var table in Tables)
            dumps.AddRange(await store.Source.DumpAsync(table));

        return string.Join('\n', dumps);
    }

    private sealed class Hasty() : ReadModel("Hasty", [Warehouse.Items], [typeof(ItemEvent)])
    {
        public override void Apply(IEvent e, Rows rows) => rows.Get(Warehouse.Items, ((ItemEvent)e.Data).Item);
    }
}

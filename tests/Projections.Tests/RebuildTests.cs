using System.Collections.Immutable;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Making a read model anew beside the live one.</summary>
public sealed class RebuildTests
{
    private static readonly Warehouse Model = new();

    [Theory, InlineData(1, 3), InlineData(2, 8), InlineData(3, 1000)]
    public async Task What_is_rebuilt_is_what_was_there_however_few_rows_fit_into_memory(int seed, int mostRows)
    {
        await using var store = await TestStore.CreateAsync(Model);
        var last = await store.AppendInPartsAsync(Histories.Random(seed, 400), 7);
        await store.StartAsync();
        await store.ShouldReachAsync(last);
        var (rows, shape, oids) = (await Tables.DumpAsync(store.Source, Model), await Tables.ShapeAsync(store.Source, Model), await Tables.OidsAsync(store.Source, Model));

        var drift = await store.Rebuilder(mostRows).RunAsync([Model], replace: true, null, CancellationToken.None);

        drift.ShouldHaveSingleItem().ShouldSatisfyAllConditions(found => found.First.ShouldBeEmpty(), found => found.Rows.ShouldBe(0), found => found.Position.ShouldBe(last));
        (await Tables.DumpAsync(store.Source, Model)).ShouldBe(rows);
        (await Tables.ShapeAsync(store.Source, Model)).ShouldBe(shape);
        (await Tables.OidsAsync(store.Source, Model)).Intersect(oids).ShouldBeEmpty();
        await store.ShouldHaveNothingBesideAsync();
        (await ReadModels.AreMigratedAsync(store.Source, [Model])).ShouldBeTrue();
        await store.ShouldGoOnAsync(Model);
    }

    [Fact]
    public async Task A_read_model_is_rebuilt_while_events_come_and_a_transaction_is_held_open()
    {
        await using var store = await TestStore.CreateAsync(Model, pageSize: 20);
        await store.AppendInPartsAsync(Histories.Random(4, 300), 5);
        await store.StartAsync();
        var more = Histories.Random(5, 600);
        var writing = Task.Run(async () =>
        {
            await store.HoldAsync(more[0], TimeSpan.FromSeconds(1));
            return await store.AppendInPartsAsync(more.Skip(1), 3);
        });

        for (var round = 0; round < 4; round++)
            (await store.Rebuilder(10).RunAsync([Model], replace: true, null, CancellationToken.None)).ShouldAllBe(drift => drift.Rows == 0);

        await store.ShouldReachAsync(await writing);
        (await store.Rebuilder().RunAsync([Model], replace: false, null, CancellationToken.None)).ShouldHaveSingleItem().First.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_first_page_of_a_read_model_is_waited_for_like_every_other()
    {
        await using var store = await TestStore.CreateAsync(Model);
        var last = await store.AppendInPartsAsync(Histories.Random(9, 100), 5);
        await using var connection = await store.Source.OpenConnectionAsync();
        await using var page = await connection.BeginTransactionAsync();
        await using (var first = new Npgsql.NpgsqlCommand($"insert into public.mt_event_progression (name, last_seq_id) values ('{Model.Shard}', {last})", connection, page))
            await first.ExecuteNonQueryAsync();

        var verifying = store.Rebuilder().RunAsync([Model], replace: false, null, CancellationToken.None);
        await Task.WhenAny(verifying, Task.Delay(TimeSpan.FromSeconds(1)));
        verifying.IsCompleted.ShouldBeFalse();
        await page.CommitAsync();

        (await verifying).ShouldHaveSingleItem().Position.ShouldBe(last);
    }

    [Fact]
    public async Task A_row_that_was_tampered_with_is_found_and_healed()
    {
        await using var store = await TestStore.CreateAsync(Model);
        var item = new ItemId(Guid.CreateVersion7());
        var last = await store.AppendAsync(new ItemAdded(item, "right", 2, DateTimeOffset.UnixEpoch), new ItemLabelled(item, "l"));
        await store.StartAsync();
        await store.ShouldReachAsync(last);
        var rows = await Tables.DumpAsync(store.Source, Model);
        await store.Source.ScalarAsync($"update {Warehouse.Items.Name} set name = 'wrong'; delete from {Warehouse.Labels.Name}; insert into {Warehouse.Shelves.Name} values (9, 1, 1)");

        var found = (await store.Rebuilder().RunAsync([Model], replace: false, null, CancellationToken.None)).ShouldHaveSingleItem();

        (found.Model, found.Position, found.Rows).ShouldBe(("Warehouse", last, 3));
        found.First.ShouldContain(new DriftedValue(Warehouse.Items.Name, $"{item.Value}", "name", "wrong", "right"));
        found.First.ShouldContain(new DriftedValue(Warehouse.Labels.Name, $"{item.Value}, l, {last}", "label", null, "l"));
        found.First.ShouldContain(new DriftedValue(Warehouse.Shelves.Name, "9", "items", "1", null));
        (await Tables.DumpAsync(store.Source, Model)).ShouldNotBe(rows);
        await store.ShouldHaveNothingBesideAsync();

        (await store.Rebuilder().RunAsync([Model], replace: true, null, CancellationToken.None)).ShouldHaveSingleItem().Rows.ShouldBe(3);
        (await Tables.DumpAsync(store.Source, Model)).ShouldBe(rows);
        await store.ShouldGoOnAsync(Model);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_read_model_that_never_ran_is_brought_to_the_end_by_verification_of_nothing_and_a_rebuild(bool hasFailed)
    {
        await using var store = await TestStore.CreateAsync(Model);
        var last = await store.AppendInPartsAsync(Histories.Random(6, 100), 5);
        await store.Source.ScalarAsync($"insert into public.mt_event_progression (name, last_seq_id) values ('HighWaterMark', {last}); insert into read.control (name, failure) values ('Warehouse', {(hasFailed ? "'broken'" : "null")})");

        (await store.Rebuilder().RunAsync([Model], replace: true, null, CancellationToken.None)).ShouldBeEmpty();

        (await store.Source.ScalarAsync($"select last_seq_id from public.mt_event_progression where name = 'Warehouse:All'")).ShouldBe(last);
        (await store.Source.ScalarAsync("select failure is null from read.control where name = 'Warehouse'")).ShouldBe(true);
        await store.StartAsync();
        await store.ShouldGoOnAsync(Model);
    }

    [Fact]
    public async Task Of_two_rebuilds_of_one_read_model_the_second_is_refused_and_the_first_can_be_stopped()
    {
        await using var store = await TestStore.CreateAsync(Model);
        await store.AppendInPartsAsync(Histories.Random(7, 50), 5);
        await store.StartAsync();
        await store.ShouldReachAsync(1);
        using var stop = new CancellationTokenSource();
        var reader = await store.Source.OpenConnectionAsync();
        await using var held = await reader.BeginTransactionAsync();
        await using var select = new Npgsql.NpgsqlCommand($"select count(*) from {Warehouse.Items.Name}", reader, held);
        await select.ExecuteScalarAsync();
        var phases = new Phases();
        var first = store.Rebuilder().RunAsync([Model], replace: true, phases, stop.Token);
        await phases.ShouldReachAsync("swapping");

        await Should.ThrowAsync<RebuildRunningException>(() => store.Rebuilder().RunAsync([Model], replace: false, null, CancellationToken.None));
        (await store.Source.ScalarAsync($"select count(*) from {Warehouse.Items.Name}")).ShouldBeOfType<long>();
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => first);
        await store.ShouldHaveNothingBesideAsync();
        await held.RollbackAsync();
        await reader.DisposeAsync();
        (await store.Rebuilder().RunAsync([Model], replace: true, null, CancellationToken.None)).ShouldHaveSingleItem().Rows.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_killed_rebuild_leaves_behind_goes_with_the_next_clean_up()
    {
        await using var store = await TestStore.CreateAsync(Model);
        var last = await store.AppendInPartsAsync(Histories.Random(8, 50), 5);
        await store.StartAsync();
        await store.ShouldReachAsync(last);
        await using var side = new Npgsql.NpgsqlConnection(store.Address);
        await side.OpenAsync();
        await new SideTables(Model, store.Source, 10).CreateAsync(CancellationToken.None);

        await store.Rebuilder().CleanUpAsync([Model], CancellationToken.None);

        await store.ShouldHaveNothingBesideAsync();
    }

    [Fact]
    public async Task A_broken_event_stops_a_rebuild_by_name_and_leaves_the_live_tables_alone()
    {
        await using var store = await TestStore.CreateAsync(Model);
        var item = new ItemId(Guid.CreateVersion7());
        await store.AppendAsync(new ItemAdded(item, "a", 2, DateTimeOffset.UnixEpoch));
        var cursed = await store.AppendAsync(new ItemCursed(item));
        await store.Source.ScalarAsync(
            $"insert into public.mt_event_progression (name, last_seq_id) values ('HighWaterMark', {cursed}); insert into read.control (name, failure) values ('Warehouse', 'broken')");

        var broken = await Should.ThrowAsync<BrokenEventException>(() => store.Rebuilder().RunAsync([Model], replace: true, null, CancellationToken.None));

        broken.Event.ShouldBe(new(cursed, "item_cursed"));
        await store.ShouldHaveNothingBesideAsync();
    }

    [Fact]
    public async Task A_paused_read_model_stands_still_until_it_is_resumed()
    {
        await using var store = await TestStore.CreateAsync(Model);
        var history = Histories.Random(9, 40);
        await store.StartAsync();
        await store.ShouldReachAsync(await store.AppendInPartsAsync(history.Take(20), 5));
        await store.Control.PauseAsync("Warehouse", paused: true, CancellationToken.None);

        var last = await store.AppendInPartsAsync(history.Skip(20), 5);
        (await store.Progress.WaitForAsync("Warehouse", last, TimeSpan.FromSeconds(1), CancellationToken.None)).ShouldBeFalse();
        await store.Control.PauseAsync("Warehouse", paused: false, CancellationToken.None);

        await store.ShouldReachAsync(last);
    }

    /// <summary>Collects the phases of a rebuild.</summary>
    private sealed class Phases : IProgress<RebuildProgress>
    {
        private ImmutableHashSet<string> seen = [];

        public void Report(RebuildProgress value) => ImmutableInterlocked.Update(ref seen, (set, phase) => set.Add(phase), value.Phase);

        public async Task ShouldReachAsync(string phase)
        {
            for (var watch = System.Diagnostics.Stopwatch.StartNew(); !seen.Contains(phase);)
            {
                watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), string.Join(", ", seen));
                await Task.Delay(20);
            }
        }
    }
}

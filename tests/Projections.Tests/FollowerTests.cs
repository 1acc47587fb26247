using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Read models follow together, and none waits for one that cannot.</summary>
public sealed class FollowerTests
{
    private static readonly IReadOnlyList<Happening> History = new Floor(new Random(21), steps: 700).History;

    [Fact]
    public async Task An_event_that_cannot_be_read_stops_those_who_need_it_right_before_it_and_nobody_else()
    {
        await using var store = await DomainStore.StartAsync(pageSize: 40);
        await store.AppendAsync([.. History.Take(200)]);
        var position = (long)(await store.Source.ScalarAsync("select seq_id from events.mt_events where type like 'activation%' order by seq_id offset 3 limit 1"))!;
        var (type, data) = ((string)(await store.Source.ScalarAsync($"select type from events.mt_events where seq_id = {position}"))!, await DataAsync(store, position));
        await store.Owner.ScalarAsync($$"""update events.mt_events set data = '{"activation": 5, "license": true}' where seq_id = {{position}}""");

        await store.FollowAsync();
        await Until(store, model => NeedsIt(model) ? Of(store, model).Poison == new PoisonEvent(position, type) : Of(store, model).Position == 200);
        await store.AppendAsync([.. History.Skip(200)]);

        var last = await store.PositionAsync();
        await Until(store, model => Of(store, model).Position == (NeedsIt(model) ? position - 1 : last));
        store.Models.Count(NeedsIt).ShouldBeInRange(2, store.Models.Count - 2);

        await using (var repair = store.Owner.CreateCommand($"update events.mt_events set data = $1::jsonb where seq_id = {position}"))
        {
            repair.Parameters.Add(new() { Value = data });
            await repair.ExecuteNonQueryAsync();
        }

        foreach (var model in store.Models.Where(NeedsIt))
            await new ReadModelControl(store.Source).RetryAsync(model.Name, CancellationToken.None);
        await ShouldBeRightAsync(store, last);
        store.Models.ShouldAllBe(model => Of(store, model).Failure == null);

        bool NeedsIt(ReadModel model) => model.Events.Any(e => store.NameOf(e) == type);
    }

    [Fact]
    public async Task An_event_of_a_later_version_stops_the_history_alone_and_by_name()
    {
        await using var store = await DomainStore.StartAsync(pageSize: 40);
        await store.AppendAsync([.. History.Take(60)]);
        await store.Owner.ScalarAsync("update events.mt_events set type = 'from_the_future_v9' where seq_id = 30");
        await store.FollowAsync();

        await Until(store, model => model is HistoryFeed ? Of(store, model).Poison == new PoisonEvent(30, "from_the_future_v9") : Of(store, model).Position == 60);
        store.Progress.Of(HistoryFeed.ModelName).Position.ShouldBe(29);
    }

    [Fact]
    public async Task Those_that_were_paused_come_after_the_others_and_then_follow_with_them()
    {
        await using var store = await DomainStore.StartAsync(pageSize: 7);
        var control = new ReadModelControl(store.Source);
        await store.FollowAsync();
        for (var n = 0; n < 6; n++)
        {
            var paused = store.Models[n].Name;
            await control.PauseAsync(paused, paused: true, CancellationToken.None);
            await store.AppendAsync([.. History.Skip(60 * n).Take(60)]);
            var last = await store.PositionAsync();
            await Until(store, model => Of(store, model).Position == last || model.Name == paused);
            await control.PauseAsync(paused, paused: false, CancellationToken.None);
        }

        await ShouldBeRightAsync(store, await store.PositionAsync());
    }

    [Fact]
    public async Task A_row_that_cannot_be_written_stops_its_read_model_alone_which_goes_on_when_it_can()
    {
        await using var store = await DomainStore.StartAsync(pageSize: 20);
        var table = store.Directory.Licenses.Rows.Name;
        await store.Owner.ScalarAsync($"alter table {table} add constraint nothing_more check (until = 0) not valid");
        await store.AppendAsync(History);
        await store.FollowAsync();

        var last = await store.PositionAsync();
        await Until(store, model => model == store.Directory ? Of(store, model) is { Failure: not null, Poison: null } : Of(store, model).Position == last);
        Of(store, store.Directory).Position.ShouldBeLessThan(last);

        await store.Owner.ScalarAsync($"alter table {table} drop constraint nothing_more");
        await ShouldBeRightAsync(store, last);
    }

    [Fact]
    public async Task A_table_that_somebody_locks_holds_up_nobody_but_its_read_model()
    {
        await using var store = await DomainStore.StartAsync();
        await store.FollowAsync();
        await using var connection = await store.Owner.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = new NpgsqlCommand($"lock table {store.Directory.Licenses.Rows.Name} in access exclusive mode", connection, transaction);
            await command.ExecuteNonQueryAsync();
            await store.AppendAsync(History);
            var last = await store.PositionAsync();
            await Until(store, model => model == store.Directory || Of(store, model).Position == last);
            Of(store, store.Directory).Position.ShouldBeLessThan(last);
        }

        await ShouldBeRightAsync(store, await store.PositionAsync());
    }

    [Fact]
    public async Task Two_at_once_that_lose_their_connections_again_and_again_apply_everything_once()
    {
        await using var store = await DomainStore.StartAsync(pageSize: 9);
        await using var other = store.AnotherFollower(pageSize: 4);
        await store.AppendAsync(History);
        var last = await store.PositionAsync();
        await store.FollowAsync();
        await other.StartAsync();
        for (var n = 0; n < 12; n++)
        {
            await Task.Delay(Random.Shared.Next(0, 60));
            await store.KillConnectionsAsync();
        }

        await store.StopFollowingAsync();
        await ShouldBeRightAsync(store, last);
        await other.StopAsync();
    }

    [Fact]
    public async Task A_new_read_model_begins_at_the_first_event_while_the_others_go_on()
    {
        await using var store = await DomainStore.StartAsync(pageSize: 10);
        await store.AppendAsync([.. History.Take(250)]);
        await store.FollowAsync();
        await store.CatchUpAsync();
        await store.StopFollowingAsync();
        var summary = store.Models.OfType<OrganizationSummary>().Single();
        await store.Owner.ScalarAsync($"truncate {string.Join(", ", summary.Tables.Select(table => table.Name))}; delete from events.mt_event_progression where name = '{summary.Shard}'");

        await store.FollowAsync();
        foreach (var part in History.Skip(250).Chunk(10))
            await store.AppendAsync(part);

        await ShouldBeRightAsync(store, await store.PositionAsync());
    }

    private static ReadModelProgress Of(DomainStore store, ReadModel model) => store.Progress.Of(model.Name);

    private static async Task<string> DataAsync(DomainStore store, long position) => (string)(await store.Source.ScalarAsync($"select data::text from events.mt_events where seq_id = {position}"))!;

    private static async Task Until(DomainStore store, Func<ReadModel, bool> holds)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); !store.Models.All(holds); await Task.Delay(20))
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), string.Join("\n", store.Progress.All));
    }

    /// <summary>All stand at the end, and hold what the events say.</summary>
    private static async Task ShouldBeRightAsync(DomainStore store, long last)
    {
        await Until(store, model => Of(store, model).Position == last);
        (await store.Rebuilder().RunAsync(store.Models, replace: false, null, CancellationToken.None)).Select(drift => (drift.Model, drift.Position, drift.Rows, string.Join(", ", drift.First)))
            .ShouldBe(store.Models.Select(model => (model.Name, last, 0L, "")));
    }
}

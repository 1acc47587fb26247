namespace EventSourcedOrgs.Projections.Tests;

public class ProgressTests
{
    private readonly ItemId hammer = new(Guid.CreateVersion7());

    [Fact]
    public async Task Waiting_ends_when_the_position_is_reached_or_the_time_is_up()
    {
        await using var store = await (await TestStore.CreateAsync(new Warehouse())).StartAsync();
        var position = await store.AppendAsync(Added);

        (await store.Progress.WaitForAsync("Warehouse", position, TimeSpan.FromSeconds(60), CancellationToken.None)).ShouldBeTrue();
        store.Progress.Of("Warehouse").ShouldBe(new ReadModelProgress("Warehouse", position, position, null) { Shard = "Warehouse:All" });
        (await store.Progress.WaitForAsync("Warehouse", position + 1, TimeSpan.FromMilliseconds(100), CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task It_also_works_when_another_process_follows()
    {
        await using var follower = await TestStore.CreateAsync(new Warehouse());
        await using var reader = await TestStore.CreateAsync(new Warehouse(), address: follower.Address);
        await follower.StartAsync();
        var position = await follower.AppendAsync(Added);

        (await reader.Progress.WaitForAsync("Warehouse", position, TimeSpan.FromSeconds(60), CancellationToken.None)).ShouldBeTrue();
        reader.Progress.Of("Warehouse").Lag.ShouldBe(0);
    }

    [Fact]
    public async Task Waiting_can_be_called_off()
    {
        await using var store = await TestStore.CreateAsync(new Warehouse());
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(80));

        await Should.ThrowAsync<OperationCanceledException>(() => store.Progress.WaitForAsync("Warehouse", 1, TimeSpan.FromSeconds(30), giveUp.Token));
    }

    [Fact]
    public async Task A_late_report_moves_nothing_back()
    {
        await using var store = await TestStore.CreateAsync(new Warehouse());
        store.Progress.Reach("Warehouse", 5);
        store.Progress.Reach("Warehouse", 3);
        store.Progress.Of("Warehouse").Position.ShouldBe(5);
    }

    [Fact]
    public async Task An_unknown_read_model_is_an_error()
    {
        await using var store = await TestStore.CreateAsync(new Warehouse());

        Should.Throw<ArgumentException>(() => store.Progress.Of("Attic"));
    }

    private ItemAdded Added => new(hammer, "Hammer", 1, new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
}

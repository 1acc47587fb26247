using EventSourcedOrgs.Tests;
using JasperFx;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>An event store with a database of its own and, once started, a follower.</summary>
public sealed class TestStore : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly IDocumentStore store;
    private readonly CommitWakeup wakeup = new();
    private readonly Follower follower;

    private TestStore(string address, string runtime, IReadOnlyList<ReadModel> models, int pageSize)
    {
        Address = address;
        source = NpgsqlDataSource.Create(runtime);
        store = DocumentStore.For(options =>
        {
            options.Connection(source);
            options.AutoCreateSchemaObjects = AutoCreate.None;
            options.Events.MetadataConfig.EnableAll();
            options.Events.MetadataConfig.UserNameEnabled = true;
            options.Events.UseExclusiveLockOnConcurrentAppends = true;
            options.FollowCommits(wakeup);
        });
        Progress = new(store.Storage.Database, models);
        follower = new(store, source, models, Progress, wakeup, NullLogger.Instance, pageSize);
    }

    /// <summary>For the superuser; the store itself works as the role that the service works as.</summary>
    public string Address { get; }

    public Progress Progress { get; }

    public NpgsqlDataSource Source => source;

    public ReadModelControl Control => new(source);

    public Rebuilder Rebuilder(int mostRows = 1000) => new(store, source, mostRows);

    public static async Task<TestStore> CreateAsync(ReadModel model, int pageSize = 500, string? address = null)
    {
        address ??= await TestPostgres.CreateDatabaseAsync();
        await using (var owner = new TestStore(address, address, [model], pageSize))
            await owner.store.Storage.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate);
        var created = new TestStore(address, await TestPostgres.RuntimeOf(address, "public"), [model], pageSize);
        await ReadModels.MigrateAsync(created.source, [model]);
        return created;
    }

    public async Task<TestStore> StartAsync()
    {
        await follower.StartAsync();
        return this;
    }

    /// <summary>The whole history as the store delivers it.</summary>
    public async Task<IReadOnlyList<IEvent>> HistoryAsync()
    {
        await using var session = store.QuerySession();
        return [.. await session.Events.QueryAllRawEvents().OrderBy(e => e.Sequence).ToListAsync()];
    }

    /// <summary>Appends a few at a time, so that the streams lie interleaved.</summary>
    public async Task<long> AppendInPartsAsync(IEnumerable<ItemEvent> events, int size)
    {
        var last = 0L;
        foreach (var part in events.Chunk(size))
            last = await AppendAsync(part);

        return last;
    }

    /// <summary>Appends in one transaction and answers the position of the last event.</summary>
    public async Task<long> AppendAsync(params IReadOnlyList<ItemEvent> events)
    {
        await using var session = store.LightweightSession();
        foreach (var e in events)
            session.Events.Append(e.Item.Value, e);

        await session.SaveChangesAsync();
        return (long)(await Source.ScalarAsync("select max(seq_id) from public.mt_events"))!;
    }

    /// <summary>Appends in a transaction that stays open for a while.</summary>
    public async Task HoldAsync(ItemEvent e, TimeSpan time)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var session = store.LightweightSession(Marten.Services.SessionOptions.ForTransaction(transaction));
        session.Events.Append(e.Item.Value, e);
        await session.SaveChangesAsync();
        await Task.Delay(time);
        await transaction.CommitAsync();
    }

    public async Task ShouldReachAsync(long position, int seconds = 60) =>
        (await Progress.WaitForAsync("Warehouse", position, TimeSpan.FromSeconds(seconds), CancellationToken.None))
            .ShouldBeTrue(Progress.Of("Warehouse").ToString());

    public async ValueTask DisposeAsync()
    {
        await follower.DisposeAsync();
        Progress.Dispose();
        store.Dispose();
        await source.DisposeAsync();
        wakeup.Dispose();
    }
}

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Tests;
using JasperFx;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>The event store of the product with all its read models, in a database of its own, as the role that the service works as.</summary>
internal sealed class DomainStore : IAsyncDisposable
{
    public const string Actor = "user:the-vendor";

    private readonly DocumentStore store;
    private readonly CommitWakeup wakeup = new();
    private readonly PersonKeys keys;
    private readonly Happenings happenings;
    private readonly Follower follower;
    private bool follows;

    private DomainStore(string owner, string runtime, int pageSize)
    {
        (Source, Owner) = (NpgsqlDataSource.Create(runtime), NpgsqlDataSource.Create(owner));
        keys = new(new Secrets(new byte[Secrets.KeySize]), Source);
        Directory = new(StoredJson.Options(keys.Find));
        Models = [Directory, new EffectiveAccess(), new OrganizationSummary(), new ActivationHistory(), new Utilisation(), new Outbox(), new SubscriptionLog(), new HistoryFeed()];
        store = DocumentStore.For(options =>
        {
            options.Connection(Source);
            options.AutoCreateSchemaObjects = AutoCreate.None;
            options.ConfigureWriteSide(keys);
            options.FollowCommits(wakeup);
        });
        happenings = new(store, keys, Actor);
        Progress = new(store.Storage.Database, Models);
        follower = new(store, Source, Models, Progress, wakeup, NullLogger.Instance, pageSize);
        Moments = new(Source, store, Progress);
        Access = new(Source, Moments, Directory);
    }

    /// <summary>For the role that the service works as.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>For the superuser, who tampers with the history, or loads one made up.</summary>
    public NpgsqlDataSource Owner { get; }

    public System.Text.Json.JsonSerializerOptions Json => StoredJson.Options(keys.Find);

    public Directory Directory { get; }

    public IReadOnlyList<ReadModel> Models { get; }

    public Progress Progress { get; }

    public Moments Moments { get; }

    public AccessReader Access { get; }

    public AccessDifferenceReader AccessDifference => new(Source, Moments, Directory);

    public async Task<Summary> SummaryAsync(OrganizationId organization, DateTimeOffset now, long? position = null, DayRange? days = null) =>
        (await new GetOrganizationSummary.Handler(Source, Moments, store).Handle(
            new(organization, now, position is null ? null : await MomentAsync(position.Value), days), CancellationToken.None)).Value!;

    public Rebuilder Rebuilder(int mostRows = 1000) => new(store, Source, mostRows);

    public StateVerifier States => new(store, Source, Json, keys.IsErased, new ExpectedClaims(new Secrets(new byte[Secrets.KeySize])).Of, EventSourcedOrgs.Application.Writing.States.Repairs);

    public string StreamTypeOf(Resource resource) => new StateTable(store, resource).StreamType;

    public HistoryReader History => new(Source, Progress);

    public Replay Replay => new(store);

    public FormerStates FormerStates => new(Source, Directory, Replay);

    public PastStates PastStates => new(Source, Directory, Progress);

    public FeedReader Feed => new(Source, Source, Progress, store, FormerStates);

    public DirectoryReader Reader => new(Source, Source, Progress, new(() => keys.Erased), store);

    public UtilisationReader Utilisation => new(Source, store);

    public async Task<Moment> MomentAsync(long position) =>
        (await Moments.Find(new(position, null), DateTimeOffset.MaxValue, [], CancellationToken.None)).Value!;

    public static async Task<DomainStore> StartAsync(int pageSize = 500)
    {
        var address = await TestPostgres.CreateDatabaseAsync();
        await using (var owner = new DomainStore(address, address, pageSize))
            await owner.store.Storage.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate);
        var created = new DomainStore(address, await TestPostgres.RuntimeOf(address), pageSize);
        await ReadModels.MigrateAsync(created.Source, created.Models);
        return created;
    }

    /// <summary>Appends event by event, so that positions follow the history; answers the position of the first.</summary>
    public async Task<long> AppendAsync(IReadOnlyList<Happening> history)
    {
        var first = await PositionAsync() + 1;
        for (var n = 0; n < history.Count;)
        {
            var run = history.Skip(n).TakeWhile(happening => happening.Stream == history[n].Stream).ToList();
            await AppendTogetherAsync(run);
            n += run.Count;
        }

        (await PositionAsync()).ShouldBe(first + history.Count - 1);
        return first;
    }

    /// <summary>Appends in one transaction, in which streams are not interleaved.</summary>
    public Task AppendTogetherAsync(IReadOnlyList<Happening> history) => happenings.AppendTogetherAsync(history);

    public async Task<long> PositionAsync() => (long)(await Source.ScalarAsync("select coalesce(max(seq_id), 0) from events.mt_events"))!;

    /// <summary>A second one on the same database.</summary>
    public Follower AnotherFollower(int pageSize) => new(store, Source, Models, Progress, wakeup, NullLogger.Instance, pageSize);

    /// <summary>The name under which events of a type are stored.</summary>
    public string NameOf(Type type) => ((Marten.Events.EventGraph)((IDocumentStore)store).Options.Events).EventMappingFor(type).EventTypeName;

    public async Task FollowAsync()
    {
        await follower.StartAsync();
        follows = true;
    }

    public async Task StopFollowingAsync()
    {
        await follower.StopAsync();
        follows = false;
    }

    /// <summary>Ends every other connection to the database, in whatever it is about to do.</summary>
    public async Task KillConnectionsAsync()
    {
        await Source.ScalarAsync("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()");
        // The pool would hand out the dead ones.
        Source.Clear();
    }

    /// <summary>Starts to follow if it does not, and waits until all read models have everything.</summary>
    public async Task CatchUpAsync(int seconds = 180)
    {
        if (!follows)
            await FollowAsync();

        var position = await PositionAsync();
        foreach (var model in Models)
            (await Progress.WaitForAsync(model.Name, position, TimeSpan.FromSeconds(seconds), CancellationToken.None)).ShouldBeTrue(Progress.Of(model.Name).ToString());
    }

    /// <summary>The whole history as the store delivers it.</summary>
    public async Task<IReadOnlyList<IEvent>> HistoryAsync()
    {
        await using var session = store.QuerySession();
        return [.. await session.Events.QueryAllRawEvents().OrderBy(e => e.Sequence).ToListAsync()];
    }

    public async ValueTask DisposeAsync()
    {
        await follower.DisposeAsync();
        Progress.Dispose();
        store.Dispose();
        await Source.DisposeAsync();
        await Owner.DisposeAsync();
        wakeup.Dispose();
    }
}

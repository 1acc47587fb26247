using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Tests;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Projections.Tests;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>A story that happened, and its events as they are stored.</summary>
internal sealed record Played(Story Story, RawEvent[] Events)
{
    public AccessOracle Oracle(Fault fault = Fault.None) => new(Events, fault);
}

/// <summary>Stories that happened side by side, between two positions, and the present after them.</summary>
internal sealed record Batch(IReadOnlyList<Played> Played, RawEvent[] Events, DateTimeOffset Now)
{
    /// <summary>The last position before anything later.</summary>
    public long Before(DateTimeOffset time) => Events.TakeWhile(e => e.At <= time).Last().Position;
}

/// <summary>The clock of the service, which stands where the stories are.</summary>
internal sealed class StoryClock : TimeProvider
{
    private long now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    public DateTimeOffset Now
    {
        get => new(Interlocked.Read(ref now), TimeSpan.Zero);
        set => Interlocked.Exchange(ref now, value.UtcTicks);
    }

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>The whole service over one database in which stories happen: many at once, hour by hour, so that their events lie between each other.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public const string Actor = "user:the-vendor";

    private readonly StoryClock clock;
    private readonly Happenings happenings;
    private int number;

    private Stage(TestHost host, StoryClock clock)
    {
        (Host, this.clock) = (host, clock);
        happenings = new(host.Services.GetRequiredService<IDocumentStore>(), host.Services.GetRequiredService<PersonKeys>(), Actor);
    }

    public TestHost Host { get; }

    public static async Task<Stage> StartAsync()
    {
        var clock = new StoryClock();
        return new(await TestHost.StartAsync(services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            // What comes round every minute would tell things into the stories that the stories do not know.
            foreach (var sweeper in services.Where(service => service.ImplementationType == typeof(RecordExpiries) || service.ImplementationType == typeof(RecordEndedLeases)).ToList())
                services.Remove(sweeper);
        }), clock);
    }

    /// <summary>Lets stories happen and waits until every read model has them.</summary>
    public async Task<Batch> PlayAsync(IReadOnlyList<IReadOnlyList<Step>> histories)
    {
        var (begins, last) = (clock.Now.AddHours(1), await PositionAsync());
        var stories = histories.Select(steps => new Story(++number, begins, steps)).ToList();
        foreach (var hour in Enumerable.Range(0, Step.Most))
            await happenings.AppendTogetherAsync([.. stories.Where(story => hour < story.Hours.Count).SelectMany(story => story.Hours[hour])]);

        clock.Now = begins.AddHours(Math.Max(1, stories.Max(story => story.Hours.Count)) - 1);
        var events = await ReadAsync(last);
        var progress = Host.Services.GetRequiredService<Progress>();
        foreach (var model in Host.Services.GetServices<ReadModel>())
            (await progress.WaitForAsync(model.Name, await PositionAsync(), TimeSpan.FromMinutes(2), CancellationToken.None)).ShouldBeTrue(progress.Of(model.Name).ToString());

        var byStream = events.ToLookup(e => e.Stream);
        return new(
            [.. stories.Select(story => new Played(story, [.. story.Hours.SelectMany(hour => hour).Select(e => e.Stream).Distinct().SelectMany(stream => byStream[stream]).OrderBy(e => e.Position)]))],
            events, clock.Now);
    }

    private Task<long> PositionAsync() => Host.Scalar<long>("select coalesce(max(seq_id), 0) from events.mt_events");

    private async Task<RawEvent[]> ReadAsync(long after)
    {
        await using var command = Host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "select seq_id, id, stream_id, type, timestamp, user_name, data from events.mt_events where seq_id > $1 order by seq_id");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        await using var reader = await command.ExecuteReaderAsync();
        var events = new List<RawEvent>();
        while (await reader.ReadAsync())
        {
            using var data = JsonDocument.Parse(reader.GetString(6));
            events.Add(new RawEvent(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetString(3), await reader.GetFieldValueAsync<DateTimeOffset>(4),
                await reader.IsDBNullAsync(5) ? null : reader.GetString(5)).With(data.RootElement));
        }

        return [.. events];
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

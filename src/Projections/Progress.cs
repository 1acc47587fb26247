using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten.Storage;

namespace EventSourcedOrgs.Projections;

/// <summary>How far a read model has come, and what stopped it if something did.</summary>
public sealed record ReadModelProgress(string Name, long Position, long HighWater, string? Failure)
{
    public long Lag => Math.Max(0, HighWater - Position);

    /// <summary>The name under which its position is recorded.</summary>
    public string Shard { get; init; } = Name;

    /// <summary>The event that it cannot get past.</summary>
    public PoisonEvent? Poison { get; init; }

    /// <summary>It ran in this process and does not any more.</summary>
    public bool Stopped { get; init; }
}

/// <summary>An event that stopped a read model, by its position and, as far as it could be read, its stored name.</summary>
public sealed record PoisonEvent(long Position, string? Name);

/// <summary>
/// Knows which position each read model has reached in one database: at once from a follower in this process, and while somebody waits also from
/// the recorded progress, because the follower may run elsewhere.
/// </summary>
public sealed class Progress : IObserver<ShardState>, IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    private readonly IMartenDatabase database;
    private readonly TimeProvider time;
    private readonly Dictionary<string, Mark> marks;
    private readonly Mark highWater = new(ShardState.HighWaterMark);
    private readonly IDisposable subscription;
    private readonly Lock gate = new();
    private Task refresh = Task.CompletedTask;

    public Progress(IMartenDatabase database, IEnumerable<ReadModel> models, TimeProvider? time = null)
    {
        this.database = database;
        this.time = time ?? TimeProvider.System;
        marks = models.ToDictionary(model => model.Name, model => new Mark(model.Shard));
        subscription = database.Tracker.Subscribe(this);
    }

    public ReadModelProgress Of(string name) => Mark(name).Report(name, highWater.Position);

    public IReadOnlyList<ReadModelProgress> All => [.. marks.Keys.Select(Of)];

    /// <summary>Whether the read model reaches the position within the time.</summary>
    public async Task<bool> WaitForAsync(string name, long position, TimeSpan timeout, CancellationToken cancellation)
    {
        using var waiter = Mark(name).Await(position);
        var start = time.GetTimestamp();
        while (!waiter.Reached.IsCompleted)
        {
            var left = timeout - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return false;

            await Task.WhenAny(waiter.Reached, Task.Delay(left < PollInterval ? left : PollInterval, time, cancellation));
            cancellation.ThrowIfCancellationRequested();
            if (!waiter.Reached.IsCompleted)
                await RefreshAsync().WaitAsync(cancellation);
        }

        return true;
    }

    /// <summary>Reads the recorded progress; callers at the same time share one query.</summary>
    public Task RefreshAsync()
    {
        lock (gate)
            return refresh = refresh.IsCompleted ? ReadAsync() : refresh;
    }

    void IObserver<ShardState>.OnNext(ShardState value)
    {
        if (value.ShardName == ShardState.HighWaterMark)
            highWater.Reach(value.Sequence);
    }

    void IObserver<ShardState>.OnError(Exception error) { }

    void IObserver<ShardState>.OnCompleted() { }

    public void Dispose() => subscription.Dispose();

    /// <summary>What the follower of this process has to say of the position that is final.</summary>
    internal void Reach(long final) => highWater.Reach(final);

    /// <summary>What the follower of this process has to say of one that has come so far.</summary>
    internal void Reach(string name, long position) => Mark(name).Reach(position);

    /// <summary>What the follower of this process has to say of one that cannot go on.</summary>
    internal void Fail(string name, string detail, PoisonEvent? e) => Mark(name).Fail(detail, e);

    /// <summary>Whether the follower of this process ran and does not any more.</summary>
    internal void Stop(bool now)
    {
        foreach (var mark in marks.Values)
            mark.Stop(now);
    }

    private async Task ReadAsync()
    {
        foreach (var state in await database.AllProjectionProgress())
        {
            foreach (var mark in marks.Values.Prepend(highWater).Where(mark => mark.Shard == state.ShardName))
                mark.Reach(state.Sequence);
        }
    }

    private Mark Mark(string name) =>
        marks.TryGetValue(name, out var mark) ? mark : throw new ArgumentException($"There is no read model {name}.", nameof(name));
}

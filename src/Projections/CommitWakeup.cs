using System.Diagnostics;
using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Services;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Wakes the daemon of this process as soon as one of its sessions has committed events, so that nobody waits for the next poll. Between two wake-ups lies
/// a pause, so that many commits in a short time are seen together instead of each costing a look at the database.
/// </summary>
public sealed class CommitWakeup(TimeSpan pause) : DocumentSessionListenerBase, IDaemonWakeup
{
    private readonly SemaphoreSlim signal = new(0, 1);
    private long woken;
    private long latest;

    public CommitWakeup() : this(TimeSpan.FromMilliseconds(5)) { }

    /// <summary>The position of the latest event that a session of this process has committed; 0 before the first.</summary>
    public long LatestPosition => Interlocked.Read(ref latest);

    /// <summary>For writers that do not commit through a session.</summary>
    public void Wake()
    {
        lock (signal)
        {
            if (signal.CurrentCount == 0)
                signal.Release();
        }
    }

    /// <summary>Notes the position of the last event of a commit of this process.</summary>
    public void Note(long position)
    {
        for (var seen = LatestPosition; seen < position; seen = LatestPosition)
            Interlocked.CompareExchange(ref latest, position, seen);
        Wake();
    }

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        if (commit.GetEvents().Select(e => e.Sequence).DefaultIfEmpty().Max() is > 0 and var position)
            Note(position);
        return Task.CompletedTask;
    }

    /// <summary>Returns at the next commit, at once if one happened since the last call, or after the timeout.</summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
    {
        if (await signal.WaitAsync(timeout, token) && pause - Stopwatch.GetElapsedTime(woken) is var rest && rest > TimeSpan.Zero)
            await Task.Delay(rest, token);

        woken = Stopwatch.GetTimestamp();
    }

    public void Dispose() => signal.Dispose();
}

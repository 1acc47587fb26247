using System.Diagnostics;
using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Services;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Wakes the daemon of this process as soon as one of its sessions has committed events, so that nobody waits for the next poll. Between two wake-ups lies
/// a pause, so that many commits in a short time are seen together instead of each costing a look at the database; the more commits there are, the longer it is, because then commands come first.
/// </summary>
public sealed class CommitWakeup(TimeSpan pause) : DocumentSessionListenerBase, IDaemonWakeup
{
    private readonly SemaphoreSlim signal = new(0, 1);
    /// <summary>So many events a second are followed without a longer pause.</summary>
    private const double Leisurely = 300;

    /// <summary>By so much the pause grows for each further event a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(0.1);

    /// <summary>A rate over less time than this says nothing.</summary>
    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private long woken;
    private long latest;
    private long seen;

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
        for (var known = LatestPosition; known < position; known = LatestPosition)
            Interlocked.CompareExchange(ref latest, position, known);
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
        if (await signal.WaitAsync(timeout, token) && PauseNow() - Stopwatch.GetElapsedTime(woken) is var rest && rest > TimeSpan.Zero)
            await Task.Delay(rest, token);

        (woken, seen) = (Stopwatch.GetTimestamp(), LatestPosition);
    }

    /// <summary>The pause after the last wake-up, by how many positions were taken since.</summary>
    private TimeSpan PauseNow()
    {
        var rate = (LatestPosition - seen) / Math.Max(Stopwatch.GetElapsedTime(woken).TotalSeconds, ShortestSpan.TotalSeconds);
        var longer = pause + (Patience * Math.Max(0, rate - Leisurely));
        return woken == 0 || longer < pause ? pause : longer > LongestPause ? LongestPause : longer;
    }

    public void Dispose() => signal.Dispose();
}

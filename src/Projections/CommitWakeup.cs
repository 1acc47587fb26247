using System.Diagnostics;
using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Services;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Wakes those who follow in this process as soon as one of its sessions has committed events, so that nobody waits for the next poll. Between two wake-ups lies a pause, so that many commits in a short
/// time are seen together instead of each costing a look at the database. The longer it takes to follow, the longer it is; and the more commits there are, because then commands come first, but whoever
/// waits for a read model ends that part of it.
/// </summary>
public sealed class CommitWakeup : DocumentSessionListenerBase, IDaemonWakeup
{
    /// <summary>From one wake-up to the next it takes so many times as long as to follow, so that others come to work; up to the longest pause.</summary>
    private const double Share = 1.25;

    /// <summary>How much the latest time counts that it took to follow, against those before.</summary>
    private const double Latest = 0.1;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(2);

    /// <summary>The longest pause while somebody waits.</summary>
    private static readonly TimeSpan LongestOfWaiters = TimeSpan.FromMilliseconds(100);

    /// <summary>So many events a second are followed at once though nobody waits.</summary>
    private const double Quiet = 10;

    /// <summary>By so much it grows for each further one when nobody waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    /// <summary>Over this time the rate of events is averaged.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly Signal committed = new();
    private readonly Signal hurried = new();
    private readonly Signal missed = new();
    private long woken;
    private long latest;
    private long seen;
    private double rate;
    private double work;

    /// <summary>The position of the latest event that a session of this process has committed; 0 before the first.</summary>
    public long LatestPosition => Interlocked.Read(ref latest);

    /// <summary>For writers that do not commit through a session.</summary>
    public void Wake() => committed.Set();

    /// <summary>Somebody waits for a read model: the follower looks now, and not when commands leave it the time.</summary>
    public void Hurry()
    {
        hurried.Set();
        committed.Set();
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

    /// <summary>Notes how long it took to follow. What took longer than the longest pause waited for something.</summary>
    public void Followed(TimeSpan time) => Volatile.Write(ref work, work + ((Math.Min(time.TotalMilliseconds, LongestOfWaiters.TotalMilliseconds) - work) * Latest));

    /// <summary>A position is missing among those that are committed: the store's agent looks whether it still comes.</summary>
    public void Miss() => missed.Set();

    /// <summary>For the agent of the store: returns when a position is missing, or after the timeout. Where none is, others need not wait for it.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken token) => missed.WaitAsync(timeout, token);

    /// <summary>Returns at the next commit, at once if one happened since the last call, or after the timeout.</summary>
    public async Task PaceAsync(TimeSpan timeout, CancellationToken token)
    {
        if (await committed.WaitAsync(timeout, token) && woken != 0)
        {
            var least = TimeSpan.FromMilliseconds(Math.Clamp(Volatile.Read(ref work) * Share, Shortest.TotalMilliseconds, LongestOfWaiters.TotalMilliseconds)) - Stopwatch.GetElapsedTime(woken);
            if (least > TimeSpan.Zero)
                await Task.Delay(least, token);
            var more = Least(Patience * Math.Max(0, Rate() - Quiet), LongestPause);
            if (more > TimeSpan.Zero)
                await hurried.WaitAsync(more, token);
        }

        (rate, seen, woken) = (Rate(), LatestPosition, Stopwatch.GetTimestamp());
    }

    public void Dispose()
    {
        committed.Dispose();
        hurried.Dispose();
        missed.Dispose();
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Positions a second that this process takes, the last ones counting most.</summary>
    private double Rate()
    {
        var time = Stopwatch.GetElapsedTime(woken).TotalSeconds;
        if (seen == 0 || time <= 0)
            return rate;
        return rate + ((((LatestPosition - seen) / time) - rate) * (1 - Math.Exp(-time / Memory.TotalSeconds)));
    }
}

using System.Diagnostics;
using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Services;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Wakes those who follow in this process as soon as one of its sessions has committed events, so that nobody waits for the next poll. Between two wake-ups lies a pause, so that many commits in a short
/// time are seen together instead of each costing a look at the database. The more commits there are, the longer it is, because then commands come first; whoever waits for a read model ends it.
/// </summary>
public sealed class CommitWakeup(TimeSpan pause) : DocumentSessionListenerBase, IDaemonWakeup
{
    /// <summary>So many events a second are followed without a longer pause.</summary>
    private const double Leisurely = 50;

    /// <summary>By so much the pause grows for each further event a second, though somebody waits; a look at the database costs the same for one event and for many.</summary>
    private static readonly TimeSpan Growth = TimeSpan.FromMilliseconds(0.05);

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

    public CommitWakeup() : this(TimeSpan.FromMilliseconds(5)) { }

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

    /// <summary>A position is missing among those that are committed: the store's agent looks whether it still comes.</summary>
    public void Miss() => missed.Set();

    /// <summary>For the agent of the store: returns when a position is missing, or after the timeout. Where none is, others need not wait for it.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken token) => missed.WaitAsync(timeout, token);

    /// <summary>Returns at the next commit, at once if one happened since the last call, or after the timeout.</summary>
    public async Task PaceAsync(TimeSpan timeout, CancellationToken token)
    {
        if (await committed.WaitAsync(timeout, token) && woken != 0)
        {
            var least = Least(pause + (Growth * Beyond(Leisurely)), LongestOfWaiters > pause ? LongestOfWaiters : pause) - Stopwatch.GetElapsedTime(woken);
            if (least > TimeSpan.Zero)
                await Task.Delay(least, token);
            var more = Least(Patience * Beyond(Quiet), LongestPause);
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

    private double Beyond(double much) => Math.Max(0, Rate() - much);

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

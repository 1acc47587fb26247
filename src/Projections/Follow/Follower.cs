using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Keeps the read models of one database at the end of its history. Those that stand at the same position follow together, page by page. One that is new, was paused, or was stopped by an event goes its own
/// way until it stands where the others do, so that they never wait for it. Of all processes that work on a database one follows at a time; the others look how far that one has come.
/// </summary>
public sealed partial class Follower : IHostedService, IObserver<ShardState>, IAsyncDisposable
{
    public const int UsualPageSize = 5000;

    /// <summary>For so long it takes for granted that it is the one that follows.</summary>
    private static readonly TimeSpan LeadIsSure = TimeSpan.FromSeconds(1);

    /// <summary>So often it looks after those that do not follow together.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMilliseconds(250);

    /// <summary>Somebody puts other tables in the place of those that are read, which takes a moment.</summary>
    private static readonly TimeSpan WhileHeld = TimeSpan.FromMilliseconds(10);

    private readonly IDocumentStore store;
    private readonly NpgsqlDataSource source;
    private readonly Progress progress;
    private readonly CommitWakeup wakeup;
    private readonly ILogger log;
    private readonly FollowerPage page;
    private readonly FinalPositions positions;
    private readonly List<Followed> all;
    private readonly SemaphoreSlim turn = new(1);
    private readonly Signal woken = new();
    private CancellationTokenSource? stop;
    private Task running = Task.CompletedTask;
    private long final;
    private long front;

    public Follower(IDocumentStore store, NpgsqlDataSource source, IReadOnlyList<ReadModel> models, Progress progress, CommitWakeup wakeup, ILogger log, int pageSize = UsualPageSize)
    {
        (this.store, this.source, this.progress, this.wakeup, this.log) = (store, source, progress, wakeup, log);
        page = new(new(store, source), source, models, pageSize);
        positions = new(source, $"{store.Options.Events.DatabaseSchemaName}.mt_events", wakeup);
        all = [.. models.Select(model => new Followed(model))];
    }

    /// <summary>Whether this process is the one that follows.</summary>
    public bool IsLeading { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        stop = new();
        running = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Ends between two pages.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (stop is null)
            return;

        await stop.CancelAsync();
        await running;
        stop.Dispose();
        stop = null;
        progress.Stop(now: true);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        turn.Dispose();
        woken.Dispose();
    }

    void IObserver<ShardState>.OnNext(ShardState value)
    {
        if (value.ShardName == ShardState.HighWaterMark)
            Reach(value.Sequence);
    }

    void IObserver<ShardState>.OnError(Exception error) { }

    void IObserver<ShardState>.OnCompleted() { }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong, it is told and tried again; read models that nobody brings on would be the worse answer.")]
    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var lead = await Lead.TryTakeAsync(source, stopping);
                if (await HasForkedAsync(stopping))
                    return;
                await (lead is null ? progress.RefreshAsync() : LeadAsync(lead, stopping));
                await Task.Delay(AfterTrouble, stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                LogTrouble(log, trouble);
                await Task.WhenAny(Task.Delay(AfterTrouble, stopping));
            }
        }
    }

    /// <summary>Follows for as long as nobody else may.</summary>
    private async Task LeadAsync(Lead lead, CancellationToken stopping)
    {
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var daemon = await store.BuildProjectionDaemonAsync();
        // The database need not be the one that was followed before: it may have lost what was not on its copy.
        Interlocked.Exchange(ref final, 0);
        using var told = daemon.Tracker.Subscribe(this);
        var watching = Task.CompletedTask;
        try
        {
            all.ForEach(followed => followed.Alone = false);
            await daemon.StartAllAsync();
            (IsLeading, front) = (true, 0);
            progress.Stop(now: false);
            watching = WatchAsync(leading.Token);
            await FollowAsync(lead, leading.Token);
        }
        finally
        {
            IsLeading = false;
            await leading.CancelAsync();
            await Task.WhenAll([watching, .. all.Select(followed => followed.Way)]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await daemon.StopAllAsync();
        }
    }

    /// <summary>Looks up to where the history is final whenever something was committed here. Where that fails, the agent of the store tells it at its next time.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong, it is told and tried again.")]
    private async Task WatchAsync(CancellationToken leading)
    {
        while (!leading.IsCancellationRequested)
        {
            try
            {
                Reach(await positions.NextAsync(Interlocked.Read(ref final), leading));
            }
            catch (Exception trouble) when (!leading.IsCancellationRequested)
            {
                LogTrouble(log, trouble);
                await Task.Delay(AfterTrouble, leading);
            }
        }
    }

    private void Reach(long position)
    {
        for (var known = Interlocked.Read(ref final); known < position; known = Interlocked.Read(ref final))
        {
            if (Interlocked.CompareExchange(ref final, position, known) != known)
                continue;
            progress.Reach(position);
            woken.Set();
            return;
        }
    }

    private async Task FollowAsync(Lead lead, CancellationToken leading)
    {
        for (var (looked, held) = (0L, Stopwatch.GetTimestamp()); ;)
        {
            if (Stopwatch.GetElapsedTime(held) > LeadIsSure)
            {
                await lead.AssureAsync(leading);
                held = Stopwatch.GetTimestamp();
            }

            if (looked == 0 || (all.Exists(followed => !followed.IsReady) && Stopwatch.GetElapsedTime(looked) > BetweenLooks))
            {
                await LookAsync(leading);
                looked = Stopwatch.GetTimestamp();
            }

            if (!await RoundAsync(leading))
                await woken.WaitAsync(all.Exists(followed => !followed.IsReady) ? BetweenLooks : LeadIsSure, leading);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var idle = all.FindAll(followed => !followed.IsUnderway).ConvertAll(followed => followed.Model);
        var stands = await page.LookAsync(idle, cancellation);
        if (stands.Count < idle.Count)
        {
            await page.BeginAsync(cancellation);
            stands = await page.LookAsync(idle, cancellation);
        }

        foreach (var (model, stand) in stands)
            Take(Of(model), stand);
    }

    /// <summary>One page for those that are foremost; the others are sent on their way. Answers whether there is more.</summary>
    private async Task<bool> RoundAsync(CancellationToken cancellation)
    {
        var (end, ready) = (Interlocked.Read(ref final), all.FindAll(followed => followed.IsReady));
        var together = ready.FindAll(followed => !followed.Alone);
        var ahead = together.Count == 0 ? Volatile.Read(ref front) : together.Max(followed => followed.Position);
        Volatile.Write(ref front, ahead);
        foreach (var alone in ready.Where(followed => followed.Alone))
            Send([alone], AloneAsync(alone, Math.Max(ahead, end), cancellation));
        foreach (var behind in together.Where(followed => followed.Position < ahead).GroupBy(followed => followed.Position))
            Send([.. behind], CatchUpAsync([.. behind], cancellation));

        if (together.Count == 0 || ahead >= end)
            return false;

        await turn.WaitAsync(cancellation);
        try
        {
            // Who has arrived meanwhile goes along.
            var begin = Stopwatch.GetTimestamp();
            await StepAsync(all.FindAll(followed => followed is { IsReady: true, Alone: false } && followed.Position == ahead), end, isPatient: false, cancellation);
            wakeup.Followed(Stopwatch.GetElapsedTime(begin));
        }
        finally
        {
            turn.Release();
        }

        return true;
    }

    /// <summary>One page for those that stand at one position. What goes wrong together is tried for each alone, patiently: it may be the fault of one of them, and nobody waits for that one.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "It is told, and stops the read models that it concerns.")]
    private async Task StepAsync(IReadOnlyList<Followed> group, long end, bool isPatient, CancellationToken cancellation)
    {
        try
        {
            var stands = await page.RunAsync([.. group.Select(followed => followed.Model)], group[0].Position, end, isPatient, cancellation);
            foreach (var (model, stand) in stands)
                Take(Of(model), stand);
            if (stands.Count < group.Count)
                await Task.Delay(WhileHeld, cancellation);
        }
        catch (Exception trouble) when (!cancellation.IsCancellationRequested)
        {
            if (!isPatient && !Trouble.IsOutage(trouble))
            {
                foreach (var followed in group)
                    followed.Alone = true;
            }
            else if (Trouble.IsPassing(trouble))
            {
                LogTrouble(log, trouble);
                await Task.Delay(AfterTrouble, cancellation);
            }
            else
            {
                LogFailed(log, trouble, group[0].Model.Name, group[0].Position);
                group[0].Fail(0);
                progress.Fail(group[0].Model.Name, trouble.Message, null);
            }
        }
    }

    private void Take(Followed followed, FollowedStand stand)
    {
        followed.Take(stand);
        progress.Reach(followed.Model.Name, stand.Position);
        if (stand.Broken is not { } broken)
            return;

        LogBroken(log, broken, followed.Model.Name, broken.Event.Position, broken.Event.Name);
        progress.Fail(followed.Model.Name, broken.Message, broken.Event);
    }

    private Followed Of(ReadModel model) => all.Find(followed => followed.Model == model)!;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Model} cannot get past event {Position} ({Name})")]
    private static partial void LogBroken(ILogger log, Exception broken, string model, long position, string? name);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Model} cannot go on after event {Position}; it tries again")]
    private static partial void LogFailed(ILogger log, Exception wrong, string model, long position);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database could not be followed; it is tried again")]
    private static partial void LogTrouble(ILogger log, Exception trouble);
}

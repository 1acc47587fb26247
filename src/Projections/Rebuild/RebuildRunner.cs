using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Runs rebuilds and verifications in this process, and lets everybody follow and stop them in the database.</summary>
public sealed class RebuildRunner(Rebuilder rebuilder, StateVerifier states, RebuildJobs jobs, Action<RebuildJob, Exception>? failed = null)
{
    private delegate Task<IReadOnlyList<Drift>> Working(RebuildLock held, IProgress<RebuildProgress> report, CancellationToken cancellation);

    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<Guid, (Task Work, CancellationTokenSource Stop)> running = new();

    /// <summary>Begins; null when one of these read models is rebuilt or verified already.</summary>
    public Task<RebuildJob?> StartAsync(Guid id, string kind, IReadOnlyList<ReadModel> models, RebuildPace pace, CancellationToken cancellation) => StartAsync(
        id, kind, [.. models.Select(model => model.Name)], (held, report, stop) => rebuilder.RunAsync(models, kind == RebuildJob.Rebuild, held, pace, report, stop), cancellation);

    /// <summary>Begins with states; null when some of these are verified or repaired already.</summary>
    public Task<RebuildJob?> StartAsync(Guid id, string kind, IReadOnlyList<Resource> resources, RebuildPace pace, CancellationToken cancellation) => StartAsync(
        id, kind, [.. resources.Select(StateVerifier.NameOf)], async (held, report, stop) =>
        {
            await using (held)
                return await states.RunAsync(resources, kind == RebuildJob.Repair, report, stop, pace);
        }, cancellation);

    private async Task<RebuildJob?> StartAsync(Guid id, string kind, IReadOnlyList<string> names, Working working, CancellationToken cancellation)
    {
        var held = await rebuilder.TryLockAsync(names, cancellation);
        if (held is null)
            return null;

        try
        {
            var job = await jobs.BeginAsync(id, kind, names, cancellation);
            var stop = new CancellationTokenSource();
            var work = Task.Run(() => RunAsync(job, working, held, stop), CancellationToken.None);
            running[job.Id] = (work, stop);
            if (work.IsCompleted)
                running.TryRemove(job.Id, out _);
            return job;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops what runs here and waits until it has put its things away.</summary>
    public async Task StopAsync()
    {
        foreach (var (_, stop) in running.Values)
            await stop.CancelAsync();
        await Task.WhenAll(running.Values.Select(run => run.Work));
    }

    /// <summary>Waits for the end of one that was started here.</summary>
    public Task WaitAsync(Guid id) => running.TryGetValue(id, out var run) ? run.Work : Task.CompletedTask;

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends it is recorded, for who follows it and in the log.")]
    private async Task RunAsync(RebuildJob job, Working work, RebuildLock held, CancellationTokenSource stop)
    {
        var latest = new Latest(job.Progress);
        var (state, failure, drift) = (RebuildJob.Completed, (string?)null, (IReadOnlyList<Drift>)[]);
        var working = work(held, latest, stop.Token);
        try
        {
            while (await Task.WhenAny(working, Task.Delay(BetweenReports, CancellationToken.None)) != working)
            {
                if (await jobs.ReportAsync(job.Id, latest.Value, CancellationToken.None))
                    await stop.CancelAsync();
            }
        }
        catch (NpgsqlException)
        {
            // Nobody can follow or stop it while the database is away; neither can it go on.
            await stop.CancelAsync();
        }

        try
        {
            drift = await working;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            state = RebuildJob.Cancelled;
        }
        catch (Exception wrong)
        {
            (state, failure) = (RebuildJob.Failed, wrong is BrokenEventException { Event: var e } ? $"Event {e.Position} ({e.Name}) cannot be applied." : "The log says why.");
            failed?.Invoke(job, wrong);
        }

        try
        {
            await jobs.EndAsync(job.Id, state, latest.Value, drift, failure, CancellationToken.None);
        }
        catch (NpgsqlException away)
        {
            // Its silence says that it ended.
            failed?.Invoke(job, away);
        }

        running.TryRemove(job.Id, out _);
        stop.Dispose();
    }

    private sealed class Latest(RebuildProgress first) : IProgress<RebuildProgress>
    {
        public RebuildProgress Value { get; private set; } = first;

        public void Report(RebuildProgress value) => Value = value;
    }
}

using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>How far making read models anew is.</summary>
public sealed record RebuildProgress(string Phase, long Done, long Total, double EventsPerSecond)
{
    public TimeSpan? Left => EventsPerSecond > 0 && Done < Total ? TimeSpan.FromSeconds((Total - Done) / EventsPerSecond) : null;
}

/// <summary>Somebody makes one of these read models anew already.</summary>
public sealed class RebuildRunningException(string models) : Exception($"{models} is being rebuilt or verified already.");

/// <summary>
/// Makes read models anew from the first event on, beside those that are read, in one pass over the events for all of them. <c>verify</c> compares and throws away;
/// <c>rebuild</c> compares and then lets the new tables take the place of the old, in one short transaction.
/// </summary>
public sealed class Rebuilder(IDocumentStore store, NpgsqlDataSource source, int mostRows = Rebuilder.UsualMostRows)
{
    public const int UsualMostRows = 3_000;
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(250);

    private readonly EventPages events = new(store, source);

    /// <summary>What was compared, in the order of the read models; those that were far behind were not compared.</summary>
    public async Task<IReadOnlyList<Drift>> RunAsync(IReadOnlyList<ReadModel> models, bool replace, IProgress<RebuildProgress>? report, CancellationToken cancellation, RebuildPace? pace = null)
    {
        var held = await TryLockAsync(models.Select(model => model.Name), cancellation) ?? throw new RebuildRunningException(string.Join(", ", models.Select(model => model.Name)));
        return await RunAsync(models, replace, held, pace ?? RebuildPace.Full, report, cancellation);
    }

    /// <summary>Takes these read models for a rebuild; null when somebody has one of them.</summary>
    internal Task<RebuildLock?> TryLockAsync(IEnumerable<string> models, CancellationToken cancellation) => RebuildLock.TryTakeAsync(source, models, cancellation);

    /// <summary>The same under a lock that was taken; gives it back.</summary>
    internal async Task<IReadOnlyList<Drift>> RunAsync(
        IReadOnlyList<ReadModel> models, bool replace, RebuildLock taken, RebuildPace pace, IProgress<RebuildProgress>? report, CancellationToken cancellation)
    {
        await using var held = taken;
        var sides = models.Select(model => new SideTables(model, source, mostRows, pace)).ToImmutableArray();
        try
        {
            foreach (var side in sides)
                await side.CreateAsync(cancellation);

            var counted = await FillAsync(sides, replace, pace, report, cancellation);
            var found = new List<Drift>();
            foreach (var side in sides)
            {
                report?.Report(counted with { Phase = "following" });
                var swap = new Swap(events, source, held.Connection, side);
                if (await swap.CompareAsync(cancellation) is { } drift)
                    found.Add(drift);
                if (replace)
                {
                    report?.Report(counted with { Phase = "swapping" });
                    await swap.ReplaceAsync(cancellation);
                }
            }

            report?.Report(counted with { Phase = "done" });
            return found;
        }
        finally
        {
            foreach (var side in sides)
                await side.DropAsync();
        }
    }

    /// <summary>Drops what rebuilds that ended without notice left behind.</summary>
    public async Task CleanUpAsync(IEnumerable<ReadModel> models, CancellationToken cancellation)
    {
        await using var left = source.CreateCommand($"select exists (select from pg_tables where schemaname = '{SideTables.Schema}')");
        if (await left.ExecuteScalarAsync(cancellation) is false)
            return;

        foreach (var model in models)
        {
            await using var held = await RebuildLock.TryTakeAsync(source, [model.Name], cancellation);
            if (held is not null)
                await new SideTables(model, source, mostRows).DropAsync();
        }
    }

    /// <summary>Reads and applies what is final, each read model up to where it stands; one that is far behind up to the end, if it is to be replaced.</summary>
    private async Task<RebuildProgress> FillAsync(ImmutableArray<SideTables> sides, bool replace, RebuildPace pace, IProgress<RebuildProgress>? report, CancellationToken cancellation)
    {
        var targets = new Dictionary<SideTables, long>();
        foreach (var side in sides)
        {
            var stand = await Stand.OfAsync(store, side.Model, source, cancellation);
            targets[side] = replace && stand.IsFarBehind ? stand.Final : stand.Position;
        }

        var (last, types) = (targets.Values.Max(), sides.SelectMany(side => side.Model.Events).ToHashSet());
        var total = await events.CountAsync(types, 0, last, cancellation);
        var (done, watch, next) = (0L, Stopwatch.StartNew(), TimeSpan.Zero);
        var step = Stopwatch.GetTimestamp();
        await foreach (var page in pace.IsGentle ? events.ReadAsync(types, 0, last, pace.PageSize, pace.Cores, cancellation) : AheadAsync(types, last, pace, cancellation))
        {
            if (pace.IsGentle)
            {
                foreach (var side in sides)
                    await side.FillAsync(UpTo(page, targets[side]), cancellation);
            }
            else
            {
                await Task.WhenAll(sides.Select(side => Task.Run(() => side.FillAsync(UpTo(page, targets[side]), cancellation), cancellation)));
            }

            step = await pace.RestAsync(step, cancellation);
            done += page.Count;
            if (watch.Elapsed >= next)
            {
                next = watch.Elapsed + BetweenReports;
                report?.Report(Now("folding"));
            }
        }

        report?.Report(Now("indexing"));
        await Parallel.ForEachAsync(sides.OrderByDescending(side => side.Indexes), new ParallelOptions { MaxDegreeOfParallelism = pace.Cores, CancellationToken = cancellation }, async (side, cancellation) =>
        {
            await side.FinishAsync(cancellation);
            side.Position = targets[side];
        });

        return Now("indexing");

        RebuildProgress Now(string phase) => new(phase, done, total, done / Math.Max(0.001, watch.Elapsed.TotalSeconds));
    }

    private static IReadOnlyList<IEvent> UpTo(IReadOnlyList<IEvent> page, long last) => page[^1].Sequence <= last ? page : [.. page.TakeWhile(e => e.Sequence <= last)];

    /// <summary>Reads one page ahead of the one that is applied.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the reading is thrown where the pages are taken.")]
    private async IAsyncEnumerable<IReadOnlyList<IEvent>> AheadAsync(
        HashSet<Type> types, long last, RebuildPace pace, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pages = Channel.CreateBounded<IReadOnlyList<IEvent>>(1);
        var reading = Task.Run(async () =>
        {
            try
            {
                await foreach (var page in events.ReadAsync(types, 0, last, pace.PageSize, pace.Cores, ended.Token))
                    await pages.Writer.WriteAsync(page, ended.Token);
                pages.Writer.Complete();
            }
            catch (Exception wrong)
            {
                pages.Writer.Complete(wrong);
            }
        }, CancellationToken.None);
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(cancellation))
                yield return page;
        }
        finally
        {
            await ended.CancelAsync();
            await reading;
        }
    }
}

using System.Collections.Immutable;
using System.Diagnostics;
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
        var pages = events.ReadAsync(types, 0, last, pace.PageSize, pace.Cores, cancellation);
        if (pace.IsGentle)
            await FillInTurnAsync(sides, pages, targets, pace, Filled, cancellation);
        else
            await FillTogetherAsync(sides, pages, targets, Filled, cancellation);

        report?.Report(Now("indexing"));
        await Parallel.ForEachAsync(sides.OrderByDescending(side => side.Indexes), new ParallelOptions { MaxDegreeOfParallelism = pace.Cores, CancellationToken = cancellation }, async (side, cancellation) =>
        {
            await side.FinishAsync(cancellation);
            side.Position = targets[side];
        });

        return Now("indexing");

        void Filled(int events)
        {
            done += events;
            if (events == 0 || watch.Elapsed < next)
                return;

            next = watch.Elapsed + BetweenReports;
            report?.Report(Now("folding"));
        }

        RebuildProgress Now(string phase) => new(phase, done, total, done / Math.Max(0.001, watch.Elapsed.TotalSeconds));
    }

    /// <summary>One read model after the other, with a rest after each page.</summary>
    private static async Task FillInTurnAsync(
        ImmutableArray<SideTables> sides, IAsyncEnumerable<IReadOnlyList<IEvent>> pages, Dictionary<SideTables, long> targets, RebuildPace pace, Action<int> filled, CancellationToken cancellation)
    {
        var step = Stopwatch.GetTimestamp();
        await foreach (var page in pages)
        {
            foreach (var side in sides)
                await side.FillAsync(UpTo(page, targets[side]), cancellation);
            step = await pace.RestAsync(step, cancellation);
            filled(page.Count);
        }
    }

    /// <summary>Each read model as fast as it can, while the next page is read: the fastest is no more than a page ahead of the slowest.</summary>
    private static async Task FillTogetherAsync(
        ImmutableArray<SideTables> sides, IAsyncEnumerable<IReadOnlyList<IEvent>> pages, Dictionary<SideTables, long> targets, Action<int> filled, CancellationToken cancellation)
    {
        Task[] lanes = [.. sides.Select(_ => Task.CompletedTask)];
        var last = 0;
        try
        {
            await foreach (var page in pages)
            {
                var before = lanes;
                lanes = [.. sides.Zip(before, (side, lane) => Task.Run(() => FillNextAsync(lane, side, page), CancellationToken.None))];
                await Task.WhenAll(before);
                filled(last);
                last = page.Count;
            }
        }
        finally
        {
            await Task.WhenAll(lanes);
        }

        filled(last);

        async Task FillNextAsync(Task before, SideTables side, IReadOnlyList<IEvent> page)
        {
            await before;
            await side.FillAsync(UpTo(page, targets[side]), cancellation);
        }
    }

    private static IReadOnlyList<IEvent> UpTo(IReadOnlyList<IEvent> page, long last) => page[^1].Sequence <= last ? page : [.. page.TakeWhile(e => e.Sequence <= last)];
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using EventSourcedOrgs.Application.Pipeline;
using JasperFx;
using Marten;
using Marten.Exceptions;
using Npgsql;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>Is told the position of the last event of every commit of this process.</summary>
public delegate void Committed(long position);

/// <summary>
/// Makes units of work durable: those that come while others are written share the next transaction. Each has its own outcome, after the commit; when one of them was overtaken, the others are
/// written without it. A stream that has changes in the queue can be decided on again at once, on the state that it will have; such a unit is written after those it leans on, or fails with them.
/// </summary>
public sealed class GroupCommit(IDocumentStore documents, AppendFunction append, States states, Committed committed)
{
    private const int Most = 32;
    private const int AtOnce = 2;
    private const int MostClaims = 10_000;

    private static readonly Histogram<int> Sizes = Telemetry.Meter.CreateHistogram<int>("eventsourcedorgs.commit.units", "{command}", "Commands that share one transaction");
    private static readonly Counter<long> Events = Telemetry.Meter.CreateCounter<long>("eventsourcedorgs.events", "{event}", "Events appended");

    private readonly Lock gate = new();
    private readonly Lazy<int> usual = new(() =>
    {
        using var session = documents.LightweightSession();
        return session.Listeners.Count;
    });

    private readonly Dictionary<Guid, (UnitOfWork Unit, OpenStream Change)> latest = [];
    private readonly List<UnitOfWork> waiting = [];

    /// <summary>Claims that are being taken (until the end of time) or were taken, and when: whoever looked before that looked too early.</summary>
    private readonly Dictionary<string, long> claims = [];
    private int writing;

    /// <summary>The state that a stream will have when what is in the queue is durable, and the unit it comes from; null when nothing is.</summary>
    internal (object State, long Version, UnitOfWork Unit)? Uncommitted(Guid stream)
    {
        lock (gate)
            return latest.TryGetValue(stream, out var known) ? (known.Change.State, known.Change.After, known.Unit) : null;
    }

    /// <summary>Puts a unit into the queue; its <see cref="UnitOfWork.Outcome"/> tells the rest.</summary>
    /// <exception cref="OvertakenException">It decided on a state that is not the latest; nothing happened.</exception>
    internal void Enter(UnitOfWork unit)
    {
        var isAlone = IsAlone(unit);
        lock (gate)
        {
            foreach (var change in unit.Changed)
            {
                if (latest.TryGetValue(change.Id, out var other) && other.Change.After != change.Before)
                    throw new OvertakenException();
            }

            foreach (var relied in unit.Relied.Values)
            {
                if (latest.TryGetValue(relied.Id, out var other) && other.Change.After != relied.Before)
                    throw new OvertakenException();
            }

            if (unit.Claims.Exists(claim => claims.TryGetValue(claim, out var taken) && taken > unit.Began))
                throw new OvertakenException("Somebody else has it.");

            foreach (var change in unit.Changed)
                latest[change.Id] = (unit, change);
            if (claims.Count > MostClaims)
                claims.Where(claim => claim.Value < unit.Began).ToList().ForEach(claim => claims.Remove(claim.Key));
            unit.Claims.ForEach(claim => claims[claim] = long.MaxValue);
            if (!isAlone)
            {
                waiting.Add(unit);
                if (writing == AtOnce)
                    return;
                writing++;
            }
        }

        Threads.Begin(static work => _ = work.isAlone ? work.This.WriteAlone(work.unit) : work.This.WriteWaiting(), (This: this, isAlone, unit));
    }

    /// <summary>A session that holds locks of its own, or has more to do with its commit than to write, commits by itself.</summary>
    private bool IsAlone(UnitOfWork unit) => unit.Session.Listeners.Count > usual.Value;

    private async Task WriteWaiting()
    {
        var units = Ready();
        while (units.Count > 0)
        {
            var failure = await WriteTogether(units);
            if (failure is not null && IsRolledBack(failure) && HelpsToWriteAlone(units, failure))
            {
                foreach (var unit in units)
                    await WriteAlone(unit);
                units = Ready();
                continue;
            }

            var settled = units;
            Settle(settled, failure);
            units = Ready();
            Threads.GoOn(settled.Count, units.Count == 0, i => settled[i].Tell());
        }
    }

    /// <summary>Others are left out then; and one that was alone is tried once more, over a connection that may be new, because a server may just have gone down.</summary>
    private static bool HelpsToWriteAlone(List<UnitOfWork> units, Exception failure) => units.Count > 1 || (units[0].NeedsNoSession && failure is not OvertakenException);

    private async Task<Exception?> WriteTogether(List<UnitOfWork> units)
    {
        if (units.TrueForAll(unit => unit.NeedsNoSession))
            return await Write(units, append.Execute);

        await using var session = documents.LightweightSession();
        foreach (var operation in units.SelectMany(unit => unit.Session.PendingChanges.Operations()))
            session.QueueOperation(operation);
        return await Write(units, appended => Save(session, appended));
    }

    private static Task Save(IDocumentSession session, AppendFunction.Operation appended)
    {
        session.QueueOperation(appended);
        return session.SaveChangesAsync();
    }

    /// <summary>Those that lean on nothing that is being written elsewhere, in their order; none when there are none, and then this round ends.</summary>
    private List<UnitOfWork> Ready()
    {
        lock (gate)
        {
            var ready = new List<UnitOfWork>(Math.Min(Most, waiting.Count));
            var left = new List<UnitOfWork>();
            foreach (var unit in waiting)
            {
                if (ready.Count < Most && unit.Leans.All(other => other.IsSettled || ready.Contains(other)) && !ready.Exists(other => unit.Documents.Follows(other.Documents)))
                    ready.Add(unit);
                else
                    left.Add(unit);
            }

            waiting.Clear();
            waiting.AddRange(left);
            if (ready.Count == 0)
                writing--;
            return ready;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is the outcome that whoever waits is told.")]
    private async Task WriteAlone(UnitOfWork unit)
    {
        Exception? failure;
        try
        {
            await Task.WhenAll(unit.Leans.Select(other => other.Outcome));
            failure = await Write([unit], appended => Save(unit.Session, appended));
        }
        catch (Exception e)
        {
            failure = new OvertakenException("What this was decided on was not written.", e);
        }

        Settle([unit], failure);
        Threads.GoOn(1, isFree: false, _ => unit.Tell());
    }

    /// <summary>Writes all, or answers why nothing was written.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is the outcome that whoever waits is told.")]
    private async Task<Exception?> Write(List<UnitOfWork> units, Func<AppendFunction.Operation, Task> execute)
    {
        try
        {
            if (units.Any(unit => unit.Leans.Any(other => other.HasFailed)))
                throw new OvertakenException("What this was decided on was not written.");

            var appended = append.Of(units);
            await execute(appended);
            if (appended.LastPosition is { } position)
                committed(position);
            states.Advance(appended.Streams, appended.Xid);
            Sizes.Record(units.Count);
            Events.Add(appended.Count);
            return null;
        }
        catch (Exception e)
        {
            return AppendFunction.IsOvertaken(e) ? new OvertakenException("The stream has moved on.", e) : e;
        }
    }

    /// <summary>Notes what became of units, so that what leans on them can be written or fail.</summary>
    private void Settle(List<UnitOfWork> units, Exception? failure)
    {
        var next = false;
        lock (gate)
        {
            foreach (var unit in units)
            {
                foreach (var change in unit.Changed)
                {
                    if (latest.TryGetValue(change.Id, out var known) && known.Unit == unit)
                        latest.Remove(change.Id);
                }

                foreach (var claim in unit.Claims)
                {
                    if (failure is null)
                        claims[claim] = Stopwatch.GetTimestamp();
                    else
                        claims.Remove(claim);
                }

                unit.Settle(failure);
            }

            if (waiting.Count > 0 && writing < AtOnce)
            {
                writing++;
                next = true;
            }
        }

        if (next)
            ThreadPool.UnsafeQueueUserWorkItem(_ => { _ = WriteWaiting(); }, null);
    }

    /// <summary>PostgreSQL or Marten said no, so nothing of the transaction is there; anything else, such as a lost connection, leaves that open.</summary>
    private static bool IsRolledBack(Exception e) =>
        e is OvertakenException or PostgresException or ConcurrencyException or DocumentAlreadyExistsException or MartenCommandException { InnerException: PostgresException }
        || (e is AggregateException several && several.InnerExceptions.All(IsRolledBack));
}

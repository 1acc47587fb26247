using System.Diagnostics;
using JasperFx.Events;
using Marten;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>A stream that a unit of work has decided on: the version that the decision was made for, what was decided, and the state after it.</summary>
internal sealed class OpenStream(Guid id, Type type, long version, object state)
{
    public Guid Id { get; } = id;

    /// <summary>The type of the aggregate.</summary>
    public Type Type { get; } = type;

    /// <summary>The version (number of events) that the stream must still have when the events are written; 0 for a new stream.</summary>
    public long Before { get; } = version;

    public long After => Before + Events.Count;

    /// <summary>The state before this unit of work.</summary>
    public object Began { get; } = state;

    public object State { get; set; } = state;

    public List<IEvent> Events { get; } = [];

    /// <summary>Forgets what was decided, not the state: nothing of it will be written.</summary>
    public void Discard() => Events.Clear();
}

/// <summary>Somebody else's events came first: what was decided does not hold any more, and nothing of it was written.</summary>
public sealed class OvertakenException : Exception
{
    public OvertakenException() : base("The stream has moved on.") { }

    public OvertakenException(string message) : base(message) { }

    public OvertakenException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>What one command wants to be written, all of it or nothing: events with the states after them, documents, and what else its session has.</summary>
internal sealed class UnitOfWork(IDocumentSession session)
{
    private readonly TaskCompletionSource outcome = new();
    private volatile bool isSettled;
    private volatile Exception? failure;

    public IDocumentSession Session { get; } = session;

    /// <summary>When it began to read, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long Began { get; } = Stopwatch.GetTimestamp();

    public List<OpenStream> Streams { get; } = [];

    public Documents Documents { get; } = new();

    /// <summary>The ids of the claims that it takes, because nobody had them.</summary>
    public List<string> Claims { get; } = [];

    /// <summary>Streams that it does not change, and that must still be at the version that it was decided by when it is written.</summary>
    public Dictionary<Guid, OpenStream> Relied { get; } = [];

    /// <summary>Units that are not durable yet and on whose states this one has decided: it holds only when they do.</summary>
    public HashSet<UnitOfWork> Leans { get; } = [];

    /// <summary>Completes when everything is durable; faults when nothing was written.</summary>
    public Task Outcome => outcome.Task;

    public IEnumerable<OpenStream> Changed => Streams.Where(stream => stream.Events.Count > 0);

    /// <summary>Whether its session has nothing to write.</summary>
    public bool NeedsNoSession => !Session.PendingChanges.Operations().Any();

    public bool IsEmpty => !Changed.Any() && Documents.IsEmpty && NeedsNoSession;

    /// <summary>Whether its outcome is known, though whoever waits for it may not have been told yet.</summary>
    public bool IsSettled => isSettled;

    /// <summary>Whether it is known that nothing of it was written.</summary>
    public bool HasFailed => failure is not null;

    /// <summary>Notes the outcome: durable, or why nothing was written. What it leaned on is let go, or each unit would keep all those before it.</summary>
    public void Settle(Exception? why)
    {
        (failure, isSettled) = (why, true);
        Leans.Clear();
    }

    /// <summary>Tells the outcome to whoever waits, who goes on within this call.</summary>
    public void Tell()
    {
        if (failure is null)
        {
            outcome.TrySetResult();
            return;
        }

        outcome.TrySetException(failure);
        // It is told to whoever waits; a unit that nobody waits for any more is no unobserved failure.
        _ = outcome.Task.Exception;
    }
}

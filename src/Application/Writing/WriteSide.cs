namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// The states of one kind as they were at a position in the history, of those of these ids for which they are kept. Of the others nothing is known: they may not have been there then, or nobody has come that
/// far, and their events tell.
/// </summary>
public delegate Task<IReadOnlyList<object>> StatesBefore(Type state, Guid[] ids, long position, CancellationToken cancellation);

/// <summary>What the units of work of one process share: how states are read, now and as they were, whose turn it is, how many hold locks, and how they are made durable.</summary>
public sealed record WriteSide(States States, StatesBefore Before, StreamTurns Turns, Holders Holders, GroupCommit Commits);

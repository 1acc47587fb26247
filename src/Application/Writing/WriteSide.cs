namespace EventSourcedOrgs.Application.Writing;

/// <summary>What the units of work of one process share: how states are read, whose turn it is, how many hold locks, and how they are made durable.</summary>
public sealed record WriteSide(States States, StreamTurns Turns, Holders Holders, GroupCommit Commits);

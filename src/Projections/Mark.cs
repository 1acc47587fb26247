using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;

namespace EventSourcedOrgs.Projections;

/// <summary>The position of one shard and those who wait for a later one.</summary>
internal sealed class Mark(string shard)
{
    private readonly Lock gate = new();
    private readonly HashSet<Waiter> waiters = [];
    private ShardFailure? failure;
    private bool stopped;
    private long position;

    public string Shard => shard;

    public long Position
    {
        get
        {
            lock (gate)
                return position;
        }
    }

    public ReadModelProgress Report(string name, long highWater)
    {
        lock (gate)
        {
            return new(name, position, highWater, failure?.Detail)
            {
                Shard = shard,
                // Of an event of an unknown type nobody tells the position.
                Poison = failure?.Event is { Sequence: > 0 } e ? new(e.Sequence, e.EventTypeName) : null,
                Stopped = stopped,
            };
        }
    }

    /// <summary>A late report never moves a mark back; only a rebuild does. A failure stands until the shard gets past it.</summary>
    public void Move(ShardState state)
    {
        if (IsReplaced(state))
            return;

        lock (gate)
        {
            if (state.Action is ShardAction.Started or ShardAction.Updated)
                stopped = false;
            else if (state.Action is ShardAction.Stopped or ShardAction.Paused)
                stopped = true;

            failure = state.Failure ?? (state.Sequence > position ? null : failure);
            To(state.Mode == ShardMode.rebuilding ? state.Sequence : Math.Max(position, state.Sequence));
        }
    }

    /// <summary>Whether a page was given up only because a rebuild put other tables, or another position, in place; it begins again at once.</summary>
    private static bool IsReplaced(ShardState state) => state.Failure is { } wrong
        && (wrong.Category == ShardFailureCategory.ProgressionOutOfOrder || wrong.Detail?.Contains(nameof(ReplacedReadModelException), StringComparison.Ordinal) == true);

    /// <summary>The recorded progress, which says nothing of what runs in this process.</summary>
    public void Reach(long recorded)
    {
        lock (gate)
        {
            failure = recorded > position ? null : failure;
            To(Math.Max(position, recorded));
        }
    }

    private void To(long reached)
    {
        position = reached;
        foreach (var waiter in waiters)
            waiter.Check(position);
    }

    public Waiter Await(long target)
    {
        lock (gate)
        {
            var waiter = new Waiter(this, target);
            waiter.Check(position);
            waiters.Add(waiter);
            return waiter;
        }
    }

    /// <summary>Somebody who waits for a position; disposed when the wait is over, however it ended.</summary>
    internal sealed class Waiter(Mark mark, long target) : IDisposable
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => reached.Task;

        public void Check(long position)
        {
            if (position >= target)
                reached.TrySetResult();
        }

        public void Dispose()
        {
            lock (mark.gate)
                mark.waiters.Remove(this);
        }
    }
}

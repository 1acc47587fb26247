namespace EventSourcedOrgs.Projections;

/// <summary>The position of one read model and those who wait for a later one.</summary>
internal sealed class Mark(string shard)
{
    private readonly Lock gate = new();
    private readonly HashSet<Waiter> waiters = [];
    private (string Detail, PoisonEvent? Event)? failure;
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
            return new(name, position, highWater, failure?.Detail) { Shard = shard, Poison = failure?.Event, Stopped = stopped };
    }

    /// <summary>A late report never moves a mark back. A failure stands until the read model gets past it.</summary>
    public void Reach(long reached)
    {
        lock (gate)
        {
            failure = reached > position ? null : failure;
            position = Math.Max(position, reached);
            foreach (var waiter in waiters)
                waiter.Check(position);
        }
    }

    public void Fail(string detail, PoisonEvent? e)
    {
        lock (gate)
            failure = (detail, e);
    }

    /// <summary>Whether it ran in this process and does not any more.</summary>
    public void Stop(bool now)
    {
        lock (gate)
            stopped = now;
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

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// Which thread goes on with what was waited for. To wake another one takes longer than most of what it would do, so whoever is alone goes on with it; where others wait, each gets a thread of its own.
/// </summary>
internal static class Threads
{
    /// <summary>Begins work that others may join before it looks what there is: at once if nothing else is to be done by this process, otherwise when its turn comes.</summary>
    public static void Begin<T>(Action<T> work, T state)
    {
        if (ThreadPool.PendingWorkItemCount > 0 || ExecutionContext.IsFlowSuppressed())
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);
            return;
        }

        // It may go on for others long after the request that began it has ended.
        using (ExecutionContext.SuppressFlow())
            work(state);
    }

    /// <summary>Lets all who waited go on, each on a thread of its own; the last on this one, if nothing else is to be done by it.</summary>
    /// <param name="count">How many waited.</param>
    /// <param name="isFree">Whether this thread has nothing else to do.</param>
    /// <param name="tell">Tells the one of this number, and what it does then happens within this call.</param>
    public static void GoOn(int count, bool isFree, Action<int> tell)
    {
        var others = isFree ? count - 1 : count;
        for (var i = 0; i < others; i++)
            ThreadPool.UnsafeQueueUserWorkItem(tell, i, preferLocal: true);
        if (isFree)
            tell(others);
    }
}

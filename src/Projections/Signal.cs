namespace EventSourcedOrgs.Projections;

/// <summary>Set once or many times, it lets one waiter go.</summary>
internal sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim semaphore = new(0, 1);

    public void Set()
    {
        lock (semaphore)
        {
            if (semaphore.CurrentCount == 0)
                semaphore.Release();
        }
    }

    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken token) => semaphore.WaitAsync(timeout, token);

    public void Dispose() => semaphore.Dispose();
}

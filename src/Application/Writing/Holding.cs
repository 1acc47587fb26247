using Marten;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>How many units of work may hold locks at the same time: each has a connection of its own, and enough of them have to be left for commits, however many wait for one licence.</summary>
public sealed class Holders : IDisposable
{
    /// <summary>Less than half of the connections that there are for the event store.</summary>
    private const int Most = 24;

    private readonly SemaphoreSlim free = new(Most);

    /// <summary>Waits until one more may; dispose ends it.</summary>
    public async Task<IDisposable> Wait(CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation);
        return new Holder(this);
    }

    public void Dispose() => free.Dispose();

    private sealed class Holder(Holders owner) : IDisposable
    {
        private bool ended;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref ended, true))
                owner.free.Release();
        }
    }
}

/// <summary>Sessions that hold locks in the database until they commit.</summary>
internal static class Holding
{
    /// <summary>Begins the transaction of a session now, so that it can hold locks; nobody else commits what it has to write.</summary>
    public static async Task HoldAsync(this IDocumentSession session, CancellationToken cancellation)
    {
        if (session.Holds())
            return;
        session.Listeners.Add(Mark.Instance);
        await session.BeginTransactionAsync(cancellation);
    }

    public static bool Holds(this IDocumentSession session) => session.Listeners.Contains(Mark.Instance);

    private sealed class Mark : DocumentSessionListenerBase
    {
        public static readonly Mark Instance = new();
    }
}

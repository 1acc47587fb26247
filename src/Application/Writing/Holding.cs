using Marten;

namespace EventSourcedOrgs.Application.Writing;

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

using System.Collections.Concurrent;

namespace EventSourcedOrgs.Host.Api;

/// <summary>How many streams each caller holds open: what one person forgets to close is not to keep others out.</summary>
internal sealed class OpenStreams
{
    public const int MostOfOne = 20;

    private readonly ConcurrentDictionary<string, int> open = new();

    /// <summary>Room for one more, until it is disposed of; null when this caller has enough.</summary>
    public Room? Take(string caller)
    {
        if (open.AddOrUpdate(caller, 1, static (_, count) => count + 1) <= MostOfOne)
            return new Room(this, caller);
        Give(caller);
        return null;
    }

    private void Give(string caller)
    {
        open.AddOrUpdate(caller, 0, static (_, count) => count - 1);
        open.TryRemove(new(caller, 0));
    }

    /// <summary>The room that one stream takes.</summary>
    public sealed class Room(OpenStreams streams, string caller) : IDisposable
    {
        public void Dispose() => streams.Give(caller);
    }
}

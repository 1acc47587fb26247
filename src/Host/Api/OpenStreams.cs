using System.Collections.Concurrent;

namespace EventSourcedOrgs.Host.Api;

/// <summary>How many streams each caller holds open: what one person forgets to close is not to keep others out.</summary>
internal sealed class OpenStreams
{
    public const int MostOfOne = 20;

    private readonly ConcurrentDictionary<string, int> open = new();

    /// <summary>Takes room for one more; false when this caller has enough.</summary>
    public bool Take(string caller)
    {
        if (open.AddOrUpdate(caller, 1, static (_, count) => count + 1) <= MostOfOne)
            return true;
        Give(caller);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(string caller)
    {
        open.AddOrUpdate(caller, 0, static (_, count) => count - 1);
        open.TryRemove(new(caller, 0));
    }
}

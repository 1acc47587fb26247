using System.Collections.Concurrent;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// Keeps what was used lately, in two generations: when the younger is full it becomes the older one, and what was not used since the time before is forgotten. For many threads at once.
/// </summary>
/// <param name="most">How many a generation holds, about.</param>
public sealed class Generations<TKey, TValue>(int most)
    where TKey : notnull
    where TValue : class
{
    private volatile Pair kept = new(new(), new());
    private int count;

    public TValue? Find(TKey key)
    {
        var (younger, older) = kept;
        if (younger.TryGetValue(key, out var value))
            return value;
        if (!older.TryGetValue(key, out value))
            return null;

        // Who keeps something newer meanwhile is not overtaken.
        if (younger.TryAdd(key, value))
            Grow();
        return value;
    }

    public void Keep(TKey key, TValue value)
    {
        var younger = kept.Younger;
        if (younger.TryAdd(key, value))
            Grow();
        else
            younger[key] = value;
    }

    /// <summary>Puts something in the place of what is kept, if that is this object.</summary>
    public void Replace(TKey key, TValue former, TValue value) => kept.Younger.TryUpdate(key, value, former);

    public void Clear()
    {
        kept = new(new(), new());
        Interlocked.Exchange(ref count, 0);
    }

    private void Grow()
    {
        // One of those who let it grow at the same time is the one who fills it. Counting the entries would lock all of them.
        if (Interlocked.Increment(ref count) != most)
            return;
        kept = new(new(), kept.Younger);
        Interlocked.Exchange(ref count, 0);
    }

    private sealed record Pair(ConcurrentDictionary<TKey, TValue> Younger, ConcurrentDictionary<TKey, TValue> Older);
}

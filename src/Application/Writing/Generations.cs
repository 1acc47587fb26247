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
        var now = kept;
        if (now.Younger.TryGetValue(key, out var value))
            return value;
        if (!now.Older.TryGetValue(key, out value))
            return null;

        // Who keeps something newer meanwhile is not overtaken.
        if (now.Younger.TryAdd(key, value))
            Grow(now);
        return value;
    }

    public void Keep(TKey key, TValue value)
    {
        var now = kept;
        if (now.Younger.TryAdd(key, value))
            Grow(now);
        else
            now.Younger[key] = value;
    }

    /// <summary>Puts something in the place of what is kept, if that is this object.</summary>
    public void Replace(TKey key, TValue former, TValue value) => kept.Younger.TryUpdate(key, value, former);

    public void Remove(TKey key)
    {
        // From the older first: what is found there comes into the younger.
        var now = kept;
        now.Older.TryRemove(key, out _);
        now.Younger.TryRemove(key, out _);
    }

    public void Clear()
    {
        kept = new(new(), new());
        Interlocked.Exchange(ref count, 0);
    }

    private void Grow(Pair now)
    {
        // One of those who let it grow at the same time is the one who fills it, unless all was cleared. Counting the entries would lock all of them.
        if (Interlocked.Increment(ref count) != most)
            return;
        Interlocked.CompareExchange(ref kept, new(new(), now.Younger), now);
        Interlocked.Exchange(ref count, 0);
    }

    private sealed record Pair(ConcurrentDictionary<TKey, TValue> Younger, ConcurrentDictionary<TKey, TValue> Older);
}

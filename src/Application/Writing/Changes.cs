using System.Collections.Concurrent;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// Which streams have changed, and up to which position that is known completely: so a state that was read at a position is known to be the same, without looking at it, when its stream has no event
/// after that. Whoever reads also reads the few events after <see cref="Final"/>, and notes them before anything is taken to be the same.
/// </summary>
/// <param name="repairs">How often states had been repaired by then: that changes them without an event.</param>
/// <param name="highWater">The position that those who follow the events have found to be final.</param>
public sealed class Changes(long highWater, long repairs)
{
    /// <summary>Of more events at once nobody takes note: then looking at the states costs less.</summary>
    public const int MostAtOnce = 200;

    private const int MostStreams = 100_000;

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<Guid, long> last = new();
    private int streams;
    private long final = highWater;
    private long highWater = highWater;

    public long Repairs { get; } = repairs;

    /// <summary>What is known by this refers to it, which does not keep all of it alive.</summary>
    public object Identity { get; } = new();

    /// <summary>Everything up to here was committed or never will be, and is noted; it only grows.</summary>
    public long Final => Interlocked.Read(ref final);

    /// <summary>The greatest one that was read: a database that has a smaller one is not the same.</summary>
    public long HighWater => Interlocked.Read(ref highWater);

    public bool IsFull => Volatile.Read(ref streams) > MostStreams;

    /// <summary>Whether a state that holds everything up to a position holds every event of its stream that is noted.</summary>
    public bool AreIn(Guid stream, long position) => !last.TryGetValue(stream, out var latest) || latest <= position;

    /// <summary>Notes what this process has written, before anybody is given what the streams became: so what another stream of the same transaction was is not taken for what it is.</summary>
    public void Note(IEnumerable<(long Position, Guid Stream)> written)
    {
        lock (gate)
        {
            foreach (var (position, stream) in written)
                Note(position, stream);
        }
    }

    /// <summary>Notes all events after a position that was final, as one snapshot of the database has them, in their order; answers what is final in it.</summary>
    public long Note(long after, IReadOnlyList<(long Position, Guid Stream)> events, long mark)
    {
        var end = after;
        lock (gate)
        {
            foreach (var (position, stream) in events)
            {
                Note(position, stream);
                if (position == end + 1)
                    end = position; // without a gap nobody is still to come
            }

            end = Math.Max(end, mark);
            Interlocked.Exchange(ref highWater, Math.Max(highWater, mark));
            Interlocked.Exchange(ref final, Math.Max(final, end));
        }

        return end;
    }

    private void Note(long position, Guid stream)
    {
        if (!last.TryGetValue(stream, out var latest))
            streams++;
        if (position > latest)
            last[stream] = position;
    }
}

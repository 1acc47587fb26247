namespace EventSourcedOrgs.Projections;

/// <summary>That a working set lives for many pages: which one it is at, and which rows of its table were written that it no longer holds.</summary>
internal sealed class Filling
{
    private readonly KeyFilter written = new();

    public int Page { get; set; } = 1;

    public bool Spilled { get; set; }

    /// <summary>That the table holds the row of a key now.</summary>
    public void Written<TKey>(TKey key) where TKey : notnull => written.Add(key.GetHashCode());

    /// <summary>False for most keys whose row the table does not hold: for them nothing is asked, and their rows are new.</summary>
    public bool MayHold<TKey>(TKey key) where TKey : notnull => written.MayContain(key.GetHashCode());
}

/// <summary>
/// A Bloom filter: remembers keys by their hashes in one and a half bytes each, and takes few that it does not know for one that it does, never the reverse. It grows by parts, each four times as large as the one before.
/// </summary>
internal sealed class KeyFilter
{
    private const int BitsOfKey = 12;
    private const int ProbesOfKey = 4;
    private const int SmallestPart = 1 << 16;
    private const int LargestPart = 1 << 30;

    private readonly List<ulong[]> parts = [];
    private int room;

    public void Add(int hash)
    {
        if (MayContain(hash))
            return;

        if (room == 0)
        {
            var bits = parts.Count == 0 ? SmallestPart : (int)Math.Min(LargestPart, Bits(parts[^1]) * 4);
            parts.Add(new ulong[bits / 64]);
            room = bits / BitsOfKey;
        }

        room--;
        var (part, mixed) = (parts[^1], Mixed(hash));
        for (var probe = 0; probe < ProbesOfKey; probe++)
        {
            var bit = BitOf(part, mixed, probe);
            part[bit / 64] |= 1UL << bit;
        }
    }

    public bool MayContain(int hash)
    {
        var mixed = Mixed(hash);
        foreach (var part in parts)
        {
            if (Holds(part, mixed))
                return true;
        }

        return false;
    }

    private static bool Holds(ulong[] part, ulong mixed)
    {
        for (var probe = 0; probe < ProbesOfKey; probe++)
        {
            var bit = BitOf(part, mixed, probe);
            if ((part[bit / 64] & (1UL << bit)) == 0)
                return false;
        }

        return true;
    }

    /// <summary>One half of what is mixed says where the probes of a key begin, the other how far apart they are.</summary>
    private static int BitOf(ulong[] part, ulong mixed, int probe) => (int)((mixed + ((ulong)probe * ((mixed >> 32) | 1))) & (ulong)(Bits(part) - 1));

    private static long Bits(ulong[] part) => part.Length * 64L;

    /// <summary>Spreads hashes that differ in few bits over all.</summary>
    private static ulong Mixed(int hash)
    {
        var mixed = (uint)hash * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
        return mixed ^ (mixed >> 32);
    }
}

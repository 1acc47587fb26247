using System.Numerics;

namespace EventSourcedOrgs.Proof;

/// <summary>
/// The root of a growing tree (RFC 6962), kept as the roots of its perfect subtrees, the largest first: at most 64 hashes, whatever the size.
/// </summary>
public sealed class MerkleRoot
{
    private readonly List<Digest> peaks;

    public MerkleRoot() => peaks = [];

    /// <param name="size">The number of leaves.</param>
    /// <param name="peaks">One hash for each bit that is set in the size, the highest first.</param>
    public MerkleRoot(long size, IEnumerable<Digest> peaks)
    {
        (Size, this.peaks) = (size, [.. peaks]);
        if (BitOperations.PopCount((ulong)size) != this.peaks.Count)
            throw new ArgumentException("A tree has as many perfect subtrees as its size has bits.", nameof(peaks));
    }

    /// <summary>The number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>Is told the level, the number and the hash of every node that becomes complete.</summary>
    public Action<int, long, Digest>? Completed { get; init; }

    /// <summary>Adds the hash of the next leaf.</summary>
    public void Add(Digest leaf)
    {
        for (var (number, level) = (Size++, 1); (number & 1) == 1; number >>= 1, level++)
        {
            leaf = Digest.OfNode(peaks[^1], leaf);
            peaks.RemoveAt(peaks.Count - 1);
            Completed?.Invoke(level, number >> 1, leaf);
        }

        peaks.Add(leaf);
    }

    /// <summary>The root hash of all leaves so far.</summary>
    public Digest Hash
    {
        get
        {
            if (peaks.Count == 0)
                return Digest.OfNothing;

            var hash = peaks[^1];
            for (var i = peaks.Count - 2; i >= 0; i--)
                hash = Digest.OfNode(peaks[i], hash);
            return hash;
        }
    }
}

using System.Numerics;

namespace EventSourcedOrgs.Proof;

/// <summary>
/// Proofs out of a tree whose perfect subtrees can be looked up (RFC 6962, sections 2.1.1 and 2.1.2). A node of level l and number n covers the leaves
/// [n * 2^l, (n + 1) * 2^l).
/// </summary>
/// <param name="size">The number of leaves.</param>
/// <param name="node">Finds the hash of a perfect subtree by level and number.</param>
public sealed class MerkleTree(long size, Func<int, long, CancellationToken, ValueTask<Digest>> node)
{
    /// <summary>The root of the first so many leaves.</summary>
    public ValueTask<Digest> Root(long of, CancellationToken cancellation = default) => Range(0, Within(of), cancellation);

    /// <summary>The hashes that lead from a leaf to the root.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public async ValueTask<IReadOnlyList<Digest>> Inclusion(long leaf, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leaf);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leaf, size);
        var path = new List<Digest>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + Half(end - start);
            if (leaf < middle)
            {
                path.Add(await Range(middle, end, cancellation));
                end = middle;
            }
            else
            {
                path.Add(await Range(start, middle, cancellation));
                start = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>The hashes that show that the first so many leaves are the same in the whole tree.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has not so many leaves, or none were asked for.</exception>
    public async ValueTask<IReadOnlyList<Digest>> Consistency(long of, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(of, 1);
        var proof = new List<Digest>();
        await Consistency(Within(of), 0, size, whole: true, proof, cancellation);
        return proof;
    }

    private async ValueTask Consistency(long of, long start, long end, bool whole, List<Digest> proof, CancellationToken cancellation)
    {
        if (of == end - start)
        {
            if (!whole)
                proof.Add(await Range(start, end, cancellation));
            return;
        }

        var half = Half(end - start);
        if (of <= half)
        {
            await Consistency(of, start, start + half, whole, proof, cancellation);
            proof.Add(await Range(start + half, end, cancellation));
        }
        else
        {
            await Consistency(of - half, start + half, end, whole: false, proof, cancellation);
            proof.Add(await Range(start, start + half, cancellation));
        }
    }

    /// <summary>The hash of the leaves in [start, end); the start is a multiple of the power of two that is not smaller than their number.</summary>
    private async ValueTask<Digest> Range(long start, long end, CancellationToken cancellation)
    {
        var count = end - start;
        if (count == 0)
            return Digest.OfNothing;
        if (BitOperations.IsPow2(count))
            return await node(BitOperations.Log2((ulong)count), start / count, cancellation);

        var middle = start + Half(count);
        return Digest.OfNode(await Range(start, middle, cancellation), await Range(middle, end, cancellation));
    }

    private long Within(long of)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(of);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(of, size);
        return of;
    }

    /// <summary>The largest power of two that is smaller than the number.</summary>
    private static long Half(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}

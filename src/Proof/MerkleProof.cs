namespace EventSourcedOrgs.Proof;

/// <summary>Checks proofs with nothing but hashes (RFC 9162, sections 2.1.3.2 and 2.1.4.2).</summary>
public static class MerkleProof
{
    /// <summary>Whether the leaf of this hash is at this place of the tree with this root.</summary>
    public static bool Includes(Digest leaf, long index, long size, IReadOnlyList<Digest> proof, Digest root)
    {
        if (index < 0 || index >= size)
            return false;

        var (fn, sn, hash) = (index, size - 1, leaf);
        foreach (var sibling in proof)
        {
            if (sn == 0)
                return false;

            if ((fn & 1) == 1 || fn == sn)
            {
                hash = Digest.OfNode(sibling, hash);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                hash = Digest.OfNode(hash, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && hash == root;
    }

    /// <summary>Whether the tree of the first root is the beginning of the tree of the second.</summary>
    public static bool IsConsistent(long first, Digest firstRoot, long second, Digest secondRoot, IReadOnlyList<Digest> proof)
    {
        if (first < 1 || first > second)
            return false;
        if (first == second)
            return proof.Count == 0 && firstRoot == secondRoot;

        IEnumerable<Digest> path = long.IsPow2(first) ? proof.Prepend(firstRoot) : proof;
        using var steps = path.GetEnumerator();
        if (!steps.MoveNext())
            return false;

        var (fn, sn) = (first - 1, second - 1);
        while ((fn & 1) == 1)
            (fn, sn) = (fn >> 1, sn >> 1);

        var (old, grown) = (steps.Current, steps.Current);
        while (steps.MoveNext())
        {
            if (sn == 0)
                return false;

            if ((fn & 1) == 1 || fn == sn)
            {
                old = Digest.OfNode(steps.Current, old);
                grown = Digest.OfNode(steps.Current, grown);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                grown = Digest.OfNode(grown, steps.Current);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && old == firstRoot && grown == secondRoot;
    }
}

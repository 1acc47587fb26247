using System.Numerics;

namespace EventSourcedOrgs.Proof.Tests;

/// <summary>Roots and proofs, for every size up to 70 and every leaf, against a tree that is computed as RFC 6962 defines it.</summary>
public class MerkleTrees
{
    private const int Largest = 70;

    private static readonly Digest[] Leaves = [.. Enumerable.Range(0, Largest).Select(i => Digest.OfLeaf([(byte)i]))];

    /// <summary>The leaves and roots that implementations of RFC 6962 test themselves with.</summary>
    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_those_of_other_implementations(int size, string root)
    {
        string[] contents = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        var tree = new MerkleRoot();
        foreach (var content in contents.Take(size))
            tree.Add(Digest.OfLeaf(Convert.FromHexString(content)));
        Convert.ToHexStringLower(tree.Hash.ToArray()).ShouldBe(root);
    }

    [Fact]
    public async Task A_growing_root_and_one_that_is_looked_up_are_the_same()
    {
        var growing = new MerkleRoot();
        for (var size = 1; size <= Largest; size++)
        {
            growing.Add(Leaves[size - 1]);
            growing.Hash.ShouldBe(Root(0, size));
            (await Tree(size).Root(size)).ShouldBe(Root(0, size));
        }
    }

    [Fact]
    public void A_growing_root_tells_every_node_that_it_makes()
    {
        var told = new Dictionary<(int Level, long Number), Digest>();
        var growing = new MerkleRoot { Completed = (level, number, hash) => told.Add((level, number), hash) };
        foreach (var leaf in Leaves)
            growing.Add(leaf);
        told.Count.ShouldBe(35 + 17 + 8 + 4 + 2 + 1);
        told.ShouldAllBe(node => node.Value == Root((int)node.Key.Number << node.Key.Level, ((int)node.Key.Number + 1) << node.Key.Level));
    }

    [Fact]
    public async Task Every_leaf_is_proved_and_nothing_else()
    {
        for (var size = 1; size <= Largest; size++)
        {
            for (var leaf = 0; leaf < size; leaf++)
            {
                var proof = await Tree(size).Inclusion(leaf);
                proof.Count.ShouldBeLessThanOrEqualTo(BitOperations.Log2((uint)size) + 1);
                MerkleProof.Includes(Leaves[leaf], leaf, size, proof, Root(0, size)).ShouldBeTrue();
                MerkleProof.Includes(Leaves[(leaf + 1) % Largest], leaf, size, proof, Root(0, size)).ShouldBeFalse("another leaf");
                MerkleProof.Includes(Leaves[leaf], leaf, size, proof, Root(0, size + 1 > Largest ? size - 1 : size + 1)).ShouldBeFalse("another tree");
                MerkleProof.Includes(Leaves[leaf], leaf, size, [.. proof, Leaves[0]], Root(0, size)).ShouldBeFalse("a proof too long");
                MerkleProof.Includes(Leaves[leaf], size, size, proof, Root(0, size)).ShouldBeFalse("a place outside");
                if (size > 1)
                {
                    MerkleProof.Includes(Leaves[leaf], (leaf + 1) % size, size, proof, Root(0, size)).ShouldBeFalse("another place");
                    MerkleProof.Includes(Leaves[leaf], leaf, size, [.. proof.Skip(1)], Root(0, size)).ShouldBeFalse("a proof too short");
                }
            }
        }
    }

    [Fact]
    public async Task Every_tree_is_proved_to_begin_with_every_smaller_one()
    {
        for (var size = 1; size <= Largest; size++)
        {
            for (var first = 1; first <= size; first++)
            {
                var proof = await Tree(size).Consistency(first);
                MerkleProof.IsConsistent(first, Root(0, first), size, Root(0, size), proof).ShouldBeTrue($"{first} of {size}");
                MerkleProof.IsConsistent(first, Leaves[^1], size, Root(0, size), proof).ShouldBeFalse("another beginning");
                MerkleProof.IsConsistent(first, Root(0, first), size, Leaves[^1], proof).ShouldBeFalse("another end");
                MerkleProof.IsConsistent(first, Root(0, first), size, Root(0, size), [.. proof, Leaves[0]]).ShouldBeFalse("a proof too long");
                if (proof.Count > 0)
                    MerkleProof.IsConsistent(first, Root(0, first), size, Root(0, size), [.. proof.Skip(1)]).ShouldBeFalse("a proof too short");
            }
        }
    }

    [Fact]
    public async Task A_root_goes_on_from_its_perfect_subtrees()
    {
        for (var size = 0; size < Largest; size++)
        {
            var peaks = new List<Digest>();
            var start = 0L;
            for (var bit = 30; bit >= 0; bit--)
            {
                if ((size >> bit & 1) == 1)
                {
                    peaks.Add(Root((int)start, (int)(start + (1 << bit))));
                    start += 1 << bit;
                }
            }

            var tree = new MerkleRoot(size, peaks);
            tree.Add(Leaves[size]);
            tree.Hash.ShouldBe(await Tree(size + 1).Root(size + 1));
        }
    }

    [Fact]
    public async Task What_is_not_there_has_no_proof()
    {
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Tree(3).Inclusion(3));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Tree(3).Consistency(4));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Tree(3).Consistency(0));
    }

    private static MerkleTree Tree(int size) => new(size, (level, number, _) => new(Root((int)(number << level), (int)((number + 1) << level))));

    /// <summary>MTH of RFC 6962, section 2.1, word for word.</summary>
    private static Digest Root(int start, int end)
    {
        if (end == start)
            return Digest.OfNothing;
        if (end - start == 1)
            return Leaves[start];
        var half = 1;
        while (half * 2 < end - start)
            half *= 2;
        return Digest.OfNode(Root(start, start + half), Root(start + half, end));
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EventSourcedOrgs.Proof;

/// <summary>A SHA-256 hash, 32 bytes, as a value.</summary>
public readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    /// <exception cref="ArgumentException">It has not 32 bytes.</exception>
    public static Digest From(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size ? MemoryMarshal.Read<Digest>(bytes) : throw new ArgumentException($"A hash has {Size} bytes.", nameof(bytes));

    /// <summary>The hash that base64 text stands for; false when it stands for none.</summary>
    public static bool TryParse(string text, out Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var isOne = Convert.TryFromBase64String(text, bytes, out var written) && written == Size;
        digest = isOne ? From(bytes) : default;
        return isOne;
    }

    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Base64, as in checkpoints and proofs.</summary>
    public override string ToString() => Convert.ToBase64String(ToArray());

    /// <summary>The hash of a leaf: SHA-256 of 0x00 and its content (RFC 6962, section 2.1).</summary>
    public static Digest OfLeaf(ReadOnlySpan<byte> content)
    {
        const int OnStack = 4096;
        byte[]? rented = null;
        var prefixed = content.Length < OnStack ? stackalloc byte[content.Length + 1] : rented = System.Buffers.ArrayPool<byte>.Shared.Rent(content.Length + 1);
        prefixed[0] = 0;
        content.CopyTo(prefixed[1..]);
        var hash = Of(prefixed[..(content.Length + 1)]);
        if (rented is not null)
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>The hash of a node: SHA-256 of 0x01, its left and its right child.</summary>
    public static Digest OfNode(Digest left, Digest right)
    {
        Span<byte> bytes = stackalloc byte[1 + 2 * Size];
        bytes[0] = 1;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Size)..]);
        return Of(bytes);
    }

    /// <summary>The hash of a tree without leaves: SHA-256 of nothing.</summary>
    public static Digest OfNothing { get; } = Of([]);

    /// <summary>Each thread keeps what it hashes with: to make it anew takes a quarter of the time of a hash.</summary>
    [ThreadStatic]
    private static IncrementalHash? sha256;

    private static Digest Of(ReadOnlySpan<byte> bytes)
    {
        var mine = sha256 ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> hash = stackalloc byte[Size];
        mine.AppendData(bytes);
        mine.GetHashAndReset(hash);
        return From(hash);
    }
}

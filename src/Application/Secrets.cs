using System.Security.Cryptography;

namespace EventSourcedOrgs.Application;

/// <summary>
/// The installation's master key (32 bytes) and what is derived from it (HKDF-SHA256): it never leaves the process, and a copy of the
/// database alone opens nothing that it seals.
/// </summary>
public sealed class Secrets
{
    public const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] sealing;
    private readonly byte[] hashing;

    public Secrets(ReadOnlySpan<byte> master)
    {
        if (master.Length != KeySize)
            throw new ArgumentException($"The master key has {KeySize} bytes.", nameof(master));

        var key = master.ToArray();
        sealing = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: "seal"u8.ToArray());
        hashing = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: "hash"u8.ToArray());
    }

    /// <summary>A keyed hash (HMAC-SHA256) as lower-case hex: equal for equal values, meaningless without the master key.</summary>
    public string Hash(ReadOnlySpan<byte> value) => Convert.ToHexStringLower(HMACSHA256.HashData(hashing, value));

    public byte[] Seal(ReadOnlySpan<byte> plain) => Seal(sealing, plain);

    public byte[] Open(ReadOnlySpan<byte> sealedBytes) => Open(sealing, sealedBytes);

    /// <summary>AES-256-GCM: nonce (12 bytes), tag (16), cipher text.</summary>
    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> plain)
    {
        var result = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceSize));
        Cipher.Of(key).Aes.Encrypt(result.AsSpan(0, NonceSize), plain, result.AsSpan(NonceSize + TagSize), result.AsSpan(NonceSize, TagSize));
        return result;
    }

    /// <summary>The plain bytes.</summary>
    /// <exception cref="CryptographicException">It was sealed with another key, or altered.</exception>
    public static byte[] Open(byte[] key, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < NonceSize + TagSize)
            throw new CryptographicException("The sealed value is too short.");

        var plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        Cipher.Of(key).Aes.Decrypt(sealedBytes[..NonceSize], sealedBytes[(NonceSize + TagSize)..], sealedBytes.Slice(NonceSize, TagSize), plain);
        return plain;
    }

    /// <summary>The cipher of the key that a thread used last, kept because to make it takes longer than to seal a name, and what is of one person comes together.</summary>
    private sealed class Cipher(byte[] key) : IDisposable
    {
        [ThreadStatic]
        private static Cipher? last;

        private readonly byte[] key = key;

        public AesGcm Aes { get; } = new(key, TagSize);

        public static Cipher Of(byte[] key)
        {
            if (last is { } known && known.key == key)
                return known;

            var former = last;
            last = new(key);
            former?.Dispose();
            return last;
        }

        public void Dispose() => Aes.Dispose();
    }
}

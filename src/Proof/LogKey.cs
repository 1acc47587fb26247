using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace EventSourcedOrgs.Proof;

/// <summary>The Ed25519 key that signs the checkpoints of a log.</summary>
public sealed class LogKey : IDisposable
{
    public const int SignatureSize = 64;

    private static readonly SignatureAlgorithm Algorithm = SignatureAlgorithm.Ed25519;

    private readonly Key key;

    private LogKey(string name, Key key) => (this.key, Public) = (key, new(name, key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));

    public string Name => Public.Name;

    public LogPublicKey Public { get; }

    /// <summary>A new secret, 32 random bytes.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(Algorithm.PrivateKeySize);

    /// <param name="name">The name of the log.</param>
    /// <param name="secret">32 bytes, the seed of RFC 8032.</param>
    public static LogKey From(string name, ReadOnlySpan<byte> secret) => new(name, Key.Import(Algorithm, secret, KeyBlobFormat.RawPrivateKey));

    public byte[] Sign(ReadOnlySpan<byte> text) => Algorithm.Sign(key, text);

    public void Dispose() => key.Dispose();
}

/// <summary>
/// The key that a verifier needs. Its text is that of C2SP's signed notes: the name, the first four bytes of a hash of name and key, and the key, joined by '+'.
/// </summary>
public sealed class LogPublicKey
{
    public const int HashSize = 4;
    private const byte Ed25519 = 1;

    private static readonly SignatureAlgorithm Algorithm = SignatureAlgorithm.Ed25519;

    private readonly byte[] bytes;
    private readonly PublicKey key;

    internal LogPublicKey(string name, byte[] bytes)
    {
        (Name, this.bytes, key) = (name, bytes, PublicKey.Import(Algorithm, bytes, KeyBlobFormat.RawPublicKey));
        Hash = [.. SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', Ed25519, .. bytes]).Take(HashSize)];
    }

    public string Name { get; }

    /// <summary>Tells keys of one name apart.</summary>
    public ImmutableArray<byte> Hash { get; }

    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) => Algorithm.Verify(key, text, signature);

    public override string ToString() => $"{Name}+{Convert.ToHexStringLower(Hash.AsSpan())}+{Convert.ToBase64String([Ed25519, .. bytes])}";

    /// <summary>Reads the text of a key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static LogPublicKey Parse(string text)
    {
        var parts = text.Trim().Split('+', 3);
        var bytes = new byte[33];
        if (parts.Length == 3 && parts[0].Length > 0 && Convert.TryFromBase64String(parts[2], bytes, out var written) && written == bytes.Length && bytes[0] == Ed25519)
        {
            var key = new LogPublicKey(parts[0], bytes[1..]);
            if (uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _) && Convert.FromHexString(parts[1]).AsSpan().SequenceEqual(key.Hash.AsSpan()))
                return key;
        }

        throw new FormatException("It is no public key of a log.");
    }
}

using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>A token of which all is known but its signature. To sign takes about a millisecond, so it is done when no lock is held any more.</summary>
public sealed class UnsignedToken
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8);

    private readonly ProductSigner signer;
    private readonly string text;

    internal UnsignedToken(ProductSigner signer, ReadOnlySpan<byte> claims) => (this.signer, text) = (signer, $"{Header}.{Base64Url.EncodeToString(claims)}");

    /// <summary>The token as a JWT, signed by RS256.</summary>
    public string Sign() => $"{text}.{Base64Url.EncodeToString(signer.Sign(Encoding.ASCII.GetBytes(text)))}";
}

/// <summary>
/// Signs with the key of one product. Opening a key takes longer than signing with it, and one that is open may sign one thing at a time; so those that were opened wait here for what comes next.
/// </summary>
internal sealed class ProductSigner
{
    private readonly byte[] key;
    private readonly ConcurrentBag<RSA> idle = [];

    /// <param name="key">The private key as PKCS #8; it throws what is wrong with it now, not when it signs.</param>
    public ProductSigner(byte[] key)
    {
        this.key = key;
        idle.Add(Open());
    }

    /// <summary>The signature of SHA-256 with PKCS #1 padding.</summary>
    public byte[] Sign(byte[] text)
    {
        var open = idle.TryTake(out var known) ? known : Open();
        var signature = open.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        idle.Add(open);
        return signature;
    }

    private RSA Open()
    {
        var open = RSA.Create();
        open.ImportPkcs8PrivateKey(key, out _);
        return open;
    }
}

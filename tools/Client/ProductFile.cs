using System.Text.Json;

namespace EventSourcedOrgs.Client;

/// <summary>
/// Which product an application is, and the public key of it. The vendor downloads this as <c>product.dat</c> and ships it inside the application; nothing in it
/// is secret, but whoever can replace it can make the application believe another signer.
/// </summary>
/// <param name="ProductId">The product.</param>
/// <param name="AccountId">The vendor's account at the server.</param>
/// <param name="PublicKey">The RSA key (PEM) that everything the server says of this product is signed with.</param>
public sealed record ProductFile(Guid ProductId, Guid AccountId, string PublicKey)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    /// <summary>Reads the text of a <c>product.dat</c>.</summary>
    /// <param name="text">JSON with <c>productId</c>, <c>accountId</c> and <c>publicKey</c>; what else is in it is ignored.</param>
    /// <exception cref="InvalidDataException">It is no product file.</exception>
    public static ProductFile Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ProductFile>(text, Json) ?? throw new InvalidDataException("The product file is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("This is no product file.", e);
        }
    }

    /// <summary>Reads a <c>product.dat</c>.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no product file.</exception>
    public static ProductFile Read(string path) => Parse(File.ReadAllText(path));
}

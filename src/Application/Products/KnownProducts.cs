using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Products;

/// <summary>Products that a request names.</summary>
internal static class KnownProducts
{
    /// <summary>The refusal when one of them is not there.</summary>
    public static async Task<Refusal?> UnknownProduct(this Store store, ValueList<ProductId> products, CancellationToken cancellation)
    {
        var known = await store.Products.Latest(products, cancellation);
        return products.All(id => known.TryGetValue(id, out var product) && product.Exists) ? null : Refusal.UnknownProducts;
    }
}

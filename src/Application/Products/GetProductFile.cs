using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Products;

/// <summary>What an application is built with, so that it knows which product it is and believes only what we signed for it; none of it is secret.</summary>
public sealed record ProductFile(ProductId ProductId, AccountId AccountId, string Name, string PublicKey);

/// <summary>The file of a product.</summary>
public sealed record GetProductFile(ProductId Product) : IQuery<ProductFile>
{
    public sealed class Handler(Store store) : IQueryHandler<GetProductFile, ProductFile>
    {
        public async Task<Result<ProductFile>> Handle(GetProductFile query, CancellationToken cancellationToken)
        {
            var product = await store.Products.Latest(query.Product, cancellationToken);
            return product.Exists && await store.Session.FindAccount(cancellationToken) is { } account
                ? new ProductFile(product.Id, account.Id, product.Name, product.PublicKey)
                : Refusal.ProductNotFound;
        }
    }
}

using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Products of the vendor.</summary>
internal static class ProductEndpoints
{
    public static void MapProducts(this Routes routes)
    {
        var products = routes.MapGroup("/products").WithTags("Products");

        products.MapPost("", (NewProduct body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(context.Now), WireProduct.Of, StatusCodes.Status201Created, p => $"/v3/products/{p.Id}", p => p.Recorded))
            .WithSummary("Create a product").Produces<WireProduct>(StatusCodes.Status201Created);

        products.MapGet("", Task<IResult> (HttpContext http) => http.List(ProductList.Listing, request => new ListProducts(request), WireProduct.Of))
            .WithList(ProductList.Listing).WithSummary("List products").Produces<IReadOnlyList<WireProduct>>();

        products.MapGet("/{productId}", (ProductId productId, HttpContext http) => http.Ask(new GetProduct(productId), WireProduct.Of, p => p.Recorded))
            .WithSummary("Get a product").Produces<WireProduct>();

        products.MapGet("/{productId}/product.dat", async (ProductId productId, HttpContext http, IMediator mediator) =>
            {
                var file = await mediator.Send(new GetProductFile(productId), http.RequestAborted);
                return file.Refusal is { } refusal ? refusal.AsHttp()
                    : Results.File(JsonSerializer.SerializeToUtf8Bytes(file.Value, HttpJson.Options), "application/json", "product.dat");
            })
            .WithName("getProductFile").WithSummary("The file that applications are built with: product, account and public key").Produces<ProductFile>();

        products.MapPatch("/{productId}", (ProductId productId, ProductPatch body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(productId, context.Now), WireProduct.Of, version: p => p.Recorded))
            .WithSummary("Change a product").Produces<WireProduct>();

        products.MapDelete("/{productId}", (ProductId productId, HttpContext http) => http.Send(new DeleteProduct(productId)))
            .WithSummary("Delete a product that has no licenses").Produces(StatusCodes.Status204NoContent);

        products.MapDelete("/metadata/{metadataId}", (Guid metadataId, HttpContext http) => http.Send(new DropProductMetadata(metadataId)))
            .WithSummary("Take an entry out of a product's metadata").Produces(StatusCodes.Status204NoContent);
    }
}

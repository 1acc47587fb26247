namespace EventSourcedOrgs.Domain.Tests.Products;

public class DeleteProduct : Spec<Product, ProductEvent>
{
    private static readonly ProductCreated Created = new(Designer, "designer", "Designer", null, Standard, "PEM");

    [Fact]
    public void A_product_is_deleted() =>
        Given(Created)
            .When(designer => designer.Delete())
            .Then(new ProductDeleted(Designer));

    [Fact]
    public void A_deleted_product_is_deleted_already() =>
        Given(Created, new ProductDeleted(Designer))
            .When(designer => designer.Delete())
            .ThenNothing();

    [Fact]
    public void A_deleted_product_no_longer_exists() =>
        Given(Created, new ProductDeleted(Designer)).State.Exists.ShouldBeFalse();

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nothing => nothing.Delete())
            .ThenRefused(Refusal.ProductNotFound);
}

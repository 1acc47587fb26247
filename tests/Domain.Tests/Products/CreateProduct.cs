namespace EventSourcedOrgs.Domain.Tests.Products;

public class CreateProduct : Spec<Product, ProductEvent>
{
    [Fact]
    public void A_product_starts_with_its_names_its_template_and_its_key() =>
        Given()
            .When(_ => Product.New(Designer, "designer", "Designer", "Draws", Standard, "PEM", []))
            .EachTime()
            .Then(new ProductCreated(Designer, "designer", "Designer", "Draws", Standard, "PEM"));

    [Fact]
    public void Metadata_is_told_by_an_event_of_its_own() =>
        Given()
            .When(_ => Product.New(Designer, "designer", "Designer", null, Standard, "PEM", [Entry("sku", "D-1")]))
            .EachTime()
            .Then(
                new ProductCreated(Designer, "designer", "Designer", null, Standard, "PEM"),
                new ProductMetadataChanged(Designer, [Entry("sku", "D-1")]));
}

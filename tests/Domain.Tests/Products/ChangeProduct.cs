namespace EventSourcedOrgs.Domain.Tests.Products;

public class ChangeProduct : Spec<Product, ProductEvent>
{
    private static readonly ProductChanges LeaveAll = new(default, default, default, default, default);

    private static readonly ProductCreated Created = new(Designer, "designer", "Designer", "Draws", Standard, "PEM");

    [Fact]
    public void What_is_left_out_stays() =>
        Given(Created)
            .When(designer => designer.Change(LeaveAll))
            .ThenNothing();

    [Fact]
    public void What_is_the_same_is_no_change() =>
        Given(Created)
            .When(designer => designer.Change(new("designer", "Designer", "Draws", Standard, ValueList.Of<MetadataEntry>([]))))
            .ThenNothing();

    [Fact]
    public void Each_thing_that_changed_is_one_event() =>
        Given(Created)
            .When(designer => designer.Change(new("designer-2", "Designer 2", "Draws better", Trial, ValueList.Of([Entry("sku", "D-2")]))))
            .Then(
                new ProductRenamed(Designer, "designer-2", "Designer 2"),
                new ProductDescriptionChanged(Designer, "Draws better"),
                new ProductTemplateChanged(Designer, Trial),
                new ProductMetadataChanged(Designer, [Entry("sku", "D-2")]));

    [Fact]
    public void One_of_the_two_names_may_change_alone() =>
        Given(Created)
            .When(designer => designer.Change(LeaveAll with { DisplayName = "The Designer" }))
            .Then(new ProductRenamed(Designer, "designer", "The Designer"));

    [Fact]
    public void Null_clears_the_description() =>
        Given(Created)
            .When(designer => designer.Change(LeaveAll with { Description = null }))
            .Then(new ProductDescriptionChanged(Designer, null));

    [Fact]
    public void Metadata_sent_again_later_is_no_change() =>
        Given(Created, new ProductMetadataChanged(Designer, [Entry("sku", "D-1")]))
            .When(designer => designer.Change(LeaveAll with { Metadata = ValueList.Of([LaterEntry("sku", "D-1")]) }))
            .ThenNothing();

    [Fact]
    public void A_deleted_product_is_not_found() =>
        Given(Created, new ProductDeleted(Designer))
            .When(designer => designer.Change(LeaveAll with { Name = "designer-2" }))
            .ThenRefused(Refusal.ProductNotFound);
}

namespace EventSourcedOrgs.Domain.Tests.Products;

public class TrialsAndMetadata : Spec<Product, ProductEvent>
{
    private static readonly ProductChanges LeaveAll = new(default, default, default, default, default);
    private static readonly ProductCreated Created = new(Designer, "designer", "Designer", "Draws", Standard, "PEM");
    private static readonly MetadataEntry Sku = Entry("sku", "D-1", id: 901);

    [Fact]
    public void A_product_may_start_with_a_trial_policy() =>
        Given()
            .When(_ => Product.New(Designer, "designer", "Designer", "Draws", Standard, "PEM", [], new TrialPolicyId(Number(931))))
            .EachTime()
            .Then(Created, new ProductTrialPolicyChanged(Designer, new TrialPolicyId(Number(931))));

    [Fact]
    public void The_trial_policy_changes() =>
        Given(Created)
            .When(designer => designer.Change(LeaveAll with { TrialPolicy = new TrialPolicyId(Number(931)) }))
            .Then(new ProductTrialPolicyChanged(Designer, new TrialPolicyId(Number(931))));

    [Fact]
    public void Null_takes_it_away() =>
        Given(Created, new ProductTrialPolicyChanged(Designer, new TrialPolicyId(Number(931))))
            .When(designer => designer.Change(LeaveAll with { TrialPolicy = default(TrialPolicyId?) }))
            .Then(new ProductTrialPolicyChanged(Designer, null));

    [Fact]
    public void One_entry_goes() =>
        Given(Created, new ProductMetadataChanged(Designer, [Sku]))
            .When(designer => designer.DropMetadata(Sku.Id))
            .OnlyOnce(Refusal.NotFound("Metadata"))
            .Then(new ProductMetadataChanged(Designer, []));

    [Fact]
    public void A_deleted_product_is_not_found() =>
        Given(Created, new ProductMetadataChanged(Designer, [Sku]), new ProductDeleted(Designer))
            .When(designer => designer.DropMetadata(Sku.Id))
            .ThenRefused(Refusal.ProductNotFound);
}

namespace EventSourcedOrgs.Domain.Tests.EntitlementSets;

/// <summary>What the vendor decides about an entitlement set.</summary>
public class EntitlementSets : Spec<EntitlementSet, EntitlementSetEvent>
{
    private static readonly ProductId Viewer = new(Number(502));
    private static readonly EntitlementSetCreated Created = new(Gold, "gold", "Gold", null, [Designer, Viewer], 2);
    private static readonly FeatureEntitlement Ten = new(Number(1), Export, "10", null, Noon, Noon);
    private static readonly DateTimeOffset Later = Noon.AddHours(1);

    [Fact]
    public void A_set_is_made() => EntitlementSet.New(Gold, "gold", "Gold", null, [Designer, Viewer], 2).Events.ShouldBe([Created]);

    [Fact]
    public void Only_what_is_another_changes() =>
        Given(Created).When(gold => gold.Change(new("Golden", "Nearly all", new ValueList<ProductId>([Designer]), 2), sold: [Designer]))
            .Then(new EntitlementSetDisplayNameChanged(Gold, "Golden"), new EntitlementSetDescriptionChanged(Gold, "Nearly all"),
                new EntitlementSetProductsChanged(Gold, [Designer]));

    [Fact]
    public void The_tier_changes() =>
        Given(Created).When(gold => gold.Change(new(default, default, default, 3), sold: [])).Then(new EntitlementSetTierChanged(Gold, 3));

    [Fact]
    public void A_product_that_is_sold_with_the_set_stays_in_it() =>
        Given(Created).When(gold => gold.Change(new(default, default, new ValueList<ProductId>([Designer]), default), sold: [Viewer]))
            .ThenRefused(Refusal.EntitlementSetInUse);

    [Fact]
    public void A_feature_is_added_once()
    {
        Given(Created).When(gold => gold.Add(Ten)).OnlyOnce(Refusal.DuplicateFeatureEntitlement).Then(new FeatureAddedToSet(Gold, Ten));
        Given(Created, new FeatureAddedToSet(Gold, Ten)).When(gold => gold.Add(Ten with { Id = Number(9) })).ThenRefused(Refusal.DuplicateFeatureEntitlement);
    }

    [Fact]
    public void A_value_changes_with_its_time() =>
        Given(Created, new FeatureAddedToSet(Gold, Ten)).When(gold => gold.ChangeFeature(Ten.Id, "20", Later))
            .Then(new FeatureOfSetChanged(Gold, Ten with { Value = "20", UpdatedAt = Later }));

    [Fact]
    public void The_same_value_changes_nothing()
    {
        Given(Created, new FeatureAddedToSet(Gold, Ten)).When(gold => gold.ChangeFeature(Ten.Id, "10", Later)).ThenNothing();
        Given(Created, new FeatureAddedToSet(Gold, Ten)).When(gold => gold.ChangeFeature(Ten.Id, default, Later)).ThenNothing();
    }

    [Fact]
    public void A_feature_is_taken_out() =>
        Given(Created, new FeatureAddedToSet(Gold, Ten)).When(gold => gold.Remove(Ten.Id)).OnlyOnce(Refusal.FeatureEntitlementNotFound)
            .Then(new FeatureRemovedFromSet(Gold, Ten.Id, Export));

    [Fact]
    public void What_the_set_does_not_give_is_not_found() =>
        Given(Created).When(gold => gold.ChangeFeature(Ten.Id, "20", Later)).ThenRefused(Refusal.FeatureEntitlementNotFound);

    [Fact]
    public void A_set_that_no_licence_has_is_deleted()
    {
        Given(Created).When(gold => gold.Delete(inUse: false)).Then(new EntitlementSetDeleted(Gold));
        Given(Created).When(gold => gold.Delete(inUse: true)).ThenRefused(Refusal.EntitlementSetInUse);
    }

    [Fact]
    public void What_is_gone_is_not_found()
    {
        var gone = Given(Created, new FeatureAddedToSet(Gold, Ten), new EntitlementSetDeleted(Gold));
        gone.When(gold => gold.Change(new(default, default, default, 3), sold: [])).ThenRefused(Refusal.EntitlementSetNotFound);
        gone.When(gold => gold.Add(Ten)).ThenRefused(Refusal.EntitlementSetNotFound);
        gone.When(gold => gold.ChangeFeature(Ten.Id, "1", Later)).ThenRefused(Refusal.EntitlementSetNotFound);
        gone.When(gold => gold.Remove(Ten.Id)).ThenRefused(Refusal.EntitlementSetNotFound);
    }
}

namespace EventSourcedOrgs.Domain.Tests.Features;

/// <summary>What the vendor decides about a feature.</summary>
public class Features : Spec<Feature, FeatureEvent>
{
    private static readonly FeatureCreated Created = new(Export, "export", "Export", null);

    [Fact]
    public void A_feature_is_made_while_there_are_fewer_than_two_hundred()
    {
        Feature.New(Export, "export", "Export", null, others: 199).Events.ShouldBe([Created]);
        Feature.New(Export, "export", "Export", null, others: 200).Refusal.ShouldBe(Refusal.TooManyFeatures);
    }

    [Fact]
    public void Only_what_is_another_changes() =>
        Given(Created).When(feature => feature.Change("Export to PDF", (string?)null)).Then(new FeatureDisplayNameChanged(Export, "Export to PDF"));

    [Fact]
    public void A_description_comes_and_goes()
    {
        Given(Created).When(feature => feature.Change(default, "All of it")).Then(new FeatureDescriptionChanged(Export, "All of it"));
        Given(Created, new FeatureDescriptionChanged(Export, "All of it")).When(feature => feature.Change(default, (string?)null))
            .Then(new FeatureDescriptionChanged(Export, null));
    }

    [Fact]
    public void A_feature_that_nothing_gives_is_deleted() => Given(Created).When(feature => feature.Delete(inUse: false)).Then(new FeatureDeleted(Export));

    [Fact]
    public void A_feature_that_is_given_stays() => Given(Created).When(feature => feature.Delete(inUse: true)).ThenRefused(Refusal.FeatureInUse);

    [Fact]
    public void What_is_deleted_is_not_changed() =>
        Given(Created, new FeatureDeleted(Export)).When(feature => feature.Change("Other", default)).ThenRefused(Refusal.FeatureNotFound);
}

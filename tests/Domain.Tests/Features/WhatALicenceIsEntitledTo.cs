namespace EventSourcedOrgs.Domain.Tests.Features;

/// <summary>The licence counts before its set, and what has ended does not count.</summary>
public class WhatALicenceIsEntitledTo
{
    private const string Nothing = "-";

    private static FeatureEntitlement Gives(FeatureId feature, string? value, DateTimeOffset? until = null) =>
        new(Number(feature.Value == Export.Value ? 1 : 2), feature, value, until, Noon, Noon);

    private static Feature Made(FeatureId id, string name) => Feature.Evolve(Feature.Initial, new FeatureCreated(id, name, name, null));

    private static readonly IReadOnlyDictionary<FeatureId, Feature> Known =
        new[] { Made(Export, "export"), Made(Layers, "layers"), Made(Cloud, "cloud") }.ToDictionary(feature => feature.Id);

    private static EntitlementSet SetOf(params FeatureEntitlement[] features) => features.Aggregate(
        EntitlementSet.Evolve(EntitlementSet.Initial, new EntitlementSetCreated(Gold, "gold", "Gold", null, [Designer], 0)),
        (set, entitlement) => EntitlementSet.Evolve(set, new FeatureAddedToSet(Gold, entitlement)));

    private static License LicenceOf(params FeatureEntitlement[] features) => features.Aggregate(
        License.Evolve(License.Initial, ProOf(Acme)), (pro, entitlement) => License.Evolve(pro, new FeatureAddedToLicense(Pro, entitlement)));

    /// <summary>What the set says, what the licence says and until how many seconds from now, and what comes of it.</summary>
    [Theory]
    [InlineData(Nothing, Nothing, null, Nothing)]
    [InlineData("10", Nothing, null, "10")]
    [InlineData(Nothing, "20", null, "20")]
    [InlineData("10", "20", null, "20")]
    [InlineData("10", null, null, null)]
    [InlineData(null, "20", null, "20")]
    [InlineData("10", "20", 1, "20")]
    [InlineData("10", "20", 0, "10")]
    [InlineData("10", "20", -1, "10")]
    [InlineData(Nothing, "20", 1, "20")]
    [InlineData(Nothing, "20", 0, Nothing)]
    [InlineData(null, "20", 0, null)]
    public void The_licence_before_the_set(string? ofSet, string? ofLicence, int? seconds, string? expected)
    {
        DateTimeOffset? until = seconds is { } left ? Noon.AddSeconds(left) : null;
        var set = ofSet == Nothing ? SetOf() : SetOf(Gives(Export, ofSet));
        var licence = ofLicence == Nothing ? LicenceOf() : LicenceOf(Gives(Export, ofLicence, until));

        var answer = Entitlements.Of(licence, set, Known, Noon);

        answer.Select(entitlement => (entitlement.Feature.Name, entitlement.Value)).ShouldBe(expected == Nothing ? [] : [("export", expected)]);
        answer.ShouldAllBe(entitlement => entitlement.IsOfSet == (ofSet != Nothing) && entitlement.ValueOfSet == (ofSet == Nothing ? null : ofSet));
        answer.ShouldAllBe(entitlement => entitlement.ExpiresAt == (expected == ofLicence && ofLicence != Nothing ? until : null));
    }

    [Fact]
    public void They_come_by_the_names_of_the_features() =>
        Entitlements.Of(LicenceOf(Gives(Layers, "1")), SetOf(Gives(Export, "2"), Gives(Cloud, "3")), Known, Noon)
            .Select(entitlement => entitlement.Feature.Name).ShouldBe(["cloud", "export", "layers"]);

    [Fact]
    public void Without_a_set_the_licence_alone_says() =>
        Entitlements.Of(LicenceOf(Gives(Layers, "1")), null, Known, Noon).Single().Value.ShouldBe("1");

    [Fact]
    public void A_set_or_feature_that_is_gone_gives_nothing()
    {
        Entitlements.Of(LicenceOf(), EntitlementSet.Evolve(SetOf(Gives(Export, "1")), new EntitlementSetDeleted(Gold)), Known, Noon).ShouldBeEmpty();
        Entitlements.Of(LicenceOf(Gives(Export, "1")), null, new Dictionary<FeatureId, Feature>(), Noon).ShouldBeEmpty();
        Entitlements.Of(LicenceOf(Gives(Export, "1")), null,
            new Dictionary<FeatureId, Feature> { [Export] = Known[Export] with { Deleted = true } }, Noon).ShouldBeEmpty();
    }
}

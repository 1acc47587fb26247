namespace EventSourcedOrgs.Domain.Tests.Licenses;

/// <summary>What a licence itself says of features.</summary>
public class FeaturesOfALicense : Spec<License, LicenseEvent>
{
    private static readonly FeatureEntitlement Ten = new(Number(1), Export, "10", Noon.AddDays(1), Noon, Noon);
    private static readonly DateTimeOffset Later = Noon.AddHours(1);

    private static History GivenTen => Given(ProOf(Acme), new FeatureAddedToLicense(Pro, Ten));

    [Fact]
    public void A_feature_is_added_once() =>
        Given(ProOf(Acme)).When(pro => pro.AddFeature(Ten)).OnlyOnce(Refusal.DuplicateFeatureEntitlement).Then(new FeatureAddedToLicense(Pro, Ten));

    [Fact]
    public void One_that_has_ended_is_changed_and_not_added_again() =>
        GivenTen.When(pro => pro.AddFeature(Ten with { Id = Number(2), ExpiresAt = Noon.AddYears(1) })).ThenRefused(Refusal.DuplicateFeatureEntitlement);

    [Fact]
    public void Value_and_end_change_each_by_itself()
    {
        GivenTen.When(pro => pro.ChangeFeature(Ten.Id, "20", default, Later)).Then(new FeatureOfLicenseChanged(Pro, Ten with { Value = "20", UpdatedAt = Later }));
        GivenTen.When(pro => pro.ChangeFeature(Ten.Id, default, (DateTimeOffset?)null, Later))
            .Then(new FeatureOfLicenseChanged(Pro, Ten with { ExpiresAt = null, UpdatedAt = Later }));
        GivenTen.When(pro => pro.ChangeFeature(Ten.Id, "10", Ten.ExpiresAt, Later)).ThenNothing();
    }

    [Fact]
    public void A_feature_is_taken_out() =>
        GivenTen.When(pro => pro.RemoveFeature(Ten.Id)).OnlyOnce(Refusal.FeatureEntitlementNotFound).Then(new FeatureRemovedFromLicense(Pro, Ten.Id, Export));

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        Given(ProOf(Acme)).When(pro => pro.ChangeFeature(Ten.Id, "20", default, Later)).ThenRefused(Refusal.FeatureEntitlementNotFound);
        var gone = Given(ProOf(Acme), new FeatureAddedToLicense(Pro, Ten), new LicenseDeleted(Pro));
        gone.When(pro => pro.AddFeature(Ten)).ThenRefused(Refusal.LicenseNotFound);
        gone.When(pro => pro.ChangeFeature(Ten.Id, "20", default, Later)).ThenRefused(Refusal.LicenseNotFound);
        gone.When(pro => pro.RemoveFeature(Ten.Id)).ThenRefused(Refusal.LicenseNotFound);
    }
}

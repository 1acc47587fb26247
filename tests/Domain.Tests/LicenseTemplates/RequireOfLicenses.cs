namespace EventSourcedOrgs.Domain.Tests.LicenseTemplates;

public class RequireOfLicenses
{
    private static readonly LicenseTemplate Demanding = LicenseTemplate.Initial with
    {
        Terms = LicenseTemplate.Initial.Terms with { RequiredMetadataKeys = ["po"], RequiredMeterAttributes = ["pages"] },
    };

    private static readonly NewLicense Plain = new(
        Pro, Designer, Standard, "PRO-KEY", Acme, null, new(), new(), default, null, null, null, [], [], Suspended: false, Revoked: false);

    private static readonly NewLicense Full = Plain with { Metadata = [Entry("po", "7")], Meters = [new(Number(911), "pages", 1, false, [], Noon, Noon)] };

    [Fact]
    public void A_licence_with_all_that_is_required_lacks_nothing() => Demanding.Lacking(Full).ShouldBeNull();

    [Fact]
    public void Where_nothing_is_required_nothing_lacks() => LicenseTemplate.Initial.Lacking(Plain).ShouldBeNull();

    [Fact]
    public void Metadata_may_lack() => Demanding.Lacking(Full with { Metadata = [Entry("PO", "7")] }).ShouldBe(Refusal.RequiredMetadataMissing("po"));

    [Fact]
    public void A_meter_may_lack() => Demanding.Lacking(Full with { Meters = [] }).ShouldBe(Refusal.RequiredMeterAttributeMissing("pages"));
}

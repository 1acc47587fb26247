namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class DropLicenseMetadata : Spec<License, LicenseEvent>
{
    private static readonly MetadataEntry Order = Entry("po", "7", id: 901);
    private static readonly MetadataEntry Sales = Entry("by", "Bob", id: 902);

    [Fact]
    public void One_entry_goes_and_the_others_stay() =>
        Given(ProOf(Acme), new LicenseMetadataChanged(Pro, [Order, Sales]))
            .When(pro => pro.DropMetadata(Order.Id))
            .OnlyOnce(Refusal.NotFound("Metadata"))
            .Then(new LicenseMetadataChanged(Pro, [Sales]));

    [Fact]
    public void An_entry_that_is_not_there_is_not_found() =>
        Given(ProOf(Acme), new LicenseMetadataChanged(Pro, [Order]))
            .When(pro => pro.DropMetadata(Sales.Id))
            .ThenRefused(Refusal.NotFound("Metadata"));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseMetadataChanged(Pro, [Order]), new LicenseDeleted(Pro))
            .When(pro => pro.DropMetadata(Order.Id))
            .ThenRefused(Refusal.LicenseNotFound);
}

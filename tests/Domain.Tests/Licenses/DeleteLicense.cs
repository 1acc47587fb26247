namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class DeleteLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseCreated Created = ProOf(Acme);

    [Fact]
    public void A_licence_is_deleted() =>
        Given(Created)
            .When(pro => pro.Delete())
            .Then(new LicenseDeleted(Pro));

    [Fact]
    public void A_deleted_licence_is_deleted_already() =>
        Given(Created, new LicenseDeleted(Pro))
            .When(pro => pro.Delete())
            .ThenNothing();

    [Fact]
    public void A_deleted_licence_no_longer_exists() =>
        Given(Created, new LicenseDeleted(Pro)).State.Exists.ShouldBeFalse();

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nothing => nothing.Delete())
            .ThenRefused(Refusal.LicenseNotFound);
}

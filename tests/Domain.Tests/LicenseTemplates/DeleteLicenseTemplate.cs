namespace EventSourcedOrgs.Domain.Tests.LicenseTemplates;

public class DeleteLicenseTemplate : Spec<LicenseTemplate, LicenseTemplateEvent>
{
    private static readonly LicenseTemplateCreated Created = new(Standard, "Standard", LicenseTemplate.Initial.Terms);

    [Fact]
    public void A_template_is_deleted() =>
        Given(Created)
            .When(standard => standard.Delete())
            .Then(new LicenseTemplateDeleted(Standard));

    [Fact]
    public void A_deleted_template_is_deleted_already() =>
        Given(Created, new LicenseTemplateDeleted(Standard))
            .When(standard => standard.Delete())
            .ThenNothing();

    [Fact]
    public void A_deleted_template_no_longer_exists() =>
        Given(Created, new LicenseTemplateDeleted(Standard)).State.Exists.ShouldBeFalse();

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nothing => nothing.Delete())
            .ThenRefused(Refusal.LicenseTemplateNotFound);
}

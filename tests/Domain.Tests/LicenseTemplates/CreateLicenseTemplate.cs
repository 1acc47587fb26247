namespace EventSourcedOrgs.Domain.Tests.LicenseTemplates;

public class CreateLicenseTemplate : Spec<LicenseTemplate, LicenseTemplateEvent>
{
    private static readonly TemplateTerms Terms = LicenseTemplate.Initial.Terms;

    [Fact]
    public void A_template_starts_with_its_terms() =>
        Given()
            .When(_ => LicenseTemplate.New(Standard, "Standard", Terms))
            .EachTime()
            .Then(new LicenseTemplateCreated(Standard, "Standard", Terms));

    [Fact]
    public void A_pattern_that_makes_no_keys_is_refused() =>
        Given()
            .When(_ => LicenseTemplate.New(Standard, "Standard", Terms with { KeyPattern = "[A-" }))
            .ThenRefused(Refusal.InvalidKeyPattern);

    [Fact]
    public void A_pattern_that_makes_guessable_keys_is_refused() =>
        Given()
            .When(_ => LicenseTemplate.New(Standard, "Standard", Terms with { KeyPattern = "[A-F0-9]{15}" }))
            .ThenRefused(Refusal.KeyPatternTooNarrow);

    [Fact]
    public void By_default_keys_are_six_groups_of_six_hexadecimal_capitals() =>
        Terms.KeyPattern.ShouldBe("^([A-F0-9]{6}-){5}[A-F0-9]{6}$");
}

namespace EventSourcedOrgs.Domain.Tests.LicenseTemplates;

public class ChangeLicenseTemplate : Spec<LicenseTemplate, LicenseTemplateEvent>
{
    private static readonly TemplateTerms Terms = LicenseTemplate.Initial.Terms;

    private static readonly LicenseTemplateCreated Created = new(Standard, "Standard", Terms);

    [Fact]
    public void What_is_left_out_stays() =>
        Given(Created)
            .When(standard => standard.Change(default, terms => terms))
            .ThenNothing();

    [Fact]
    public void What_is_the_same_is_no_change() =>
        Given(Created)
            .When(standard => standard.Change("Standard", terms => terms with { Policy = terms.Policy with { AllowedCountries = [] } }))
            .ThenNothing();

    [Fact]
    public void Name_and_terms_change_by_one_event_each() =>
        Given(Created)
            .When(standard => standard.Change("Basic", terms => terms with { Policy = terms.Policy with { AllowedActivations = 5 } }))
            .Then(
                new LicenseTemplateRenamed(Standard, "Basic"),
                new LicenseTemplateTermsChanged(Standard, Terms with { Policy = Terms.Policy with { AllowedActivations = 5 } }));

    [Fact]
    public void A_pattern_that_makes_no_keys_is_refused_and_nothing_else_changes() =>
        Given(Created)
            .When(standard => standard.Change("Basic", terms => terms with { KeyPattern = "A*" }))
            .ThenRefused(Refusal.InvalidKeyPattern);

    [Fact]
    public void A_pattern_that_makes_guessable_keys_is_refused() =>
        Given(Created)
            .When(standard => standard.Change(default, terms => terms with { KeyPattern = "A{64}" }))
            .ThenRefused(Refusal.KeyPatternTooNarrow);

    [Fact]
    public void A_deleted_template_is_not_found() =>
        Given(Created, new LicenseTemplateDeleted(Standard))
            .When(standard => standard.Change("Basic", terms => terms))
            .ThenRefused(Refusal.LicenseTemplateNotFound);
}

namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class CreateLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseTerm Yearly = new() { SubscriptionInterval = "P1Y" };

    private static readonly NewLicense NewPro = new(
        Pro, Designer, Standard, "PRO-KEY", Acme, null, new LicensePolicy(), new LicenseTerm(), default, null, null, null, [], [], false, false);

    [Fact]
    public void A_licence_without_a_term_lasts_for_ever() =>
        Given()
            .When(_ => License.New(NewPro, Noon))
            .EachTime()
            .Then(ProOf(Acme));

    [Fact]
    public void It_takes_policy_and_term_as_they_are_given() =>
        Given()
            .When(_ => License.New(NewPro with { Policy = new() { AllowedActivations = 7 }, Term = Yearly, Reseller = Reseller, Template = null }, Noon))
            .EachTime()
            .Then(ProOf(Acme) with
            {
                Policy = new() { AllowedActivations = 7 },
                Term = Yearly,
                ExpiresAt = Noon.AddYears(1),
                Reseller = Reseller,
                Template = null,
            });

    [Fact]
    public void It_may_belong_to_no_organization() =>
        Given()
            .When(_ => License.New(NewPro with { Organization = null }, Noon))
            .EachTime()
            .Then(ProOf(null));

    [Fact]
    public void A_subscription_counts_from_creation() =>
        Given()
            .When(_ => License.New(NewPro with { Term = Yearly }, Noon))
            .EachTime()
            .Then(ProOf(Acme) with { Term = Yearly, ExpiresAt = Noon.AddYears(1) });

    [Fact]
    public void A_subscription_that_counts_from_activation_has_no_end_yet() =>
        Given()
            .When(_ => License.New(NewPro with { Term = Yearly with { SubscriptionStartTrigger = SubscriptionStartTrigger.Activation } }, Noon))
            .EachTime()
            .Then(ProOf(Acme) with { Term = Yearly with { SubscriptionStartTrigger = SubscriptionStartTrigger.Activation } });

    [Fact]
    public void A_subscription_counts_from_the_effective_date_when_there_is_one() =>
        Given()
            .When(_ => License.New(NewPro with { Term = Yearly, EffectiveDate = Noon.AddMonths(1) }, Noon))
            .EachTime()
            .Then(ProOf(Acme) with { Term = Yearly, EffectiveDate = Noon.AddMonths(1), ExpiresAt = Noon.AddMonths(13) });

    [Fact]
    public void An_imported_licence_counts_from_its_own_day_of_birth() =>
        Given()
            .When(_ => License.New(NewPro with { Term = Yearly, IssuedAt = Noon.AddYears(-3) }, Noon))
            .EachTime()
            .Then(ProOf(Acme) with
            {
                Term = Yearly,
                IssuedAt = Noon.AddYears(-3),
                EffectiveDate = Noon.AddYears(-3),
                ExpiresAt = Noon.AddYears(-2),
            });

    [Fact]
    public void A_fixed_end_wins_over_the_term() =>
        Given()
            .When(_ => License.New(NewPro with { Term = Yearly, ExpiresAt = Noon.AddDays(3) }, Noon))
            .EachTime()
            .Then(ProOf(Acme) with { Term = Yearly, ExpiresAt = Noon.AddDays(3) });

    [Fact]
    public void An_end_that_is_null_means_for_ever() =>
        Given()
            .When(_ => License.New(NewPro with { Term = Yearly, ExpiresAt = null }, Noon))
            .EachTime()
            .Then(ProOf(Acme) with { Term = Yearly, ExpiresAt = null });

    [Fact]
    public void Everything_else_is_told_by_events_of_its_own() =>
        Given()
            .When(_ => License.New(NewPro with { Notes = "Paid", Tags = ["vip"], Metadata = [Entry("po", "7")], Suspended = true, Revoked = true }, Noon))
            .EachTime()
            .Then(
                ProOf(Acme),
                new LicenseNotesChanged(Pro, "Paid"),
                new LicenseTagsChanged(Pro, ["vip"]),
                new LicenseMetadataChanged(Pro, [Entry("po", "7")]),
                new LicenseSuspended(Pro),
                new LicenseRevoked(Pro));

    [Fact]
    public void A_new_licence_is_assigned_to_nobody() =>
        Given(ProOf(Acme)).State.ShouldSatisfyAllConditions(
            pro => pro.Exists.ShouldBeTrue(),
            pro => pro.PrimaryUser.ShouldBeNull(),
            pro => pro.Users.ShouldBeEmpty(),
            pro => pro.Groups.ShouldBeEmpty());

    [Fact]
    public void It_was_created_when_it_was_recorded() =>
        Aggregate.Fold(License.Initial, ProOf(Acme), Noon).CreatedAt.ShouldBe(Noon);

    [Fact]
    public void An_imported_licence_was_created_when_it_was_issued() =>
        Aggregate.Fold(License.Initial, ProOf(Acme) with { IssuedAt = Noon.AddYears(-3) }, Noon).CreatedAt.ShouldBe(Noon.AddYears(-3));
}

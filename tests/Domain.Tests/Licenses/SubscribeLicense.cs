namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class SubscribeLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseTerm Yearly = new() { SubscriptionInterval = "P1Y" };
    private static readonly LicenseTerm FromActivation = Yearly with { SubscriptionStartTrigger = SubscriptionStartTrigger.Activation };

    [Fact]
    public void An_interval_from_the_first_activation_counts_from_the_one_there_was() =>
        Given(ProOf(Acme), new LicenseFirstActivated(Pro, Noon.AddDays(3)))
            .When(pro => pro.Subscribe(new() { SubscriptionInterval = "P1M", SubscriptionStartTrigger = SubscriptionStartTrigger.Activation }))
            .Then(new LicenseTermChanged(Pro, new() { SubscriptionInterval = "P1M", SubscriptionStartTrigger = SubscriptionStartTrigger.Activation }),
                new LicenseExpiryChanged(Pro, Noon.AddDays(3).AddMonths(1)));

    [Fact]
    public void A_new_interval_gives_a_new_end_counted_from_the_effective_date() =>
        Given(ProOf(Acme) with { EffectiveDate = Noon.AddMonths(1) })
            .When(pro => pro.Subscribe(Yearly))
            .Then(new LicenseTermChanged(Pro, Yearly), new LicenseExpiryChanged(Pro, Noon.AddMonths(13)));

    [Fact]
    public void Counted_from_activation_the_end_comes_with_that() =>
        Given(ProOf(Acme) with { Term = Yearly, ExpiresAt = Noon.AddYears(1) })
            .When(pro => pro.Subscribe(FromActivation))
            .Then(new LicenseTermChanged(Pro, FromActivation), new LicenseExpiryChanged(Pro, null));

    [Fact]
    public void No_interval_means_no_end() =>
        Given(ProOf(Acme) with { Term = Yearly, ExpiresAt = Noon.AddYears(1) })
            .When(pro => pro.Subscribe(new()))
            .Then(new LicenseTermChanged(Pro, new()), new LicenseExpiryChanged(Pro, null));

    [Fact]
    public void An_end_that_is_already_right_is_not_told_again() =>
        Given(ProOf(Acme) with { ExpiresAt = Noon.AddYears(1) })
            .When(pro => pro.Subscribe(Yearly))
            .Then(new LicenseTermChanged(Pro, Yearly));

    [Fact]
    public void The_same_interval_takes_no_renewal_back() =>
        Given(ProOf(Acme) with { Term = Yearly, ExpiresAt = Noon.AddYears(1) }, new LicenseRenewed(Pro, Noon.AddYears(2)))
            .When(pro => pro.Subscribe(Yearly with { }))
            .ThenNothing();

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.Subscribe(Yearly))
            .ThenRefused(Refusal.LicenseNotFound);
}

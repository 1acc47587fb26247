namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class FirstActivation : Spec<License, LicenseEvent>
{
    private static LicenseCreated Running(LicenseTerm term) => ProOf(Acme) with { Term = term };

    [Fact]
    public void The_first_machine_is_remembered() =>
        Given(ProOf(Acme)).When(pro => pro.FirstActivate(Noon)).Then(new LicenseFirstActivated(Pro, Noon));

    [Fact]
    public void A_term_that_waited_for_it_begins() =>
        Given(Running(new() { SubscriptionInterval = "P1M", SubscriptionStartTrigger = SubscriptionStartTrigger.Activation }))
            .When(pro => pro.FirstActivate(Noon)).Then(new LicenseFirstActivated(Pro, Noon), new LicenseExpiryChanged(Pro, Noon.AddMonths(1)));

    [Fact]
    public void An_end_that_was_given_meanwhile_stays() =>
        Given(Running(new() { SubscriptionInterval = "P1M", SubscriptionStartTrigger = SubscriptionStartTrigger.Activation }), new LicenseExpiryChanged(Pro, Noon))
            .When(pro => pro.FirstActivate(Noon)).Then(new LicenseFirstActivated(Pro, Noon));

    [Fact]
    public void A_rolling_validity_gives_the_licence_no_end() =>
        Given(Running(new() { Validity = 60, ExpirationStrategy = ExpirationStrategy.Rolling })).When(pro => pro.FirstActivate(Noon)).Then(new LicenseFirstActivated(Pro, Noon));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro)).When(pro => pro.FirstActivate(Noon)).ThenRefused(Refusal.LicenseNotFound);
}

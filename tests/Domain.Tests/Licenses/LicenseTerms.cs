namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class LicenseTerms : Spec<License, LicenseEvent>
{
    private static readonly LicenseTerm Yearly = new() { SubscriptionInterval = "P1Y" };

    [Fact]
    public void Without_interval_and_validity_there_is_no_end() =>
        new LicenseTerm().EndOf(Noon, activated: null).ShouldBeNull();

    [Fact]
    public void An_interval_from_creation_ends_one_interval_later() =>
        Yearly.EndOf(Noon, activated: null).ShouldBe(Noon.AddYears(1));

    [Fact]
    public void An_interval_from_activation_has_no_end_yet() =>
        (Yearly with { SubscriptionStartTrigger = SubscriptionStartTrigger.Activation }).EndOf(Noon, activated: null).ShouldBeNull();

    [Fact]
    public void An_immediate_validity_ends_so_many_seconds_later() =>
        new LicenseTerm { Validity = 90 }.EndOf(Noon, activated: null).ShouldBe(Noon.AddSeconds(90));

    [Theory, InlineData(ExpirationStrategy.Delayed), InlineData(ExpirationStrategy.Rolling)]
    public void A_validity_that_starts_later_has_no_end_yet(ExpirationStrategy strategy) =>
        new LicenseTerm { Validity = 90, ExpirationStrategy = strategy }.EndOf(Noon, activated: null).ShouldBeNull();

    [Fact]
    public void The_interval_wins_over_the_older_validity() =>
        (Yearly with { Validity = 90, ExpirationStrategy = ExpirationStrategy.Delayed }).EndOf(Noon, activated: null).ShouldBe(Noon.AddYears(1));

    [Theory, InlineData(0), InlineData(-1)]
    public void A_validity_of_nothing_is_no_interval(int seconds) =>
        new LicenseTerm { Validity = seconds }.Interval.ShouldBeNull();

    [Fact]
    public void A_licence_without_an_end_is_perpetual() =>
        Given(ProOf(Acme)).State.Perpetual.ShouldBeTrue();

    [Fact]
    public void A_licence_with_an_end_is_not() =>
        Given(ProOf(Acme) with { ExpiresAt = Noon }).State.Perpetual.ShouldBeFalse();

    [Fact]
    public void A_licence_whose_end_comes_with_its_activation_is_not_either() =>
        Given(ProOf(Acme) with { Term = Yearly with { SubscriptionStartTrigger = SubscriptionStartTrigger.Activation } }).State.Perpetual.ShouldBeFalse();

    [Fact]
    public void A_subscription_whose_end_was_taken_away_is_perpetual() =>
        Given(ProOf(Acme) with { Term = Yearly, ExpiresAt = Noon }, new LicenseExpiryChanged(Pro, null)).State.Perpetual.ShouldBeTrue();
}

namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class ChangingTerms
{
    private static readonly LicenseTerm Yearly = new() { SubscriptionInterval = "P1Y" };
    private static readonly LicenseTerm Seconds = new() { Validity = 90, ExpirationStrategy = ExpirationStrategy.Delayed };

    [Fact]
    public void What_is_not_said_stays() =>
        new[] { Yearly, Seconds }.Select(term => term.With(new())).ShouldBe([Yearly, Seconds]);

    [Fact]
    public void An_interval_takes_the_place_of_a_validity() =>
        Seconds.With(new("P1M")).ShouldBe(Seconds with { SubscriptionInterval = "P1M", Validity = 0 });

    [Fact]
    public void A_validity_takes_the_place_of_an_interval() =>
        Yearly.With(new(Validity: 90)).ShouldBe(new LicenseTerm { Validity = 90 });

    [Fact]
    public void A_validity_of_nothing_leaves_no_end() =>
        Yearly.With(new(Validity: 0)).Interval.ShouldBeNull();

    [Fact]
    public void An_empty_interval_leaves_no_end() =>
        new[] { Yearly, Seconds }.Select(term => term.With(new("")).Interval).ShouldBe([null, null]);

    [Fact]
    public void Both_may_be_given_and_the_interval_wins() =>
        Yearly.With(new("P1M", Validity: 90)).Interval.ShouldBe(new SubscriptionInterval(1, TimeSpan.Zero));

    [Theory]
    [InlineData(SubscriptionStartTrigger.Creation, ExpirationStrategy.Immediate)]
    [InlineData(SubscriptionStartTrigger.Activation, ExpirationStrategy.Delayed)]
    public void A_trigger_is_a_strategy_by_its_newer_name(SubscriptionStartTrigger trigger, ExpirationStrategy strategy) =>
        Yearly.With(new(SubscriptionStartTrigger: trigger)).ExpirationStrategy.ShouldBe(strategy);

    [Theory]
    [InlineData(ExpirationStrategy.Immediate, SubscriptionStartTrigger.Creation)]
    [InlineData(ExpirationStrategy.Delayed, SubscriptionStartTrigger.Activation)]
    [InlineData(ExpirationStrategy.Rolling, SubscriptionStartTrigger.Activation)]
    public void A_strategy_is_a_trigger_by_its_older_name(ExpirationStrategy strategy, SubscriptionStartTrigger trigger) =>
        Yearly.With(new(ExpirationStrategy: strategy)).SubscriptionStartTrigger.ShouldBe(trigger);

    [Fact]
    public void A_delayed_template_delays_an_interval_too() =>
        new LicenseTerm().With(new(ExpirationStrategy: ExpirationStrategy.Delayed)).With(new("P1Y")).StartsWithActivation.ShouldBeTrue();
}

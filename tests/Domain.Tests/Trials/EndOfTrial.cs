using static EventSourcedOrgs.Domain.Tests.Trials.Machines;

namespace EventSourcedOrgs.Domain.Tests.Trials;

public class EndOfTrial : Spec<TrialActivation, TrialActivationEvent>
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public void An_extension_counts_from_the_end_whenever_it_is_given() =>
        Given(Started).When(trial => trial.Extend(Week)).EachTime().Then(new TrialActivationExtended(OnLaptop, Noon + Length + Week));

    [Fact]
    public void A_trial_that_is_over_may_run_again_with_it_or_not()
    {
        var extended = Given(Started, new TrialActivationExtended(OnLaptop, Noon + Length + Week)).State;
        extended.IsOverAt((Noon + Length + Week).AddTicks(-1)).ShouldBeFalse();
        extended.IsOverAt(Noon + Length + Week).ShouldBeTrue();
    }

    [Fact]
    public void No_extension_goes_past_the_last_moment() =>
        Given(Started with { ExpiresAt = DateTimeOffset.MaxValue.AddDays(-1) }).When(trial => trial.Extend(Week)).EachTime()
            .Then(new TrialActivationExtended(OnLaptop, DateTimeOffset.MaxValue));

    [Fact]
    public void The_vendor_sets_the_end_to_any_moment()
    {
        Given(Started).When(trial => trial.ExpireAt(Noon)).Then(new TrialActivationExpiryChanged(OnLaptop, Noon));
        Given(Started).When(trial => trial.ExpireAt(Noon + Length)).ThenNothing();
    }
}

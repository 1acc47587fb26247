namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class ClocksOfMachines
{
    [Theory]
    [InlineData(null, null, 3600, false)]
    [InlineData(60, null, 60, false)]
    [InlineData(-1, null, -1, true)]
    [InlineData(-1, false, -1, true)]
    [InlineData(60, true, -1, true)]
    [InlineData(null, true, -1, true)]
    [InlineData(null, false, 3600, false)]
    public void The_offset_says_whether_they_are_looked_at(int? offset, bool? ignored, int after, bool ignores)
    {
        var policy = new LicensePolicy().WithClock(offset, ignored);
        (policy.AllowedClockOffset, policy.IgnoresClock).ShouldBe((after, ignores));
        policy.WithClock(offset, ignored).ShouldBe(policy);
    }

    [Fact]
    public void A_flag_of_earlier_days_counts_until_an_offset_is_said()
    {
        var old = new LicensePolicy { AllowedClockOffset = 60, DisableClockValidation = true };
        old.IgnoresClock.ShouldBeTrue();
        old.WithClock(null, null).ShouldBe(old);
        old.WithClock(0, null).ShouldBe(new LicensePolicy { AllowedClockOffset = 0 });
        old.WithClock(null, false).ShouldBe(new LicensePolicy { AllowedClockOffset = 60 });
    }
}

using EventSourcedOrgs.Application.Writing;

namespace EventSourcedOrgs.Host.Tests.Writing;

/// <summary>What is taken to be the same because its stream has not changed.</summary>
public class ChangesTests
{
    private static readonly Guid One = Guid.NewGuid(), Other = Guid.NewGuid();

    private readonly Changes changes = new(highWater: 10, repairs: 0);

    [Fact]
    public void A_state_is_the_same_until_its_stream_has_an_event_after_what_it_holds()
    {
        changes.Note(10, [(11, One), (12, Other)], 10);

        changes.AreIn(One, 10).ShouldBeFalse();
        changes.AreIn(One, 11).ShouldBeTrue();
        changes.AreIn(Other, 11).ShouldBeFalse();
        changes.AreIn(Guid.NewGuid(), 10).ShouldBeTrue();
    }

    [Fact]
    public void Nothing_after_a_gap_is_final_because_the_event_in_it_may_still_come()
    {
        changes.Note(10, [(11, One), (13, Other)], 10).ShouldBe(11);
        changes.Final.ShouldBe(11);

        changes.Note(11, [(12, One), (13, Other)], 10).ShouldBe(13);
        changes.AreIn(One, 11).ShouldBeFalse();
    }

    [Fact]
    public void A_gap_that_those_who_follow_the_events_have_passed_is_final()
    {
        changes.Note(10, [(11, One), (13, Other)], 12).ShouldBe(12);
        changes.Note(12, [(13, Other)], 13).ShouldBe(13);
    }

    [Fact]
    public void An_older_snapshot_that_comes_later_takes_nothing_back()
    {
        changes.Note(10, [(11, One), (12, One)], 12);

        changes.Note(10, [(11, One)], 10).ShouldBe(11);

        changes.Final.ShouldBe(12);
        changes.HighWater.ShouldBe(12);
        changes.AreIn(One, 11).ShouldBeFalse();
    }
}

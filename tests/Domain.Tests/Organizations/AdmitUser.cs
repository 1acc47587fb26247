using static EventSourcedOrgs.Domain.Organizations.SeatAuthority;

namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class AdmitUser : Spec<Organization, OrganizationEvent>
{
    private static readonly UserJoinedOrganization AdaJoined = new(Acme, Ada);
    private static readonly UserJoinedOrganization BobJoined = new(Acme, Bob);
    private static readonly UserJoinedOrganization CleoJoined = new(Acme, Cleo);

    [Theory, InlineData(OrganizationAdmin), InlineData(Vendor)]
    public void A_free_seat_is_taken(SeatAuthority authority) =>
        Given(AcmeWith(seats: 3))
            .When(acme => acme.Admit(Ada, authority))
            .EachTime()
            .Then(AdaJoined);

    [Fact]
    public void The_last_seat_is_taken_once() =>
        Given(AcmeWith(seats: 2), AdaJoined)
            .When(acme => acme.Admit(Bob, OrganizationAdmin))
            .OnlyOnce(Refusal.AllowedUsersLimitReached(allowed: 2, used: 2))
            .Then(BobJoined);

    [Fact]
    public void An_organization_admin_may_not_go_past_the_limit() =>
        Given(AcmeWith(seats: 2), AdaJoined, BobJoined)
            .When(acme => acme.Admit(Cleo, OrganizationAdmin))
            .ThenRefused(Refusal.AllowedUsersLimitReached(allowed: 2, used: 2));

    [Fact]
    public void With_no_seat_an_organization_admin_may_admit_nobody() =>
        Given(AcmeWith(seats: 0))
            .When(acme => acme.Admit(Ada, OrganizationAdmin))
            .ThenRefused(Refusal.AllowedUsersLimitReached(allowed: 0, used: 0));

    [Theory, InlineData(OrganizationAdmin), InlineData(Vendor)]
    public void Without_a_limit_there_is_always_a_seat(SeatAuthority authority) =>
        Given(AcmeWith(seats: -1), AdaJoined, BobJoined)
            .When(acme => acme.Admit(Cleo, authority))
            .EachTime()
            .Then(CleoJoined);

    [Fact]
    public void Without_a_limit_seats_are_never_exceeded() =>
        Given(AcmeWith(seats: -1), AdaJoined, BobJoined).State.SeatsExceeded.ShouldBeFalse();

    [Theory, InlineData(0), InlineData(1)]
    public void The_vendor_may_go_past_the_limit(int seats) =>
        Given(AcmeWith(seats), AdaJoined)
            .When(acme => acme.Admit(Bob, Vendor))
            .EachTime()
            .Then(BobJoined);

    [Fact]
    public void Exactly_full_is_not_exceeded() =>
        Given(AcmeWith(seats: 2), AdaJoined, BobJoined).State.SeatsExceeded.ShouldBeFalse();

    [Fact]
    public void Past_the_limit_is_exceeded() =>
        Given(AcmeWith(seats: 1), AdaJoined, BobJoined).State.SeatsExceeded.ShouldBeTrue();

    [Fact]
    public void Past_the_limit_an_organization_admin_hears_how_many_are_in_use() =>
        Given(AcmeWith(seats: 1), AdaJoined, BobJoined)
            .When(acme => acme.Admit(Cleo, OrganizationAdmin))
            .ThenRefused(Refusal.AllowedUsersLimitReached(allowed: 1, used: 2));

    [Fact]
    public void Past_the_limit_one_leaving_is_not_enough_for_another_to_come() =>
        Given(AcmeWith(seats: 1), AdaJoined, BobJoined, new UserLeftOrganization(Acme, Bob))
            .When(acme => acme.Admit(Cleo, OrganizationAdmin))
            .ThenRefused(Refusal.AllowedUsersLimitReached(allowed: 1, used: 1));

    [Fact]
    public void A_lowered_limit_blocks_further_admissions() =>
        Given(AcmeWith(seats: 3), AdaJoined, BobJoined, new AllowedUsersChanged(Acme, 2))
            .When(acme => acme.Admit(Cleo, OrganizationAdmin))
            .ThenRefused(Refusal.AllowedUsersLimitReached(allowed: 2, used: 2));

    [Fact]
    public void A_raised_limit_admits_again() =>
        Given(AcmeWith(seats: 1), AdaJoined, new AllowedUsersChanged(Acme, 2))
            .When(acme => acme.Admit(Bob, OrganizationAdmin))
            .OnlyOnce(Refusal.AllowedUsersLimitReached(allowed: 2, used: 2))
            .Then(BobJoined);

    [Fact]
    public void A_seat_that_was_freed_is_taken_again() =>
        Given(AcmeWith(seats: 1), AdaJoined, new UserLeftOrganization(Acme, Ada))
            .When(acme => acme.Admit(Bob, OrganizationAdmin))
            .OnlyOnce(Refusal.AllowedUsersLimitReached(allowed: 1, used: 1))
            .Then(BobJoined);

    [Theory, InlineData(OrganizationAdmin), InlineData(Vendor)]
    public void A_deleted_organization_admits_nobody(SeatAuthority authority) =>
        Given(AcmeWith(seats: 3), new OrganizationDeleted(Acme))
            .When(acme => acme.Admit(Ada, authority))
            .ThenRefused(Refusal.OrganizationNotFound);

    [Fact]
    public void What_was_never_created_admits_nobody() =>
        Given()
            .When(nobody => nobody.Admit(Ada, Vendor))
            .ThenRefused(Refusal.OrganizationNotFound);

    [Fact]
    public void The_refusal_names_the_limit_the_use_and_who_can_raise_it() =>
        Refusal.AllowedUsersLimitReached(allowed: 10, used: 12).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("10"),
            message => message.ShouldContain("12"),
            message => message.ShouldContain("vendor"));
}

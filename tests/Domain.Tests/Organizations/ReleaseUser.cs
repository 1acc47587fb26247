namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class ReleaseUser : Spec<Organization, OrganizationEvent>
{
    [Fact]
    public void The_seat_of_a_user_who_leaves_is_free_again() =>
        Given(AcmeWith(seats: 1), new UserJoinedOrganization(Acme, Ada), new UserJoinedOrganization(Acme, Bob))
            .When(acme => acme.Release(Ada))
            .EachTime()
            .Then(new UserLeftOrganization(Acme, Ada));

    [Fact]
    public void A_seat_is_freed_once() =>
        Given(AcmeWith(seats: 1), new UserJoinedOrganization(Acme, Ada))
            .When(acme => acme.Release(Ada))
            .Then(new UserLeftOrganization(Acme, Ada));

    [Fact]
    public void Where_no_seat_is_taken_none_is_freed() =>
        Given(AcmeWith(seats: 1))
            .When(acme => acme.Release(Ada))
            .ThenNothing();

    [Fact]
    public void A_suspended_organization_frees_seats_too() =>
        Given(AcmeWith(seats: 1), new UserJoinedOrganization(Acme, Ada), new OrganizationSuspended(Acme))
            .When(acme => acme.Release(Ada))
            .Then(new UserLeftOrganization(Acme, Ada));
}

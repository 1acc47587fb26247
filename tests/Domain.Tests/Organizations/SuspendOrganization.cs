namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class SuspendOrganization : Spec<Organization, OrganizationEvent>
{
    [Fact]
    public void An_active_organization_is_suspended() =>
        Given(AcmeWith(seats: 3))
            .When(acme => acme.Suspend())
            .Then(new OrganizationSuspended(Acme));

    [Fact]
    public void A_suspended_organization_is_suspended_already() =>
        Given(AcmeWith(seats: 3), new OrganizationSuspended(Acme))
            .When(acme => acme.Suspend())
            .ThenNothing();

    [Fact]
    public void Suspension_deletes_nothing() =>
        Given(AcmeWith(seats: 3), new UserJoinedOrganization(Acme, Ada), new OrganizationSuspended(Acme)).State.ShouldSatisfyAllConditions(
            acme => acme.Exists.ShouldBeTrue(),
            acme => acme.SeatsUsed.ShouldBe(1));

    [Fact]
    public void A_reinstated_organization_may_be_suspended_again() =>
        Given(AcmeWith(seats: 3), new OrganizationSuspended(Acme), new OrganizationReinstated(Acme))
            .When(acme => acme.Suspend())
            .Then(new OrganizationSuspended(Acme));

    [Fact]
    public void A_deleted_organization_is_not_found() =>
        Given(AcmeWith(seats: 3), new OrganizationDeleted(Acme))
            .When(acme => acme.Suspend())
            .ThenRefused(Refusal.OrganizationNotFound);
}

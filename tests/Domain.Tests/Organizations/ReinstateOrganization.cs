namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class ReinstateOrganization : Spec<Organization, OrganizationEvent>
{
    [Fact]
    public void A_suspended_organization_is_reinstated() =>
        Given(AcmeWith(seats: 3), new OrganizationSuspended(Acme))
            .When(acme => acme.Reinstate())
            .Then(new OrganizationReinstated(Acme));

    [Fact]
    public void An_active_organization_is_active_already() =>
        Given(AcmeWith(seats: 3))
            .When(acme => acme.Reinstate())
            .ThenNothing();

    [Fact]
    public void A_deleted_organization_is_not_found() =>
        Given(AcmeWith(seats: 3), new OrganizationSuspended(Acme), new OrganizationDeleted(Acme))
            .When(acme => acme.Reinstate())
            .ThenRefused(Refusal.OrganizationNotFound);
}

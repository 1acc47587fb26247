namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class DeleteOrganization : Spec<Organization, OrganizationEvent>
{
    [Fact]
    public void An_empty_organization_is_deleted() =>
        Given(AcmeWith(seats: 3))
            .When(acme => acme.Delete())
            .Then(new OrganizationDeleted(Acme));

    [Fact]
    public void A_suspended_organization_is_deleted_too() =>
        Given(AcmeWith(seats: 3), new OrganizationSuspended(Acme))
            .When(acme => acme.Delete())
            .Then(new OrganizationDeleted(Acme));

    [Fact]
    public void An_organization_with_users_is_kept() =>
        Given(AcmeWith(seats: 3), new UserJoinedOrganization(Acme, Ada), new UserJoinedOrganization(Acme, Bob))
            .When(acme => acme.Delete())
            .ThenRefused(Refusal.OrganizationHasUsers(2));

    [Fact]
    public void With_its_users_it_is_deleted_as_well() =>
        Given(AcmeWith(seats: 3), new UserJoinedOrganization(Acme, Ada))
            .When(acme => acme.Delete(withUsers: true))
            .Then(new OrganizationDeleted(Acme));

    [Fact]
    public void After_its_last_user_left_it_is_deleted() =>
        Given(AcmeWith(seats: 3), new UserJoinedOrganization(Acme, Ada), new UserLeftOrganization(Acme, Ada))
            .When(acme => acme.Delete())
            .Then(new OrganizationDeleted(Acme));

    [Fact]
    public void A_deleted_organization_is_deleted_already() =>
        Given(AcmeWith(seats: 3), new OrganizationDeleted(Acme))
            .When(acme => acme.Delete())
            .ThenNothing();

    [Fact]
    public void A_deleted_organization_no_longer_exists() =>
        Given(AcmeWith(seats: 3), new OrganizationDeleted(Acme)).State.Exists.ShouldBeFalse();

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nobody => nobody.Delete())
            .ThenRefused(Refusal.OrganizationNotFound);
}

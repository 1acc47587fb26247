namespace EventSourcedOrgs.Domain.Tests.UserGroups;

public class CreateUserGroup : Spec<UserGroup, UserGroupEvent>
{
    private static readonly Organization AcmeItself = Organization.Evolve(Organization.Initial, AcmeWith(seats: 3));

    [Fact]
    public void A_group_belongs_to_one_organization() =>
        Given()
            .When(_ => UserGroup.New(Engineers, AcmeItself, "Engineers", "Those who build"))
            .EachTime()
            .Then(new UserGroupCreated(Engineers, Acme, "Engineers", "Those who build"));

    [Fact]
    public void A_suspended_organization_may_have_new_groups() =>
        Given()
            .When(_ => UserGroup.New(Engineers, AcmeItself with { Suspended = true }, "Engineers", null))
            .EachTime()
            .Then(new UserGroupCreated(Engineers, Acme, "Engineers", null));

    [Fact]
    public void A_deleted_organization_has_no_new_groups() =>
        Given()
            .When(_ => UserGroup.New(Engineers, AcmeItself with { Deleted = true }, "Engineers", null))
            .ThenRefused(Refusal.OrganizationNotFound);

    [Fact]
    public void An_unknown_organization_has_no_groups() =>
        Given()
            .When(_ => UserGroup.New(Engineers, Organization.Initial, "Engineers", null))
            .ThenRefused(Refusal.OrganizationNotFound);

    [Fact]
    public void A_group_exists_from_its_creation_to_its_deletion() =>
        new[] { Given(), Given(Formed(Engineers, of: Acme)), Given(Formed(Engineers, of: Acme), new UserGroupDeleted(Engineers)) }
            .Select(history => history.State.Exists)
            .ShouldBe([false, true, false]);
}

namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class AssignGroupToLicense : Spec<License, LicenseEvent>
{
    [Fact]
    public void A_group_of_the_organization_is_assigned() =>
        Given(ProOf(Acme))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .Then(new GroupAssignedToLicense(Pro, Engineers));

    [Fact]
    public void Several_groups_may_be_assigned() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers))
            .When(pro => pro.AssignGroup(Group(Sales, of: Acme)))
            .Then(new GroupAssignedToLicense(Pro, Sales));

    [Fact]
    public void A_group_that_is_assigned_is_assigned_already() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .ThenNothing();

    [Fact]
    public void A_group_that_was_unassigned_may_be_assigned_again() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new GroupUnassignedFromLicense(Pro, Engineers))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .Then(new GroupAssignedToLicense(Pro, Engineers));

    [Fact]
    public void A_suspended_licence_is_assigned_too() =>
        Given(ProOf(Acme), new LicenseSuspended(Pro))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .Then(new GroupAssignedToLicense(Pro, Engineers));

    [Fact]
    public void A_foreign_organizations_licence_is_not_assigned() =>
        Given(ProOf(Globex))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .ThenRefused(Refusal.UserGroupNotFound);

    [Fact]
    public void A_licence_of_no_organization_is_assigned_to_no_group() =>
        Given(ProOf(null))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .ThenRefused(Refusal.UserGroupNotFound);

    [Fact]
    public void A_deleted_group_is_not_found() =>
        Given(ProOf(Acme))
            .When(pro => pro.AssignGroup(Deleted(Group(Engineers, of: Acme))))
            .ThenRefused(Refusal.UserGroupNotFound);

    [Fact]
    public void A_group_that_was_assigned_and_then_deleted_is_not_found() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers))
            .When(pro => pro.AssignGroup(Deleted(Group(Engineers, of: Acme))))
            .ThenRefused(Refusal.UserGroupNotFound);

    [Fact]
    public void A_revoked_licence_is_not_assigned() =>
        Given(ProOf(Acme), new LicenseRevoked(Pro))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .ThenRefused(Refusal.LicenseRevoked);

    [Fact]
    public void What_a_revoked_licence_is_assigned_to_it_is_assigned_to_already() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new LicenseRevoked(Pro))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .ThenNothing();

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme)))
            .ThenRefused(Refusal.LicenseNotFound);

    [Fact]
    public void A_licence_that_never_was_opens_to_no_group_that_never_was() =>
        Given()
            .When(nothing => nothing.AssignGroup(UserGroup.Initial))
            .ThenRefused(Refusal.LicenseNotFound);
}

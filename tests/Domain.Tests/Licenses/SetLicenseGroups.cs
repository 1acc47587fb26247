namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class SetLicenseGroups : Spec<License, LicenseEvent>
{
    private static readonly IReadOnlyDictionary<UserGroupId, UserGroup> AllOfAcme =
        Known(Group(Engineers, of: Acme), Group(Sales, of: Acme), Group(Support, of: Acme));

    private static readonly GroupAssignedToLicense ToEngineers = new(Pro, Engineers);
    private static readonly GroupAssignedToLicense ToSales = new(Pro, Sales);

    [Fact]
    public void Each_group_that_changes_is_one_event_and_unassigning_comes_first() =>
        Given(ProOf(Acme), ToEngineers, ToSales)
            .When(pro => pro.SetGroups([Support, Sales], AllOfAcme))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers), new GroupAssignedToLicense(Pro, Support));

    [Fact]
    public void The_same_groups_in_another_order_are_no_change() =>
        Given(ProOf(Acme), ToEngineers, ToSales)
            .When(pro => pro.SetGroups([Sales, Engineers], AllOfAcme))
            .ThenNothing();

    [Fact]
    public void A_group_named_twice_is_assigned_once() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetGroups([Engineers, Engineers], AllOfAcme))
            .Then(ToEngineers);

    [Fact]
    public void An_empty_list_unassigns_them_all() =>
        Given(ProOf(Acme), ToSales, ToEngineers)
            .When(pro => pro.SetGroups([], AllOfAcme))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers), new GroupUnassignedFromLicense(Pro, Sales));

    [Fact]
    public void A_group_that_was_deleted_is_unassigned_silently() =>
        Given(ProOf(Acme), ToEngineers)
            .When(pro => pro.SetGroups([Sales], Known(Group(Sales, of: Acme))))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers), ToSales);

    [Fact]
    public void One_foreign_group_refuses_the_whole_list() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetGroups([Engineers, Sales], Known(Group(Engineers, of: Acme), Group(Sales, of: Globex))))
            .ThenRefused(Refusal.UnknownUserGroup);

    [Fact]
    public void One_unknown_group_refuses_the_whole_list() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetGroups([Engineers, Sales], Known(Group(Engineers, of: Acme))))
            .ThenRefused(Refusal.UnknownUserGroup);

    [Fact]
    public void One_deleted_group_refuses_the_whole_list() =>
        Given(ProOf(Acme), ToSales)
            .When(pro => pro.SetGroups([Engineers, Sales], Known(Group(Engineers, of: Acme), Deleted(Group(Sales, of: Acme)))))
            .ThenRefused(Refusal.UnknownUserGroup);

    [Fact]
    public void A_licence_of_no_organization_is_assigned_to_no_group() =>
        Given(ProOf(null))
            .When(pro => pro.SetGroups([Engineers], AllOfAcme))
            .ThenRefused(Refusal.LicenseHasNoOrganization);

    [Fact]
    public void A_licence_of_no_organization_has_an_empty_list_already() =>
        Given(ProOf(null))
            .When(pro => pro.SetGroups([], AllOfAcme))
            .ThenNothing();

    [Fact]
    public void A_revoked_licence_takes_no_new_group() =>
        Given(ProOf(Acme), ToEngineers, new LicenseRevoked(Pro))
            .When(pro => pro.SetGroups([Engineers, Sales], AllOfAcme))
            .ThenRefused(Refusal.LicenseRevoked);

    [Fact]
    public void A_revoked_licence_may_lose_some_of_its_groups() =>
        Given(ProOf(Acme), ToEngineers, ToSales, new LicenseRevoked(Pro))
            .When(pro => pro.SetGroups([Sales], AllOfAcme))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.SetGroups([], AllOfAcme))
            .ThenRefused(Refusal.LicenseNotFound);
}

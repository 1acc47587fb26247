namespace EventSourcedOrgs.Domain.Tests.Users;

public class SetUserGroups : Spec<User, UserEvent>
{
    private static readonly IReadOnlyDictionary<UserGroupId, UserGroup> AllOfAcme =
        Known(Group(Engineers, of: Acme), Group(Sales, of: Acme), Group(Support, of: Acme));

    [Fact]
    public void Each_group_that_changes_is_one_event_and_leaving_comes_first() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserAddedToGroup(Ada, Sales))
            .When(ada => ada.SetGroups([Support, Sales], AllOfAcme))
            .Then(new UserRemovedFromGroup(Ada, Engineers), new UserAddedToGroup(Ada, Support));

    [Fact]
    public void The_same_groups_in_another_order_are_no_change() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserAddedToGroup(Ada, Sales))
            .When(ada => ada.SetGroups([Sales, Engineers], AllOfAcme))
            .ThenNothing();

    [Fact]
    public void A_group_named_twice_is_joined_once() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.SetGroups([Engineers, Engineers], AllOfAcme))
            .Then(new UserAddedToGroup(Ada, Engineers));

    [Fact]
    public void An_empty_list_leaves_them_all() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Sales), new UserAddedToGroup(Ada, Engineers))
            .When(ada => ada.SetGroups([], AllOfAcme))
            .Then(new UserRemovedFromGroup(Ada, Engineers), new UserRemovedFromGroup(Ada, Sales));

    [Fact]
    public void A_membership_in_a_group_that_was_deleted_is_left_silently() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers))
            .When(ada => ada.SetGroups([Sales], Known(Deleted(Group(Engineers, of: Acme)), Group(Sales, of: Acme))))
            .Then(new UserRemovedFromGroup(Ada, Engineers), new UserAddedToGroup(Ada, Sales));

    [Fact]
    public void One_foreign_group_refuses_the_whole_list() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.SetGroups([Engineers, Sales], Known(Group(Engineers, of: Acme), Group(Sales, of: Globex))))
            .ThenRefused(Refusal.UnknownUserGroup);

    [Fact]
    public void One_unknown_group_refuses_the_whole_list() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.SetGroups([Engineers, Sales], Known(Group(Engineers, of: Acme))))
            .ThenRefused(Refusal.UnknownUserGroup);

    [Fact]
    public void One_deleted_group_refuses_the_whole_list() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.SetGroups([Engineers, Sales], Known(Group(Engineers, of: Acme), Deleted(Group(Sales, of: Acme)))))
            .ThenRefused(Refusal.UnknownUserGroup);

    [Fact]
    public void Who_belongs_to_no_organization_is_in_no_group() =>
        Given(Came(Ada, of: null))
            .When(ada => ada.SetGroups([Engineers], AllOfAcme))
            .ThenRefused(Refusal.UnknownUserGroup);

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.SetGroups([], AllOfAcme))
            .ThenRefused(Refusal.UserNotFound);
}

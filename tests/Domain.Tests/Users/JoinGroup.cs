namespace EventSourcedOrgs.Domain.Tests.Users;

public class JoinGroup : Spec<User, UserEvent>
{
    [Fact]
    public void A_user_joins_a_group_of_their_organization() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.Join(Group(Engineers, of: Acme)))
            .Then(new UserAddedToGroup(Ada, Engineers));

    [Fact]
    public void A_user_may_be_in_several_groups() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers))
            .When(ada => ada.Join(Group(Sales, of: Acme)))
            .Then(new UserAddedToGroup(Ada, Sales));

    [Fact]
    public void Who_is_in_the_group_joins_it_no_more() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers))
            .When(ada => ada.Join(Group(Engineers, of: Acme)))
            .ThenNothing();

    [Fact]
    public void Who_left_may_come_back() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserRemovedFromGroup(Ada, Engineers))
            .When(ada => ada.Join(Group(Engineers, of: Acme)))
            .Then(new UserAddedToGroup(Ada, Engineers));

    [Fact]
    public void A_suspended_user_may_be_put_into_a_group() =>
        Given(Came(Ada, of: Acme), new UserSuspended(Ada))
            .When(ada => ada.Join(Group(Engineers, of: Acme)))
            .Then(new UserAddedToGroup(Ada, Engineers));

    [Fact]
    public void A_group_of_another_organization_is_closed() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.Join(Group(Sales, of: Globex)))
            .ThenRefused(Refusal.UnknownMember);

    [Fact]
    public void Who_belongs_to_no_organization_joins_no_group() =>
        Given(Came(Ada, of: null))
            .When(ada => ada.Join(Group(Engineers, of: Acme)))
            .ThenRefused(Refusal.UnknownMember);

    [Fact]
    public void Who_moved_does_not_come_back_into_the_former_group() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserMoved(Ada, Globex))
            .When(ada => ada.Join(Group(Engineers, of: Acme)))
            .ThenRefused(Refusal.UnknownMember);

    [Fact]
    public void A_deleted_group_is_not_found() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.Join(Deleted(Group(Engineers, of: Acme))))
            .ThenRefused(Refusal.UserGroupNotFound);

    [Fact]
    public void A_group_that_never_was_is_not_found() =>
        Given(Came(Ada, of: null))
            .When(ada => ada.Join(UserGroup.Initial))
            .ThenRefused(Refusal.UserGroupNotFound);

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.Join(Group(Engineers, of: Acme)))
            .ThenRefused(Refusal.UserNotFound);

    [Fact]
    public void A_user_who_never_was_joins_no_group_that_never_was() =>
        Given()
            .When(nobody => nobody.Join(UserGroup.Initial))
            .ThenRefused(Refusal.UserNotFound);
}

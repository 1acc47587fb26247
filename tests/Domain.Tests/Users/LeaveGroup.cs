namespace EventSourcedOrgs.Domain.Tests.Users;

public class LeaveGroup : Spec<User, UserEvent>
{
    [Fact]
    public void A_member_leaves_and_stays_in_the_other_groups() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserAddedToGroup(Ada, Sales))
            .When(ada => ada.Leave(Engineers))
            .Then(new UserRemovedFromGroup(Ada, Engineers));

    [Fact]
    public void Who_is_not_in_the_group_has_left_already() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Sales))
            .When(ada => ada.Leave(Engineers))
            .ThenNothing();

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserDeleted(Ada))
            .When(ada => ada.Leave(Engineers))
            .ThenRefused(Refusal.UserNotFound);
}

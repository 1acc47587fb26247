namespace EventSourcedOrgs.Domain.Tests.Users;

public class DeleteUser : Spec<User, UserEvent>
{
    [Fact]
    public void A_user_is_deleted() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.Delete())
            .Then(new UserDeleted(Ada));

    [Fact]
    public void Memberships_end_one_by_one_before_the_user_is_gone() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Support), new UserAddedToGroup(Ada, Engineers), new UserAddedToGroup(Ada, Sales))
            .When(ada => ada.Delete())
            .Then(
                new UserRemovedFromGroup(Ada, Engineers),
                new UserRemovedFromGroup(Ada, Sales),
                new UserRemovedFromGroup(Ada, Support),
                new UserDeleted(Ada));

    [Fact]
    public void A_suspended_user_is_deleted_too() =>
        Given(Came(Ada, of: Acme), new UserSuspended(Ada))
            .When(ada => ada.Delete())
            .Then(new UserDeleted(Ada));

    [Fact]
    public void A_deleted_user_is_deleted_already() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.Delete())
            .ThenNothing();

    [Fact]
    public void A_deleted_user_exists_no_longer_and_is_in_no_group() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserDeleted(Ada)).State.ShouldSatisfyAllConditions(
            ada => ada.Exists.ShouldBeFalse(),
            ada => ada.Groups.ShouldBeEmpty());

    [Fact]
    public void The_super_admin_is_never_deleted() =>
        Given(Came(Ada, of: null, Role.SuperAdmin))
            .When(ada => ada.Delete())
            .ThenRefused(Refusal.SuperAdminIsUnique);

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nobody => nobody.Delete())
            .ThenRefused(Refusal.UserNotFound);
}

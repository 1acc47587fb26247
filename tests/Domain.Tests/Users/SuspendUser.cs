namespace EventSourcedOrgs.Domain.Tests.Users;

public class SuspendUser : Spec<User, UserEvent>
{
    [Fact]
    public void An_active_user_is_suspended() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.Suspend())
            .Then(new UserSuspended(Ada));

    [Fact]
    public void A_suspended_user_is_suspended_already() =>
        Given(Came(Ada, of: Acme), new UserSuspended(Ada))
            .When(ada => ada.Suspend())
            .ThenNothing();

    [Fact]
    public void A_suspended_user_keeps_organization_and_memberships() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserSuspended(Ada)).State.ShouldSatisfyAllConditions(
            ada => ada.Organization.ShouldBe(Acme),
            ada => ada.Groups.ShouldBe([Engineers]));

    [Fact]
    public void The_super_admin_is_never_suspended() =>
        Given(Came(Ada, of: null, Role.SuperAdmin))
            .When(ada => ada.Suspend())
            .ThenRefused(Refusal.SuperAdminIsUnique);

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.Suspend())
            .ThenRefused(Refusal.UserNotFound);
}

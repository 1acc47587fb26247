namespace EventSourcedOrgs.Domain.Tests.Users;

public class ReinstateUser : Spec<User, UserEvent>
{
    [Fact]
    public void A_suspended_user_is_reinstated() =>
        Given(Came(Ada, of: Acme), new UserSuspended(Ada))
            .When(ada => ada.Reinstate())
            .Then(new UserReinstated(Ada));

    [Fact]
    public void An_active_user_is_active_already() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.Reinstate())
            .ThenNothing();

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserSuspended(Ada), new UserDeleted(Ada))
            .When(ada => ada.Reinstate())
            .ThenRefused(Refusal.UserNotFound);
}

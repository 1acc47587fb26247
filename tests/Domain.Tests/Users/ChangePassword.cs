namespace EventSourcedOrgs.Domain.Tests.Users;

public class ChangePassword : Spec<User, UserEvent>
{
    [Fact]
    public void Every_new_password_is_a_fact_of_its_own() =>
        Given(Came(Ada, of: Acme), new UserPasswordChanged(Ada))
            .When(ada => ada.ChangePassword())
            .EachTime()
            .Then(new UserPasswordChanged(Ada));

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.ChangePassword())
            .ThenRefused(Refusal.UserNotFound);
}

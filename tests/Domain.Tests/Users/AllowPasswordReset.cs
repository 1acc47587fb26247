namespace EventSourcedOrgs.Domain.Tests.Users;

public class AllowPasswordReset : Spec<User, UserEvent>
{
    [Fact]
    public void Every_token_for_a_new_password_is_a_fact_of_its_own() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.AllowPasswordReset())
            .EachTime()
            .Then(new UserPasswordResetAllowed(Ada));

    [Fact]
    public void There_is_none_for_the_team() =>
        Given(Came(Ada, of: null, Role.Admin))
            .When(ada => ada.AllowPasswordReset())
            .ThenRefused(Refusal.PasswordResetNotAllowed);

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.AllowPasswordReset())
            .ThenRefused(Refusal.UserNotFound);
}

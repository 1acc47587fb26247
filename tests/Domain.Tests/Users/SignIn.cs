namespace EventSourcedOrgs.Domain.Tests.Users;

public class SignIn : Spec<User, UserEvent>
{
    [Fact]
    public void Every_sign_in_is_a_fact_of_its_own() =>
        Given(Came(Ada, of: Acme), new UserSignedIn(Ada, Noon))
            .When(ada => ada.SignIn(Noon))
            .EachTime()
            .Then(new UserSignedIn(Ada, Noon));

    [Fact]
    public void The_last_one_is_remembered() =>
        Given(Came(Ada, of: Acme), new UserSignedIn(Ada, Noon), new UserSignedIn(Ada, Noon.AddHours(1)))
            .State.LastSignInAt.ShouldBe(Noon.AddHours(1));

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.SignIn(Noon))
            .ThenRefused(Refusal.UserNotFound);
}

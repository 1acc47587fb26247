namespace EventSourcedOrgs.Domain.Tests.Users;

public class PreferEmail : Spec<User, UserEvent>
{
    [Fact]
    public void What_is_wanted_is_known() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.PreferEmail(metrics: true))
            .Then(new UserEmailPreferenceChanged(Ada, true));

    [Fact]
    public void It_can_be_taken_back() =>
        Given(Came(Ada, of: Acme), new UserEmailPreferenceChanged(Ada, true))
            .When(ada => ada.PreferEmail(metrics: false))
            .Then(new UserEmailPreferenceChanged(Ada, false));

    [Fact]
    public void A_new_user_wants_nothing_already() => Given(Came(Ada, of: Acme)).When(ada => ada.PreferEmail(metrics: false)).ThenNothing();

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada)).When(ada => ada.PreferEmail(metrics: true)).ThenRefused(Refusal.UserNotFound);
}

namespace EventSourcedOrgs.Domain.Tests.Users;

public class TwoFactor : Spec<User, UserEvent>
{
    [Fact]
    public void It_is_switched_on() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.EnableTwoFactor())
            .Then(new UserTwoFactorEnabled(Ada));

    [Fact]
    public void It_is_switched_off() =>
        Given(Came(Ada, of: Acme), new UserTwoFactorEnabled(Ada))
            .When(ada => ada.DisableTwoFactor())
            .Then(new UserTwoFactorDisabled(Ada));

    [Fact]
    public void What_is_on_or_off_is_so_already()
    {
        Given(Came(Ada, of: Acme), new UserTwoFactorEnabled(Ada)).When(ada => ada.EnableTwoFactor()).ThenNothing();
        Given(Came(Ada, of: Acme), new UserTwoFactorEnabled(Ada), new UserTwoFactorDisabled(Ada)).When(ada => ada.DisableTwoFactor()).ThenNothing();
    }

    [Fact]
    public void Recovery_codes_are_made_anew_each_time() =>
        Given(Came(Ada, of: Acme), new UserTwoFactorEnabled(Ada))
            .When(ada => ada.MakeRecoveryCodes())
            .EachTime()
            .Then(new UserRecoveryCodesMade(Ada));

    [Fact]
    public void Without_a_second_factor_there_are_no_recovery_codes() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.MakeRecoveryCodes())
            .ThenRefused(Refusal.TwoFactorNotEnabled);

    [Fact]
    public void Every_use_of_a_recovery_code_is_a_fact_of_its_own() =>
        Given(Came(Ada, of: Acme), new UserTwoFactorEnabled(Ada))
            .When(ada => ada.UseRecoveryCode(left: 9))
            .EachTime()
            .Then(new UserRecoveryCodeUsed(Ada, 9));

    [Fact]
    public void Every_end_of_all_sign_ins_is_a_fact_of_its_own() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.EndSessions())
            .EachTime()
            .Then(new UserSessionsEnded(Ada));

    [Fact]
    public void A_deleted_user_is_not_found()
    {
        foreach (var decide in (Func<User, Decision<UserEvent>>[])
            [ada => ada.EnableTwoFactor(), ada => ada.DisableTwoFactor(), ada => ada.MakeRecoveryCodes(), ada => ada.UseRecoveryCode(1), ada => ada.EndSessions()])
            Given(Came(Ada, of: Acme), new UserDeleted(Ada)).When(decide).ThenRefused(Refusal.UserNotFound);
    }
}

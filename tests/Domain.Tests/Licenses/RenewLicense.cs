namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class RenewLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseTerm Monthly = new() { SubscriptionInterval = "P1M" };

    private static LicenseCreated Until(DateTimeOffset end, LicenseTerm term) => ProOf(Acme) with { Term = term, ExpiresAt = end };

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void One_interval_is_added_to_the_end() =>
        Given(Until(Noon, Monthly))
            .When(pro => pro.Renew())
            .EachTime()
            .Then(new LicenseRenewed(Pro, Noon.AddMonths(1)));

    [Fact]
    public void A_renewed_licence_ends_later() =>
        Given(Until(Noon, Monthly), new LicenseRenewed(Pro, Noon.AddMonths(1))).State.ExpiresAt.ShouldBe(Noon.AddMonths(1));

    [Fact]
    public void The_last_of_january_is_followed_by_the_last_of_february() =>
        Given(Until(Day(2026, 1, 31), Monthly))
            .When(pro => pro.Renew())
            .EachTime()
            .Then(new LicenseRenewed(Pro, Day(2026, 2, 28)));

    [Fact]
    public void A_leap_day_is_followed_by_the_last_of_february() =>
        Given(Until(Day(2028, 2, 29), Monthly with { SubscriptionInterval = "P1Y" }))
            .When(pro => pro.Renew())
            .EachTime()
            .Then(new LicenseRenewed(Pro, Day(2029, 2, 28)));

    [Fact]
    public void A_suspended_licence_is_renewed_too() =>
        Given(Until(Noon, Monthly), new LicenseSuspended(Pro))
            .When(pro => pro.Renew())
            .EachTime()
            .Then(new LicenseRenewed(Pro, Noon.AddMonths(1)));

    [Fact]
    public void The_older_validity_in_seconds_renews_as_well() =>
        Given(Until(Noon, new() { Validity = 60 }))
            .When(pro => pro.Renew())
            .EachTime()
            .Then(new LicenseRenewed(Pro, Noon.AddMinutes(1)));

    [Fact]
    public void A_revoked_licence_is_not_renewed() =>
        Given(Until(Noon, Monthly), new LicenseRevoked(Pro))
            .When(pro => pro.Renew())
            .ThenRefused(Refusal.LicenseRevoked);

    [Fact]
    public void After_the_revocation_was_lifted_it_is() =>
        Given(Until(Noon, Monthly), new LicenseRevoked(Pro), new LicenseRevocationLifted(Pro))
            .When(pro => pro.Renew())
            .EachTime()
            .Then(new LicenseRenewed(Pro, Noon.AddMonths(1)));

    [Fact]
    public void A_perpetual_licence_has_nothing_to_renew() =>
        Given(ProOf(Acme))
            .When(pro => pro.Renew())
            .ThenRefused(Refusal.LicenseIsPerpetual);

    [Fact]
    public void A_fixed_end_without_an_interval_has_nothing_to_renew() =>
        Given(Until(Noon, new()))
            .When(pro => pro.Renew())
            .ThenRefused(Refusal.LicenseIsPerpetual);

    [Fact]
    public void Before_its_first_activation_there_is_no_end_to_renew() =>
        Given(ProOf(Acme) with { Term = Monthly with { SubscriptionStartTrigger = SubscriptionStartTrigger.Activation } })
            .When(pro => pro.Renew())
            .ThenRefused(Refusal.LicenseIsPerpetual);

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(Until(Noon, Monthly), new LicenseDeleted(Pro))
            .When(pro => pro.Renew())
            .ThenRefused(Refusal.LicenseNotFound);
}

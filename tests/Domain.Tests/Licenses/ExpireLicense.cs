namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class ExpireLicense : Spec<License, LicenseEvent>
{
    [Fact]
    public void A_perpetual_licence_gets_an_end() =>
        Given(ProOf(Acme))
            .When(pro => pro.ExpireAt(Noon.AddDays(1)))
            .Then(new LicenseExpiryChanged(Pro, Noon.AddDays(1)));

    [Fact]
    public void An_end_in_the_past_is_an_end() =>
        Given(ProOf(Acme))
            .When(pro => pro.ExpireAt(Noon.AddYears(-1)))
            .Then(new LicenseExpiryChanged(Pro, Noon.AddYears(-1)));

    [Fact]
    public void Null_makes_it_perpetual() =>
        Given(ProOf(Acme) with { ExpiresAt = Noon })
            .When(pro => pro.ExpireAt(null))
            .Then(new LicenseExpiryChanged(Pro, null));

    [Fact]
    public void The_same_instant_is_no_change_whatever_the_clock_says() =>
        Given(ProOf(Acme) with { ExpiresAt = Noon })
            .When(pro => pro.ExpireAt(Noon.ToOffset(TimeSpan.FromHours(-8))))
            .ThenNothing();

    [Fact]
    public void A_perpetual_licence_is_perpetual_already() =>
        Given(ProOf(Acme))
            .When(pro => pro.ExpireAt(null))
            .ThenNothing();

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.ExpireAt(Noon))
            .ThenRefused(Refusal.LicenseNotFound);
}

namespace EventSourcedOrgs.Domain.Tests.Licenses;

/// <summary>A licence that would get its end from its first activation becomes perpetual by losing what that activation would start.</summary>
public class MakeLicensePerpetual : Spec<License, LicenseEvent>
{
    private static readonly LicenseTerm FromActivation = new() { SubscriptionInterval = "P1Y", SubscriptionStartTrigger = SubscriptionStartTrigger.Activation };

    private static readonly LicenseTerm Delayed = new() { Validity = 60, ExpirationStrategy = ExpirationStrategy.Delayed };

    [Fact]
    public void Before_its_first_activation_it_loses_the_interval() =>
        Given(ProOf(Acme) with { Term = FromActivation })
            .When(pro => pro.ExpireAt(null))
            .Then(new LicenseTermChanged(Pro, FromActivation with { SubscriptionInterval = null }));

    [Fact]
    public void Or_the_older_validity() =>
        Given(ProOf(Acme) with { Term = Delayed })
            .When(pro => pro.ExpireAt(null))
            .Then(new LicenseTermChanged(Pro, Delayed with { Validity = 0 }));

    [Fact]
    public void Afterwards_it_loses_its_end_as_well() =>
        Given(ProOf(Acme) with { Term = FromActivation, ExpiresAt = Noon })
            .When(pro => pro.ExpireAt(null))
            .Then(new LicenseTermChanged(Pro, FromActivation with { SubscriptionInterval = null }), new LicenseExpiryChanged(Pro, null));

    [Fact]
    public void Then_it_is_perpetual() =>
        Given(ProOf(Acme) with { Term = FromActivation }, new LicenseTermChanged(Pro, FromActivation with { SubscriptionInterval = null }))
            .State.Perpetual.ShouldBeTrue();

    [Fact]
    public void A_fixed_end_leaves_the_interval() =>
        Given(ProOf(Acme) with { Term = FromActivation })
            .When(pro => pro.ExpireAt(Noon))
            .Then(new LicenseExpiryChanged(Pro, Noon));
}

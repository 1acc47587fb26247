namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class EntitleLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseEntitlement UpToTwo = new() { MaxAllowedReleaseVersion = "2.0", EntitlementSet = Gold };

    [Fact]
    public void What_changes_is_one_event() =>
        Given(ProOf(Acme))
            .When(pro => pro.Change(LicenseChanges.None with { Entitlement = _ => UpToTwo }))
            .Then(new LicenseEntitlementChanged(Pro, UpToTwo));

    [Fact]
    public void What_is_the_same_is_none() =>
        Given(ProOf(Acme), new LicenseEntitlementChanged(Pro, UpToTwo))
            .When(pro => pro.Change(LicenseChanges.None with { Entitlement = _ => UpToTwo with { } }))
            .ThenNothing();
}

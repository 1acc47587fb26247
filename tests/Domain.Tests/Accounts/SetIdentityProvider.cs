using EventSourcedOrgs.Domain.Accounts;

namespace EventSourcedOrgs.Domain.Tests.Accounts;

public class SetIdentityProvider : Spec<Account, AccountEvent>
{
    private static readonly AccountId Vendor = new(Number(1));
    private static readonly AccountOpened Opened = new(Vendor, "Vendor Inc.", "vendor", Ada);
    private static readonly IdentityProvider Provider = new("https://login.vendor.example", "client", ["email"], Provisioning: true, Role.Auditor, [], null, []);

    [Fact]
    public void Members_of_the_team_sign_in_with_a_provider() =>
        Given(Opened).When(account => account.SetIdentityProvider(Provider, newSecret: false)).Then(new AccountIdentityProviderChanged(Vendor, Provider));

    [Fact]
    public void Another_secret_is_told_without_the_secret() =>
        Given(Opened, new AccountIdentityProviderChanged(Vendor, Provider)).When(account => account.SetIdentityProvider(Provider, newSecret: true)).EachTime()
            .Then(new AccountIdentityProviderSecretChanged(Vendor));

    [Fact]
    public void It_is_removed_once() =>
        Given(Opened, new AccountIdentityProviderChanged(Vendor, Provider)).When(account => account.RemoveIdentityProvider()).Then(new AccountIdentityProviderRemoved(Vendor));

    [Fact]
    public void Any_address_comes_in_when_no_domain_is_named() => Provider.Admits("ada@elsewhere.example").ShouldBeTrue();
}

namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class SetIdentityProvider : Spec<Organization, OrganizationEvent>
{
    private static readonly IdentityProvider Provider = new(
        "https://login.acme.example", "client", ["email"], Provisioning: false, Role.User, ["acme.example"], "groups", [new("eng", new(Guid.CreateVersion7()))]);

    private static readonly OrganizationIdentityProviderChanged Set = new(Acme, Provider);

    [Fact]
    public void People_of_an_organization_sign_in_with_a_provider() =>
        Given(AcmeWith(seats: 3)).When(acme => acme.SetIdentityProvider(Provider, newSecret: false)).Then(Set);

    [Fact]
    public void Another_secret_is_told_without_the_secret() =>
        Given(AcmeWith(seats: 3), Set).When(acme => acme.SetIdentityProvider(Provider, newSecret: true)).EachTime().Then(new OrganizationIdentityProviderSecretChanged(Acme));

    [Fact]
    public void It_is_removed() =>
        Given(AcmeWith(seats: 3), Set).When(acme => acme.RemoveIdentityProvider()).Then(new OrganizationIdentityProviderRemoved(Acme));

    [Fact]
    public void What_is_not_there_is_not_removed() =>
        Given(AcmeWith(seats: 3)).When(acme => acme.RemoveIdentityProvider()).ThenNothing();

    [Fact]
    public void A_deleted_organization_has_none()
    {
        Given(AcmeWith(seats: 3), new OrganizationDeleted(Acme)).When(acme => acme.SetIdentityProvider(Provider, newSecret: true)).ThenRefused(Refusal.OrganizationNotFound);
        Given(AcmeWith(seats: 3), new OrganizationDeleted(Acme)).When(acme => acme.RemoveIdentityProvider()).ThenRefused(Refusal.OrganizationNotFound);
    }

    [Theory, InlineData("ada@acme.example", true), InlineData("ada@ACME.example", true), InlineData("ada@evil-acme.example", false), InlineData("ada@acme.example@evil.example", false), InlineData("ada@sub.acme.example", false)]
    public void Only_addresses_of_its_domains_come_in(string email, bool admitted) => Provider.Admits(email).ShouldBe(admitted);
}

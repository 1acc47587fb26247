using EventSourcedOrgs.Domain.Organizations;

namespace EventSourcedOrgs.Domain.Tests.AccessTokens;

public class OrganizationAccessTokens : Spec<AccessToken, AccessTokenEvent>
{
    private static readonly Organization Customer = Organization.Evolve(Organization.Initial, AcmeWith(seats: 3));
    private static readonly OrganizationAccessTokenCreated Created = new(Nightly, Acme, "Script", ["organization:user:read"], null);

    [Fact]
    public void An_organization_has_a_token_that_is_nobodys() =>
        AccessToken.NewOf(Customer, Nightly, "Script", ["organization:user:read"], null).ShouldBe([Created]);

    [Fact]
    public void Without_the_organization_there_is_none() =>
        AccessToken.NewOf(Organization.Evolve(Customer, new OrganizationDeleted(Acme)), Nightly, "Script", [], null).Refusal.ShouldBe(Refusal.OrganizationNotFound);

    [Fact]
    public void It_belongs_to_the_organization_and_to_no_user()
    {
        var token = Given(Created).State;
        (token.Organization, token.User, token.Name).ShouldBe((Acme, default, "Script"));
        token.ValidAt(Noon).ShouldBeTrue();
    }

    [Fact]
    public void It_is_revoked_like_any_other() => Given(Created).When(token => token.Revoke()).Then(new AccessTokenRevoked(Nightly));
}

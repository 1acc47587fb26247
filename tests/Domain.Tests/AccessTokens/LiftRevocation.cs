namespace EventSourcedOrgs.Domain.Tests.AccessTokens;

public class LiftRevocation : Spec<AccessToken, AccessTokenEvent>
{
    private static readonly AccessTokenCreated Created = new(Nightly, Ada, "Nightly import", ["license:read"], null);

    [Fact]
    public void A_revoked_token_may_be_used_again() =>
        Given(Created, new AccessTokenRevoked(Nightly)).When(nightly => nightly.LiftRevocation()).Then(new AccessTokenRevocationLifted(Nightly));

    [Fact]
    public void It_is_valid_then() =>
        Given(Created, new AccessTokenRevoked(Nightly), new AccessTokenRevocationLifted(Nightly)).State.ValidAt(Noon).ShouldBeTrue();

    [Fact]
    public void A_token_that_is_not_revoked_stays_as_it_is() =>
        Given(Created).When(nightly => nightly.LiftRevocation()).ThenNothing();

    [Fact]
    public void A_deleted_token_is_not_found() =>
        Given(Created, new AccessTokenRevoked(Nightly), new AccessTokenDeleted(Nightly)).When(nightly => nightly.LiftRevocation()).ThenRefused(Refusal.AccessTokenNotFound);
}

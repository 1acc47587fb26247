namespace EventSourcedOrgs.Domain.Tests.AccessTokens;

public class RevokeAccessToken : Spec<AccessToken, AccessTokenEvent>
{
    private static readonly AccessTokenCreated Created = new(Nightly, Ada, "Nightly import", ["license:read"], Noon.AddDays(30));

    [Fact]
    public void A_token_is_revoked() =>
        Given(Created)
            .When(nightly => nightly.Revoke())
            .Then(new AccessTokenRevoked(Nightly));

    [Fact]
    public void A_revoked_token_is_revoked_already() =>
        Given(Created, new AccessTokenRevoked(Nightly))
            .When(nightly => nightly.Revoke())
            .ThenNothing();

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nothing => nothing.Revoke())
            .ThenRefused(Refusal.AccessTokenNotFound);
}

namespace EventSourcedOrgs.Domain.Tests.AccessTokens;

public class RotateAccessToken : Spec<AccessToken, AccessTokenEvent>
{
    private static readonly AccessTokenCreated Created = new(Nightly, Ada, "Nightly import", ["license:read"], Noon.AddDays(30));

    [Fact]
    public void A_token_gets_a_new_secret() =>
        Given(Created).When(nightly => nightly.Rotate(Noon)).EachTime().Then(new AccessTokenRotated(Nightly, Noon));

    [Fact]
    public void It_remembers_when() =>
        Given(Created, new AccessTokenRotated(Nightly, Noon)).State.LastRotatedAt.ShouldBe(Noon);

    [Fact]
    public void A_revoked_token_gets_none() =>
        Given(Created, new AccessTokenRevoked(Nightly)).When(nightly => nightly.Rotate(Noon)).ThenRefused(Refusal.AccessTokenEnded);

    [Fact]
    public void An_expired_token_gets_none() =>
        Given(Created).When(nightly => nightly.Rotate(Noon.AddDays(30))).ThenRefused(Refusal.AccessTokenEnded);

    [Fact]
    public void A_deleted_token_is_not_found() =>
        Given(Created, new AccessTokenDeleted(Nightly)).When(nightly => nightly.Rotate(Noon)).ThenRefused(Refusal.AccessTokenNotFound);

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given().When(nothing => nothing.Rotate(Noon)).ThenRefused(Refusal.AccessTokenNotFound);
}

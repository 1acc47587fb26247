namespace EventSourcedOrgs.Domain.Tests.AccessTokens;

public class DeleteAccessToken : Spec<AccessToken, AccessTokenEvent>
{
    private static readonly AccessTokenCreated Created = new(Nightly, Ada, "Nightly import", ["license:read"], null);

    [Fact]
    public void A_token_is_deleted() =>
        Given(Created).When(nightly => nightly.Delete()).Then(new AccessTokenDeleted(Nightly));

    [Fact]
    public void A_deleted_token_is_deleted_already() =>
        Given(Created, new AccessTokenDeleted(Nightly)).When(nightly => nightly.Delete()).ThenNothing();

    [Fact]
    public void A_deleted_token_is_never_valid() =>
        Given(Created, new AccessTokenDeleted(Nightly)).State.ValidAt(Noon).ShouldBeFalse();

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given().When(nothing => nothing.Delete()).ThenRefused(Refusal.AccessTokenNotFound);
}

namespace EventSourcedOrgs.Domain.Tests.AccessTokens;

public class CreateAccessToken : Spec<AccessToken, AccessTokenEvent>
{
    private static readonly AccessTokenCreated Created = new(Nightly, Ada, "Nightly import", ["license:read"], Noon);

    [Fact]
    public void A_token_belongs_to_one_user_and_has_scopes_and_an_end() =>
        Given()
            .When(_ => AccessToken.New(Nightly, Ada, "Nightly import", ["license:read", "user:read"], Noon))
            .EachTime()
            .Then(new AccessTokenCreated(Nightly, Ada, "Nightly import", ["license:read", "user:read"], Noon));

    [Fact]
    public void It_is_valid_until_just_before_its_end() =>
        Given(Created).State.ValidAt(Noon.AddTicks(-1)).ShouldBeTrue();

    [Fact]
    public void The_instant_of_expiry_is_already_too_late() =>
        Given(Created).State.ValidAt(Noon).ShouldBeFalse();

    [Fact]
    public void The_same_instant_on_another_clock_is_too_late_as_well() =>
        Given(Created).State.ValidAt(Noon.ToOffset(TimeSpan.FromHours(5))).ShouldBeFalse();

    [Fact]
    public void Without_an_end_it_is_always_valid() =>
        Given(Created with { ExpiresAt = null }).State.ValidAt(DateTimeOffset.MaxValue).ShouldBeTrue();

    [Fact]
    public void A_revoked_token_is_never_valid() =>
        Given(Created with { ExpiresAt = null }, new AccessTokenRevoked(Nightly)).State.ValidAt(Noon).ShouldBeFalse();

    [Fact]
    public void What_was_never_created_is_never_valid() =>
        Given().State.ValidAt(Noon).ShouldBeFalse();
}

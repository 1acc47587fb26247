namespace EventSourcedOrgs.Host.Tests.Identity;

[Collection(nameof(SignInHost))]
public class Refreshing
{
    [Fact]
    public async Task A_refresh_token_gives_the_next_pair()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var tokens = await ada.Tokens();
        for (var i = 0; i < 3; i++)
        {
            var next = new Tokens(await Refresh(ada, tokens.Refresh).Expect(200));
            next.Answer.AsObject().Select(member => member.Key).ShouldBe(["accessToken", "refreshToken"]);
            next.Refresh.ShouldNotBe(tokens.Refresh);
            await ada.Host.Client(next.Access).Get("/v3/me").Expect(200);
            tokens = next;
        }
    }

    [Fact]
    public async Task A_spent_one_that_comes_back_ends_the_sign_in_and_no_other()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var (first, elsewhere) = (await ada.Tokens(), await ada.Tokens());
        var second = new Tokens(await Refresh(ada, first.Refresh).Expect(200));
        var third = new Tokens(await Refresh(ada, second.Refresh).Expect(200));

        await Refresh(ada, first.Refresh).ExpectProblem(400, "INVALID_REFRESH_TOKEN");

        await Refresh(ada, third.Refresh).ExpectProblem(400, "INVALID_REFRESH_TOKEN");
        foreach (var tokens in (Tokens[])[first, second, third])
            await ada.Host.Client(tokens.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await Refresh(ada, elsewhere.Refresh).Expect(200);
    }

    [Fact]
    public async Task Of_many_who_use_one_at_once_one_at_most_succeeds_and_the_sign_in_ends()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        for (var round = 0; round < 4; round++)
        {
            var tokens = await ada.Tokens();
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Refresh(ada, tokens.Refresh)));

            answers.Count(answer => (int)answer.StatusCode == 200).ShouldBeLessThanOrEqualTo(1);
            answers.Select(answer => (int)answer.StatusCode).ShouldAllBe(status => status == 200 || status == 400);
            await ada.Host.Client(tokens.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        }
    }

    [Theory]
    [InlineData("x", "INVALID_REFRESH_TOKEN")]
    [InlineData("' or 1=1 --", "INVALID_REFRESH_TOKEN")]
    [InlineData("", "VALIDATION_FAILED")]
    public async Task An_unknown_one_is_refused(string token, string code) =>
        await (await TestHost.Shared).Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = token }).ExpectProblem(400, code);

    [Fact]
    public async Task An_access_token_refreshes_nothing_and_a_refresh_token_opens_nothing()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var tokens = await ada.Tokens();

        await ada.Host.Client(tokens.Refresh).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await Refresh(ada, tokens.Access).ExpectProblem(400, tokens.Access.Length > 256 ? "VALIDATION_FAILED" : "INVALID_REFRESH_TOKEN");
    }

    [Fact]
    public async Task A_suspended_user_gets_no_next_pair_but_keeps_the_sign_in()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var tokens = await ada.Tokens();

        await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/suspend").Expect(200);
        await Refresh(ada, tokens.Refresh).ExpectProblem(403, "USER_SUSPENDED");

        await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reinstate").Expect(200);
        await Refresh(ada, tokens.Refresh).Expect(200);
    }

    [Fact]
    public async Task An_access_token_ends_after_an_hour_and_a_sign_in_after_thirty_days_without_use()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var tokens = await ada.Tokens();
        SignInHost.Clock.Advance(TimeSpan.FromMinutes(59));
        await ada.Host.Client(tokens.Access).Get("/v3/me").Expect(200);
        SignInHost.Clock.Advance(TimeSpan.FromMinutes(2));
        await ada.Host.Client(tokens.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");

        SignInHost.Clock.Advance(TimeSpan.FromDays(29));
        var next = new Tokens(await Refresh(ada, tokens.Refresh).Expect(200));
        SignInHost.Clock.Advance(TimeSpan.FromDays(29));
        next = new Tokens(await Refresh(ada, next.Refresh).Expect(200));
        SignInHost.Clock.Advance(TimeSpan.FromDays(31));
        await Refresh(ada, next.Refresh).ExpectProblem(400, "INVALID_REFRESH_TOKEN");
    }

    [Fact]
    public async Task What_has_expired_goes_with_the_next_sign_in()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        await Refresh(ada, (await ada.Tokens()).Refresh).Expect(200);
        SignInHost.Clock.Advance(TimeSpan.FromDays(31));
        await ada.Tokens();

        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_signinsession where data ->> 'user' = $1", ada.Id)).ShouldBe(1);
        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_refreshtoken where data ->> 'user' = $1", ada.Id)).ShouldBe(1);
    }

    private static Task<HttpResponseMessage> Refresh(Somebody user, string token) =>
        user.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = token });
}

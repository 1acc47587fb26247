using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Identity;

/// <summary>Where somebody is signed in, and the end of it, which counts at once.</summary>
[Collection(nameof(SignInHost))]
public class SessionTests
{
    [Fact]
    public async Task Users_see_where_they_are_signed_in()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        await ada.Tokens();
        var laptop = ada.Host.Client(null);
        laptop.DefaultRequestHeaders.UserAgent.ParseAdd("Laptop/1.0");
        var tokens = new Tokens(await laptop.Post("/v3/accounts/login", new { email = ada.Email, password = Acme.Password }).Expect(200));

        var sessions = (await ada.Host.Client(tokens.Access).Get("/v3/me/sessions").Expect(200)).AsArray();

        sessions.Count.ShouldBe(2);
        var current = sessions.Single(session => session!["current"]!.GetValue<bool>())!;
        current.AsObject().Select(member => member.Key).ShouldBe(["id", "createdAt", "lastUsedAt", "expiresAt", "ipAddress", "userAgent", "current"]);
        (current.Text("userAgent"), current.Text("ipAddress")).ShouldBe(("Laptop/1.0", "127.0.0.1"));
        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_signinsession t where t::text like '%Laptop/1.0%' or t::text like '%127.0.0.1%'")).ShouldBe(0);
    }

    [Fact]
    public async Task The_last_use_is_noted_to_the_minute_and_the_last_used_comes_first()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (first, second) = (await ada.SignedIn(), await ada.SignedIn());
        await second.Get("/v3/me").Expect(200);
        SignInHost.Clock.Advance(TimeSpan.FromMinutes(10));

        var sessions = (await first.Get("/v3/me/sessions").Expect(200)).AsArray();

        sessions.Select(session => session!["current"]!.GetValue<bool>()).ShouldBe([true, false]);
        (TimeOf(sessions[0]!, "lastUsedAt") - TimeOf(sessions[0]!, "createdAt")).ShouldBeInRange(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(11));
        (TimeOf(sessions[1]!, "lastUsedAt") - TimeOf(sessions[1]!, "createdAt")).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task One_that_is_ended_opens_nothing_from_then_on()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (one, other) = (await ada.SignedIn(), await ada.Tokens());
        var id = (await one.Get("/v3/me/sessions").Expect(200)).AsArray().Single(session => !session!["current"]!.GetValue<bool>())!.Id();

        await one.Delete($"/v3/me/sessions/{id}").Expect(204);

        await IsOver(ada, other);
        await one.Delete($"/v3/me/sessions/{id}").ExpectProblem(404, "NOT_FOUND");
        (await one.Get("/v3/me/sessions").Expect(200)).AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task All_others_are_ended_at_once()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (one, second, third) = (await ada.SignedIn(), await ada.Tokens(), await ada.Tokens());

        await one.Delete("/v3/me/sessions").Expect(204);

        await IsOver(ada, second);
        await IsOver(ada, third);
        await one.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task Those_of_somebody_else_are_not_there()
    {
        var (ada, bob) = (await SignInHost.Somebody(await SignInHost.Shared), await SignInHost.Somebody(await SignInHost.Shared));
        var (hers, his) = (await ada.SignedIn(), await bob.SignedIn());
        var id = (await hers.Get("/v3/me/sessions").Expect(200))[0]!.Id();

        await his.Delete($"/v3/me/sessions/{id}").ExpectProblem(404, "NOT_FOUND");
        await his.Delete($"/v3/users/{ada.Id}/sessions").ExpectProblem(403, "FORBIDDEN");
        await his.Get($"/v3/users/{ada.Id}/sessions").ExpectProblem(403, "FORBIDDEN");
        await (await ada.Acme.Admin()).Get($"/v3/users/{ada.Id}/sessions").ExpectProblem(403, "FORBIDDEN");
        await hers.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task The_vendor_signs_somebody_out_and_that_is_recorded_once()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var tokens = await ada.Tokens();
        var vendor = await ada.Host.Vendor();
        (await vendor.Get($"/v3/users/{ada.Id}/sessions").Expect(200)).AsArray().Single()!["current"]!.GetValue<bool>().ShouldBeFalse();

        await vendor.Delete($"/v3/users/{ada.Id}/sessions").Expect(204);
        await vendor.Delete($"/v3/users/{ada.Id}/sessions").Expect(204);

        await IsOver(ada, tokens);
        (await vendor.Get($"/v3/users/{ada.Id}/sessions").Expect(200)).AsArray().ShouldBeEmpty();
        (await ada.Host.EventsOf(ada.Id)).ShouldBe(["user_created_v1", "user_signed_in_v1", "user_sessions_ended_v1"]);
    }

    [Fact]
    public async Task A_member_of_the_team_answers_to_the_super_admin_only()
    {
        var host = await SignInHost.Shared;
        var (grace, other) = (await SignInHost.TeamMember(host), await (await SignInHost.TeamMember(host)).SignedIn());
        var signedIn = await grace.SignedIn();

        await other.Delete($"/v3/users/{grace.Id}/sessions").ExpectProblem(403, "TEAM_MEMBER_IS_PROTECTED");
        await signedIn.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task A_use_never_brings_back_a_sign_in_that_has_ended()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (one, other) = (await ada.SignedIn(), await ada.Tokens());
        var client = ada.Host.Client(other.Access);
        SignInHost.Clock.Advance(TimeSpan.FromMinutes(2));

        await Task.WhenAll(one.Delete("/v3/me/sessions").Expect(204), client.Get("/v3/me"), client.Get("/v3/me"),
            ada.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = other.Refresh }));

        await client.Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        (await one.Get("/v3/me/sessions").Expect(200)).AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_personal_access_token_sees_and_ends_none()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var script = ada.Host.Client(await ada.AccessToken("license:read"));

        await script.Get("/v3/me/sessions").ExpectProblem(403, "SIGN_IN_REQUIRED");
        await script.Delete("/v3/me/sessions").ExpectProblem(403, "SIGN_IN_REQUIRED");
        await script.Delete($"/v3/me/sessions/{Guid.NewGuid()}").ExpectProblem(403, "SIGN_IN_REQUIRED");
    }

    private static async Task IsOver(Somebody user, Tokens tokens)
    {
        await user.Host.Client(tokens.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await user.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = tokens.Refresh }).ExpectProblem(400, "INVALID_REFRESH_TOKEN");
    }

    private static DateTimeOffset TimeOf(JsonNode session, string member) => DateTimeOffset.Parse(session.Text(member));
}

namespace EventSourcedOrgs.Host.Tests.Identity;

/// <summary>A second factor: asked for at sign-in, taken once, and a way back for whoever lost it.</summary>
[Collection(nameof(SignInHost))]
public class TwoFactorTests
{
    [Fact]
    public async Task It_is_switched_on_with_a_code_and_asked_for_from_then_on()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var signedIn = await ada.SignedIn();
        var secret = await signedIn.Post("/v3/me/2fa-secret").Expect(200);
        secret.Text("email").ShouldBe(ada.Email);
        secret.Text("url").ShouldStartWith($"otpauth://totp/Vendor:{Uri.EscapeDataString(ada.Email)}?secret=");
        await ada.LogIn().Expect(200);

        await signedIn.Patch("/v3/me", new { twoFactorEnabled = true }).ExpectProblem(400, "TWO_FACTOR_CODE_REQUIRED");
        await signedIn.Patch("/v3/me", new { twoFactorEnabled = true, twoFactorCode = "000000" }).ExpectProblem(400, "INVALID_TWO_FACTOR_CODE");
        var app = new Authenticator(secret.Text("url"));
        (await signedIn.Patch("/v3/me", new { twoFactorEnabled = true, twoFactorCode = app.Next() }).Expect(200))["twoFactorEnabled"]!.GetValue<bool>().ShouldBeTrue();

        (await ada.Acme.Read($"/users/{ada.Id}"))["twoFactorEnabled"]!.GetValue<bool>().ShouldBeTrue();
        (await ada.Acme.Vendor.Get($"/v3/users/{ada.Id}").Expect(200))["twoFactorEnabled"]!.GetValue<bool>().ShouldBeTrue();
        await ada.LogIn().ExpectProblem(400, "TWO_FACTOR_CODE_REQUIRED");
        await LogIn(ada, "000000").ExpectProblem(400, "INVALID_TWO_FACTOR_CODE");
        await LogIn(ada, app.Next()).Expect(200);
        await ada.LogIn("wrong horse battery").ExpectProblem(400, "INVALID_CREDENTIALS");
        await signedIn.Post("/v3/me/2fa-secret").ExpectProblem(409, "TWO_FACTOR_ENABLED");
        (await signedIn.Patch("/v3/me", new { firstName = "Augusta", twoFactorEnabled = true }).Expect(200)).Text("firstName").ShouldBe("Augusta");
    }

    [Fact]
    public async Task A_code_is_taken_once_however_many_bring_it_at_once()
    {
        var (ada, app, _) = await Protected();
        var code = app.Next();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => LogIn(ada, code)));

        answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(1);
    }

    [Fact]
    public async Task Wrong_codes_lock_like_wrong_passwords_and_the_password_alone_does_not_start_anew()
    {
        var (ada, app, _) = await Protected();
        for (var i = 0; i < 5; i++)
        {
            await ada.LogIn().ExpectProblem(400, "TWO_FACTOR_CODE_REQUIRED");
            await LogIn(ada, "000000").ExpectProblem(400, "INVALID_TWO_FACTOR_CODE");
        }

        await LogIn(ada, app.Next()).ExpectProblem(400, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task Wrong_codes_of_somebody_signed_in_lock_as_well()
    {
        var (_, app, signedIn) = await Protected();
        for (var i = 0; i < 5; i++)
            await signedIn.Patch("/v3/me", new { twoFactorEnabled = false, twoFactorCode = "000000" }).ExpectProblem(400, "INVALID_TWO_FACTOR_CODE");

        await signedIn.Post("/v3/me/2fa-recovery-codes", new { twoFactorCode = app.Next() }).ExpectProblem(400, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task Another_address_gives_no_more_guesses()
    {
        var (_, app, signedIn) = await Protected();
        for (var i = 0; i < 5; i++)
        {
            await signedIn.Patch("/v3/me", new { email = Acme.NewEmail() }).Expect(200);
            await signedIn.Patch("/v3/me", new { twoFactorEnabled = false, twoFactorCode = "000000" }).ExpectProblem(400, "INVALID_TWO_FACTOR_CODE");
        }

        await signedIn.Patch("/v3/me", new { twoFactorEnabled = false, twoFactorCode = app.Next() }).ExpectProblem(400, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task Each_recovery_code_stands_in_for_the_authenticator_once()
    {
        var (ada, app, signedIn) = await Protected();
        await signedIn.Post("/v3/me/2fa-recovery-codes", new { twoFactorCode = "" }).ExpectProblem(400, "TWO_FACTOR_CODE_REQUIRED");
        var codes = await Recovery(signedIn, app.Next());
        (codes.Count, codes.Distinct().Count()).ShouldBe((10, 10));
        codes.ShouldAllBe(code => code.Length == 11);

        await Recover(ada, codes[0]).Expect(200);
        await Recover(ada, codes[0]).ExpectProblem(400, "INVALID_TWO_FACTOR_CODE");
        await Recover(ada, codes[1].Replace("-", "").ToUpperInvariant()).Expect(200);
        await LogIn(ada, codes[2]).Expect(200);

        var fresh = await Recovery(signedIn, codes[3]);
        await Recover(ada, codes[4]).ExpectProblem(400, "INVALID_TWO_FACTOR_CODE");
        await Recover(ada, fresh[0]).Expect(200);
        (await ada.Host.EventsOf(ada.Id)).Count(name => name == "user_recovery_code_used_v1").ShouldBe(5);
        (await ada.Host.Scalar<string>("select data::text from events.mt_doc_twofactorsecret where id = $1", Guid.Parse(ada.Id))).ShouldNotContain(fresh[1]);
    }

    [Fact]
    public async Task Switching_it_on_and_off_ends_the_other_sign_ins()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (one, other) = (await ada.SignedIn(), await ada.Tokens());
        var app = await Enable(one);
        await ada.Host.Client(other.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = other.Refresh }).ExpectProblem(400, "INVALID_REFRESH_TOKEN");
        other = new(await LogIn(ada, app.Next()).Expect(200));

        await one.Patch("/v3/me", new { twoFactorEnabled = false }).ExpectProblem(400, "TWO_FACTOR_CODE_REQUIRED");
        (await one.Patch("/v3/me", new { twoFactorEnabled = false, twoFactorCode = app.Next() }).Expect(200))["twoFactorEnabled"]!.GetValue<bool>().ShouldBeFalse();

        await ada.Host.Client(other.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.LogIn().Expect(200);
        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_twofactorsecret where id = $1", Guid.Parse(ada.Id))).ShouldBe(0);
    }

    [Fact]
    public async Task An_admin_switches_it_off_for_who_lost_it_and_never_ones_own()
    {
        var (ada, _, signedIn) = await Protected();
        var (admin, foreign) = (await ada.Acme.Admin(), await (await Acme.With(seats: -1, ada.Host)).Admin());
        await foreign.Delete($"{ada.Acme.Path}/users/{ada.Id}/two-factor").ExpectProblem(404, "NOT_FOUND");
        await admin.Delete($"/v3/users/{ada.Id}/two-factor").ExpectProblem(403, "FORBIDDEN");
        await signedIn.Delete($"{ada.Acme.Path}/users/{ada.Id}/two-factor").ExpectProblem(403, "FORBIDDEN");

        await admin.Delete($"{ada.Acme.Path}/users/{ada.Id}/two-factor").Expect(204);

        await signedIn.Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.LogIn().Expect(200);
        (await ada.Host.Scalar<string>("select user_name from events.mt_events where stream_id = $1 and type = 'user_two_factor_disabled_v1'", Guid.Parse(ada.Id)))
            .ShouldBe($"user:{(await admin.Get("/v3/me").Expect(200)).Id()}");
        var own = (await admin.Get("/v3/me").Expect(200)).Id();
        await Enable(admin);
        await admin.Delete($"{ada.Acme.Path}/users/{own}/two-factor").ExpectProblem(403, "OWN_TWO_FACTOR");
    }

    [Fact]
    public async Task A_member_of_the_team_answers_to_the_super_admin_only()
    {
        var host = await SignInHost.Shared;
        var (grace, other) = (await SignInHost.TeamMember(host), await (await SignInHost.TeamMember(host)).SignedIn());
        await Enable(await grace.SignedIn());

        await other.Delete($"/v3/users/{grace.Id}/two-factor").ExpectProblem(403, "TEAM_MEMBER_IS_PROTECTED");
        await (await host.Vendor()).Delete($"/v3/users/{grace.Id}/two-factor").Expect(204);
        await grace.LogIn().Expect(200);
    }

    [Fact]
    public async Task A_sign_in_that_is_under_way_without_it_ends_when_it_is_switched_on()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var (signedIn, goOn) = (await ada.SignedIn(), await ada.BeginToSignIn());

        var app = await Enable(signedIn);

        (await goOn())!.Code.ShouldBe("TWO_FACTOR_CODE_REQUIRED");
        (await (await ada.BeginToSignIn(app.Next()))()).ShouldBeNull();
    }

    [Fact]
    public async Task A_personal_access_token_cannot_touch_it()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var script = ada.Host.Client(await ada.AccessToken("license:read"));

        await script.Post("/v3/me/2fa-secret").ExpectProblem(403, "SIGN_IN_REQUIRED");
        await script.Post("/v3/me/2fa-recovery-codes", new { twoFactorCode = "000000" }).ExpectProblem(403, "SIGN_IN_REQUIRED");
        await script.Patch("/v3/me", new { twoFactorEnabled = true, twoFactorCode = "000000" }).ExpectProblem(403, "SIGN_IN_REQUIRED");
    }

    [Fact]
    public async Task The_secret_is_in_no_table_and_in_no_event()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var signedIn = await ada.SignedIn();
        var app = new Authenticator((await signedIn.Post("/v3/me/2fa-secret", null, ("Idempotency-Key", "secret")).Expect(200)).Text("url"));
        await signedIn.Patch("/v3/me", new { twoFactorEnabled = true, twoFactorCode = app.Next() }).Expect(200);

        foreach (var table in (string[])["mt_events", "mt_doc_twofactorsecret", "mt_doc_user", "mt_doc_answeredrequest"])
        {
            (await ada.Host.Scalar<long>($"select count(*) from events.{table} t where t::text like $1 or t::text like $2",
                $"%{app.Text}%", $"%{Convert.ToBase64String(app.Secret)}%")).ShouldBe(0, table);
        }
    }

    /// <summary>Somebody with a second factor, whose last code was of an earlier step.</summary>
    private static async Task<(Somebody Ada, Authenticator App, HttpClient SignedIn)> Protected()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var signedIn = await ada.SignedIn();
        return (ada, await Enable(signedIn), signedIn);
    }

    private static async Task<Authenticator> Enable(HttpClient signedIn)
    {
        var app = new Authenticator((await signedIn.Post("/v3/me/2fa-secret").Expect(200)).Text("url"));
        await signedIn.Patch("/v3/me", new { twoFactorEnabled = true, twoFactorCode = app.Next() }).Expect(200);
        return app;
    }

    private static async Task<IReadOnlyList<string>> Recovery(HttpClient signedIn, string code) =>
        [.. (await signedIn.Post("/v3/me/2fa-recovery-codes", new { twoFactorCode = code }).Expect(200))["recoveryCodes"]!.AsArray().Select(made => made!.GetValue<string>())];

    private static Task<HttpResponseMessage> LogIn(Somebody user, string code) =>
        user.Host.Anonymous.Post("/v3/accounts/login", new { email = user.Email, password = Acme.Password, twoFactorCode = code });

    private static Task<HttpResponseMessage> Recover(Somebody user, string code) =>
        user.Host.Anonymous.Post("/v3/accounts/login", new { email = user.Email, password = Acme.Password, twoFactorRecoveryCode = code });
}

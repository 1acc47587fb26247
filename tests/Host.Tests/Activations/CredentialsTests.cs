using EventSourcedOrgs.Host.Tests.Identity;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>Applications without a browser send the user's own e-mail address and password with the activation.</summary>
[Collection(nameof(SignInHost))]
public class CredentialsTests
{
    private const string Wrong = "wrong horse battery";

    private static readonly object Named = new { name = "Named", requireAuthentication = true, allowedActivations = 5 };

    [Fact]
    public async Task Who_may_use_the_licence_activates_with_address_and_password()
    {
        var (ada, sold) = await Assigned();
        var claims = await sold.Device().Activate(("email", ada.Email), ("password", Acme.Password));
        claims.Text("email").ShouldBe(ada.Email);
        (await ada.Acme.Vendor.Get($"/v3/activations/{claims.Text("aid")}").Expect(200)).Text("userId").ShouldBe(ada.Id);

        await sold.Device().Ask(("email", ada.Email), ("password", Wrong)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await sold.Device().Ask(("email", Acme.NewEmail()), ("password", Acme.Password)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await sold.Device().Ask(("email", ada.Email), ("password", Acme.Password), ("userId", Guid.NewGuid())).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await sold.Device().Ask(("email", ada.Email)).ExpectProblem(400, "VALIDATION_FAILED");
        await sold.Device().Ask(("password", Acme.Password)).ExpectProblem(400, "VALIDATION_FAILED");
        await sold.Device().Ask(("twoFactorCode", "123456")).ExpectProblem(400, "VALIDATION_FAILED");
        (await sold.Totals()).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_also_where_none_are_needed()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var sold = await Sold.With(ada.Host, new { name = "Standard", allowedActivations = 5 });
        await sold.Device().Ask(("email", ada.Email), ("password", Wrong)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await sold.Device().Activate(("email", ada.Email), ("password", Acme.Password));
    }

    [Fact]
    public async Task Who_may_not_enter_the_customer_portal_may_use_a_licence()
    {
        var (ada, sold) = await Assigned(allowed: false);
        await ada.LogIn().ExpectProblem(403, "CUSTOMER_PORTAL_NOT_ALLOWED");
        await sold.Device().Activate(("email", ada.Email), ("password", Acme.Password));
    }

    [Fact]
    public async Task Failures_count_as_those_of_a_sign_in_and_lock_both()
    {
        var (ada, sold) = await Assigned();
        for (var n = 0; n < 3; n++)
            await sold.Device().Ask(("email", ada.Email), ("password", Wrong)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        for (var n = 0; n < 2; n++)
            await ada.LogIn(Wrong).ExpectProblem(400, "INVALID_CREDENTIALS");
        (await sold.Device().Ask(("email", ada.Email), ("password", Acme.Password)).ExpectProblem(400, "AUTHENTICATION_FAILED")).Text("message").ShouldContain("Too many failed sign-ins");
        await ada.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");

        SignInHost.Clock.Advance(TimeSpan.FromMinutes(5.1));
        await sold.Device().Activate(("email", ada.Email), ("password", Acme.Password));
    }

    [Fact]
    public async Task An_unknown_key_is_no_way_to_try_passwords_without_being_counted()
    {
        var (ada, sold) = await Assigned();
        for (var n = 0; n < 5; n++)
            await sold.Device().Ask(("key", "NO-SUCH-KEY-ANYWHERE"), ("email", ada.Email), ("password", n == 4 ? Wrong : $"{Wrong} {n}")).ExpectProblem(400, "INVALID_LICENSE_KEY");
        await ada.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_and_taken_once()
    {
        var (ada, sold) = await Assigned();
        var signedIn = await ada.SignedIn();
        var app = new Authenticator((await signedIn.Post("/v3/me/2fa-secret").Expect(200)).Text("url"));
        await signedIn.Patch("/v3/me", new { twoFactorEnabled = true, twoFactorCode = app.Next() }).Expect(200);

        (await sold.Device().Ask(("email", ada.Email), ("password", Acme.Password)).ExpectProblem(400, "AUTHENTICATION_FAILED")).Text("message").ShouldContain("twoFactorCode");
        var code = app.Next();
        await sold.Device().Activate(("email", ada.Email), ("password", Acme.Password), ("twoFactorCode", code));
        await sold.Device().Ask(("email", ada.Email), ("password", Acme.Password), ("twoFactorCode", code)).ExpectProblem(400, "AUTHENTICATION_FAILED");
    }

    [Fact]
    public async Task Access_that_was_lost_meanwhile_is_lost()
    {
        var (ada, sold) = await Assigned();
        var device = sold.Device();
        await device.Activate(("email", ada.Email), ("password", Acme.Password));
        await ada.Acme.Vendor.Delete($"{ada.Acme.Path}/licenses/{sold.Id}/users/{ada.Id}").Expect(204);
        (await device.Ask(("email", ada.Email), ("password", Acme.Password)).ExpectProblem(400, "AUTHENTICATION_FAILED")).Text("message").ShouldContain("assigned");
        await ada.Acme.Vendor.Put($"{ada.Acme.Path}/licenses/{sold.Id}/users/{ada.Id}").Expect(204);
        await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/suspend").Expect(200);
        (await device.Ask(("email", ada.Email), ("password", Acme.Password)).ExpectProblem(400, "AUTHENTICATION_FAILED")).Text("message").ShouldContain("suspended");
    }

    [Fact]
    public async Task A_password_is_kept_nowhere_and_the_refused_attempt_tells_only_the_machine()
    {
        var (ada, sold) = await Assigned();
        var key = Guid.NewGuid().ToString();
        using var signedIn = await ada.SignedIn();
        var device = sold.Device(signedIn);
        await signedIn.Post("/v3/activations", device.Body(("email", ada.Email), ("password", Acme.Password)), ("Idempotency-Key", key)).Expect(200);
        await sold.Device().Ask(("email", ada.Email), ("password", "a secret never seen")).ExpectProblem(400, "AUTHENTICATION_FAILED");

        foreach (var secret in new[] { Acme.Password, "a secret never seen", ada.Email })
        {
            foreach (var (table, row) in new[] { ("mt_events", "data::text || coalesce(headers::text, '')"), ("mt_doc_activation", "data::text"), ("mt_doc_answeredrequest", "data::text"), ("mt_doc_refusedcommand", "data::text") })
                (await ada.Host.Scalar<long>($"select count(*) from events.{table} where position($1 in {row}) > 0", secret)).ShouldBe(0, $"{table} has {secret}");
        }

        var lines = (await ada.Acme.Vendor.Get($"/v3/licenses/{sold.Id}/activation-history?kind=activation-refused&minPosition={await ada.Host.Position()}").Expect(200)).AsArray();
        lines.ShouldHaveSingleItem()!.Text("code").ShouldBe("AUTHENTICATION_FAILED");
        lines.ToJsonString().ShouldNotContain("secret");
    }

    private static async Task<(Somebody Ada, Sold Sold)> Assigned(bool allowed = true)
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared, allowed: allowed);
        var sold = await Sold.With(ada.Host, Named, ("organizationId", ada.Acme.Id));
        await ada.Acme.Vendor.Put($"{ada.Acme.Path}/licenses/{sold.Id}/users/{ada.Id}").Expect(204);
        return (ada, sold);
    }
}

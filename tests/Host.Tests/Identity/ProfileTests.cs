namespace EventSourcedOrgs.Host.Tests.Identity;

public class ProfileTests
{
    [Fact]
    public async Task It_has_the_members_of_the_contract()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);

        var me = await (await ada.SignedIn()).Get("/v3/me").Expect(200);

        me.AsObject().Select(member => member.Key).ShouldBe(
        [
            "id", "createdAt", "updatedAt", "name", "firstName", "lastName", "email", "role", "twoFactorEnabled", "googleSsoEnabled", "lastLoginAt", "company",
            "emailPreference", "organizationId", "organizationName", "scopes",
        ]);
        me.Text("name").ShouldBe("Ada Lovelace");
        me.Text("company").ShouldBe("");
        me.Text("role").ShouldBe("user");
        me["lastLoginAt"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Users_change_their_name_and_address_and_sign_in_with_the_new_one()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var (signedIn, email) = (await ada.SignedIn(), Acme.NewEmail());

        var me = await signedIn.Patch("/v3/me", new { firstName = "Augusta", lastName = "", email, twoFactorEnabled = false, googleSsoEnabled = false }).Expect(200);

        (me.Text("firstName"), me.Text("lastName"), me.Text("email")).ShouldBe(("Augusta", "", email));
        await ada.LogIn().ExpectProblem(400, "INVALID_CREDENTIALS");
        await (ada with { Email = email }).LogIn().Expect(200);
        await signedIn.Patch("/v3/me", new { email = (await SignInHost.Somebody(ada.Host)).Email }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
    }

    [Fact]
    public async Task A_personal_access_token_changes_the_name_and_not_the_address()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        using var script = ada.Host.Client(await ada.AccessToken("license:read"));

        await script.Patch("/v3/me", new { email = Acme.NewEmail() }).ExpectProblem(403, "SIGN_IN_REQUIRED");
        await script.Patch("/v3/me", new { firstName = "Augusta", email = ada.Email }).Expect(200);
        await ada.LogIn().Expect(200);
    }

    [Fact]
    public async Task Users_say_what_they_want_to_be_told_by_email()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        (await signedIn.Get("/v3/me").Expect(200))["emailPreference"]!.ToJsonString().ShouldBe("""{"metrics":false}""");

        foreach (var metrics in new[] { true, true, false })
            (await signedIn.Patch("/v3/me/email-preferences", new { metrics }).Expect(200))["emailPreference"]!["metrics"]!.GetValue<bool>().ShouldBe(metrics);
        await signedIn.Patch("/v3/me/email-preferences", new { metrics = true }).Expect(200);
        (await ada.Acme.Vendor.Get($"/v3/users/{ada.Id}").Expect(200))["emailPreference"]!.ToJsonString().ShouldBe("""{"metrics":true}""");
        await signedIn.Patch("/v3/me/email-preferences", new { }).ExpectProblem(400, "VALIDATION_FAILED");
        (await ada.Host.EventsOf(ada.Id)).Skip(2).ShouldBe(Enumerable.Repeat("user_email_preference_changed_v1", 3));
    }

    [Theory]
    [InlineData("""{"role":"admin"}""", "UNKNOWN_FIELD")]
    [InlineData("""{"organizationId":null}""", "UNKNOWN_FIELD")]
    [InlineData("""{"allowCustomerPortalAccess":true}""", "UNKNOWN_FIELD")]
    [InlineData("""{"Role":"admin"}""", "UNKNOWN_FIELD")]
    [InlineData("""{"roles":["admin"]}""", "UNKNOWN_FIELD")]
    [InlineData("""{"userGroupIds":[]}""", "UNKNOWN_FIELD")]
    [InlineData("""{"password":"long enough"}""", "UNKNOWN_FIELD")]
    [InlineData("""{"twoFactorEnabled":true,"twoFactorCode":"123456"}""", "TWO_FACTOR_SECRET_MISSING")]
    [InlineData("""{"googleSsoEnabled":true}""", "GOOGLE_SIGN_IN_UNAVAILABLE")]
    [InlineData("""{"firstName":""}""", "VALIDATION_FAILED")]
    [InlineData("""{"email":"nobody"}""", "VALIDATION_FAILED")]
    public async Task What_is_not_theirs_to_change_is_refused_and_changes_nothing(string body, string code)
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        await (await ada.SignedIn()).Patch("/v3/me", body).ExpectProblem(400, code);
        (await ada.Host.EventsOf(ada.Id)).ShouldBe(["user_created_v1", "user_signed_in_v1"]);
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity;

public class PasswordTests
{
    private const string New = "another horse battery";

    [Fact]
    public async Task Users_change_their_password_which_ends_their_other_sign_ins()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var (here, elsewhere) = (await ada.Tokens(), await ada.Tokens());

        await ada.Host.Client(here.Access).Post($"/v3/users/{ada.Id}/update-password", new { oldPassword = Acme.Password, newPassword = New }).Expect(204);

        await ada.LogIn().ExpectProblem(400, "INVALID_CREDENTIALS");
        await ada.LogIn(New).Expect(200);
        await ada.Host.Client(here.Access).Get("/v3/me").Expect(200);
        await ada.Host.Client(elsewhere.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = elsewhere.Refresh }).ExpectProblem(400, "INVALID_REFRESH_TOKEN");
        (await ada.Host.EventsOf(ada.Id)).ShouldContain("user_password_changed_v1");
    }

    [Fact]
    public async Task Nobody_changes_the_password_of_another_not_even_the_super_admin()
    {
        var (ada, bob) = (await SignInHost.Somebody(await TestHost.Shared), await SignInHost.Somebody(await TestHost.Shared));
        var body = new { oldPassword = Acme.Password, newPassword = New };

        foreach (var client in (HttpClient[])[await bob.SignedIn(), ada.Acme.Vendor])
        {
            var foreign = await client.Post($"/v3/users/{ada.Id}/update-password", body).ExpectProblem(404, "NOT_FOUND");
            var absent = await client.Post($"/v3/users/{Guid.NewGuid()}/update-password", body).ExpectProblem(404, "NOT_FOUND");
            foreign.Text("message").ShouldBe(absent.Text("message"));
        }

        await ada.Host.Anonymous.Post($"/v3/users/{ada.Id}/update-password", body).ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.LogIn().Expect(200);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("organization-admin")]
    [InlineData("reseller-admin")]
    public async Task The_vendor_lets_a_customer_set_a_new_password_once(string role)
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, role);
        var before = await ada.Tokens();
        var token = (await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken");
        Uri.EscapeDataString(token).ShouldBe(token);

        await Reset(ada, token).Expect(204);

        await ada.LogIn().ExpectProblem(400, "INVALID_CREDENTIALS");
        await ada.LogIn(New).Expect(200);
        await ada.Host.Client(before.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await Reset(ada, token).ExpectProblem(400, "INVALID_RESET_TOKEN");
    }

    [Fact]
    public async Task The_newest_reset_token_is_the_only_one_and_is_good_for_its_user_only()
    {
        var (ada, bob) = (await SignInHost.Somebody(await TestHost.Shared), await SignInHost.Somebody(await TestHost.Shared));
        var first = (await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken");
        var second = (await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken");

        await Reset(ada, first).ExpectProblem(400, "INVALID_RESET_TOKEN");
        await Reset(bob, second).ExpectProblem(400, "INVALID_RESET_TOKEN");
        await Reset(ada with { Id = Guid.NewGuid().ToString() }, second).ExpectProblem(400, "INVALID_RESET_TOKEN");
        await Reset(ada, second).Expect(204);
    }

    [Fact]
    public async Task A_reset_used_by_many_at_once_counts_once()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var token = (await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken");

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Reset(ada, token)));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([204, 400, 400, 400, 400]);
        (await ada.Host.EventsOf(ada.Id)).Count(name => name == "user_password_changed_v1").ShouldBe(1);
    }

    [Fact]
    public async Task A_reset_lifts_the_lock()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        for (var i = 0; i < 5; i++)
            await ada.LogIn("wrong horse battery").ExpectProblem(400, "INVALID_CREDENTIALS");
        await ada.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");

        await Reset(ada, (await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken")).Expect(204);

        await ada.LogIn(New).Expect(200);
    }

    [Fact]
    public async Task There_is_no_reset_for_the_team()
    {
        var grace = await SignInHost.TeamMember(await TestHost.Shared);
        var root = (await grace.Acme.Vendor.Get("/v3/me").Expect(200)).Id();

        await grace.Acme.Vendor.Post($"/v3/users/{grace.Id}/reset-password-token").ExpectProblem(403, "PASSWORD_RESET_NOT_ALLOWED");
        await (await grace.SignedIn()).Post($"/v3/users/{root}/reset-password-token").ExpectProblem(403, "PASSWORD_RESET_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_reset_token_of_somebody_who_joined_the_team_meanwhile_is_worth_nothing()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var email = Acme.NewEmail();
        var id = (await vendor.Post("/v3/users", new { firstName = "Ada", email, password = Acme.Password }).Expect(201)).Id();
        var token = (await vendor.Post($"/v3/users/{id}/reset-password-token").Expect(200)).Text("resetPasswordToken");
        await vendor.Patch($"/v3/users/{id}", new { role = "admin" }).Expect(200);

        await (await TestHost.Shared).Anonymous.Post($"/v3/users/{id}/reset-password", new { newPassword = New, token }).ExpectProblem(400, "INVALID_RESET_TOKEN");
    }

    [Theory]
    [InlineData("""{"organizationId":""}""")]
    [InlineData("""{"role":"organization-admin"}""")]
    public async Task A_reset_token_ends_with_the_organization_and_the_role_that_it_was_made_for(string change)
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        using var admin = await ada.Acme.Admin();
        var token = (await admin.Post($"{ada.Acme.Path}/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken");

        await ada.Acme.Vendor.Patch($"/v3/users/{ada.Id}", change).Expect(200);

        await Reset(ada, token).ExpectProblem(400, "INVALID_RESET_TOKEN");
        await ada.LogIn().Expect(200);
    }

    [Fact]
    public async Task Who_made_a_reset_token_is_in_the_history()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var root = (await ada.Acme.Vendor.Get("/v3/me").Expect(200)).Id();

        await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200);

        (await ada.Host.Scalar<string>("select user_name::text from events.mt_events where stream_id = $1 and type = 'user_password_reset_allowed_v1'", Guid.Parse(ada.Id))).ShouldBe($"user:{root}");
    }

    [Fact]
    public async Task A_reset_token_that_is_made_while_its_user_moves_away_is_none()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var allow = new AllowOrganizationPasswordReset(OrganizationId.From(Guid.Parse(ada.Acme.Id)), UserId.From(Guid.Parse(ada.Id)));

        var outcome = await ada.Host.Services.GetRequiredService<Commands>().Run(allow, Envelope.System, async (_, _, _) =>
        {
            await ada.Acme.Vendor.Patch($"/v3/users/{ada.Id}", """{"organizationId":""}""").Expect(200);
            return new Reply(200);
        }, CancellationToken.None);

        outcome.Result.Refusal.ShouldBe(Refusal.UserNotFound);
        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_passwordreset where id = $1", Guid.Parse(ada.Id))).ShouldBe(0);
    }

    [Fact]
    public async Task A_sign_in_that_is_under_way_ends_with_the_password_it_was_proved_by()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var (goOn, next) = (await ada.BeginToSignIn(), await ada.BeginToSignIn());
        (await goOn()).ShouldBeNull();
        var token = (await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken");

        await Reset(ada, token).Expect(204);

        (await next())!.Code.ShouldBe("INVALID_CREDENTIALS");
        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_signinsession where (data ->> 'user')::uuid = $1", Guid.Parse(ada.Id))).ShouldBe(0);
    }

    [Fact]
    public async Task A_reset_token_survives_another_name()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var token = (await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reset-password-token").Expect(200)).Text("resetPasswordToken");
        await ada.Acme.Vendor.Patch($"/v3/users/{ada.Id}", new { firstName = "Augusta" }).Expect(200);
        await Reset(ada, token).Expect(204);
    }

    [Theory]
    [InlineData("""{"newPassword":"short","token":"x"}""")]
    [InlineData("""{"newPassword":"long enough","token":""}""")]
    [InlineData("""{"newPassword":"long enough"}""")]
    public async Task Bad_input_is_named(string body) =>
        await (await TestHost.Shared).Anonymous.Post($"/v3/users/{Guid.NewGuid()}/reset-password", body).ExpectProblem(400, "VALIDATION_FAILED");

    private static Task<HttpResponseMessage> Reset(Somebody user, string token) =>
        user.Host.Anonymous.Post($"/v3/users/{user.Id}/reset-password", new { newPassword = New, token });
}

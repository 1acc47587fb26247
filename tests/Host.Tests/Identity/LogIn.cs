using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Accounts;
using EventSourcedOrgs.Application.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity;

public class LogIn
{
    [Fact]
    public async Task The_answer_is_an_access_token_and_a_refresh_token_and_nothing_else()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);

        var answer = await ada.LogIn().Expect(200);

        answer.AsObject().Select(member => member.Key).ShouldBe(["accessToken", "refreshToken"]);
        (await (await ada.SignedIn()).Get("/v3/me").Expect(200)).Id().ShouldBe(ada.Id);
        (await ada.Host.EventsOf(ada.Id)).ShouldBe(["user_created_v1", "user_signed_in_v1", "user_signed_in_v1"]);
    }

    [Fact]
    public async Task Everything_the_contract_lists_is_accepted()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var account = await ada.Host.Scalar<Guid>("select id from events.mt_doc_account");

        await ada.Host.Anonymous.Post("/v3/accounts/login", new
        {
            accountId = account.ToString(), accountAlias = TestHost.AccountAlias, email = ada.Email.ToUpperInvariant(), password = Acme.Password,
            twoFactorCode = "123456", twoFactorRecoveryCode = "none",
        }).Expect(200);
        await ada.Host.Anonymous.Post("/v3/accounts/login", new { accountId = "", accountAlias = (string?)null, email = ada.Email, password = Acme.Password }).Expect(200);
    }

    [Fact]
    public async Task Whatever_is_wrong_the_answer_is_the_same()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        object[] attempts =
        [
            new { email = ada.Email, password = "wrong horse battery" },
            new { email = Acme.NewEmail(), password = Acme.Password },
            new { email = ada.Email, password = Acme.Password, accountAlias = "another" },
            new { email = ada.Email, password = Acme.Password, accountId = Guid.NewGuid().ToString() },
        ];

        var problems = new List<string>();
        foreach (var attempt in attempts)
        {
            var problem = await ada.Host.Anonymous.Post("/v3/accounts/login", attempt).ExpectProblem(400, "INVALID_CREDENTIALS");
            problem.AsObject().Remove("traceId");
            problems.Add(problem.ToJsonString());
        }

        problems.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Whatever_is_wrong_one_password_is_verified()
    {
        await using var quiet = await TestHost.StartAsync(services => services.AddSingleton<IPasswords>(new CountedPasswords()));
        var passwords = (CountedPasswords)quiet.Services.GetRequiredService<IPasswords>();
        foreach (var attempt in (object[])
        [
            new { email = TestHost.SuperAdmin, password = "wrong horse battery" },
            new { email = Acme.NewEmail(), password = Acme.Password },
            new { email = TestHost.SuperAdmin, password = TestHost.SuperAdminPassword, accountAlias = "another" },
        ])
        {
            var verified = passwords.Verified;
            await quiet.Anonymous.Post("/v3/accounts/login", attempt).ExpectProblem(400, "INVALID_CREDENTIALS");
            passwords.Verified.ShouldBe(verified + 1);
        }
    }

    [Theory]
    [InlineData("""{"password":"long enough"}""", "VALIDATION_FAILED")]
    [InlineData("""{"email":"a@b.example"}""", "VALIDATION_FAILED")]
    [InlineData("""{"email":"nobody","password":"long enough"}""", "VALIDATION_FAILED")]
    [InlineData("""{"email":"a@b.example","password":"short"}""", "VALIDATION_FAILED")]
    [InlineData("""{"email":"a@b.example","password":"long enough","accountId":"0123456789012345678901234567890123456"}""", "VALIDATION_FAILED")]
    [InlineData("""{"email":"a@b.example","password":"long enough","role":"admin"}""", "UNKNOWN_FIELD")]
    [InlineData("""{"email":"a@b.example","password":["long enough"]}""", "VALIDATION_FAILED")]
    [InlineData("""{"email":"a@b.example","password":"long""", "MALFORMED_BODY")]
    public async Task Bad_input_is_named(string body, string code) =>
        await (await TestHost.Shared).Anonymous.Post("/v3/accounts/login", body).ExpectProblem(400, code);

    [Theory]
    [InlineData("user")]
    [InlineData("organization-admin")]
    [InlineData("reseller-admin")]
    public async Task Customers_need_access_to_the_portal_at_every_moment(string role)
    {
        var bob = await SignInHost.Somebody(await TestHost.Shared, role, allowed: false);
        await bob.LogIn().ExpectProblem(403, "CUSTOMER_PORTAL_NOT_ALLOWED");

        await bob.Acme.Vendor.Patch($"/v3/users/{bob.Id}", new { allowCustomerPortalAccess = true }).Expect(200);
        var signedIn = await bob.SignedIn();
        await signedIn.Get("/v3/me").Expect(200);

        await bob.Acme.Vendor.Patch($"/v3/users/{bob.Id}", new { allowCustomerPortalAccess = false }).Expect(200);
        await signedIn.Get("/v3/me").ExpectProblem(403, "CUSTOMER_PORTAL_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_wrong_password_says_nothing_about_the_standing_of_a_user()
    {
        var bob = await SignInHost.Somebody(await TestHost.Shared, allowed: false);
        await bob.LogIn("wrong horse battery").ExpectProblem(400, "INVALID_CREDENTIALS");
    }

    [Fact]
    public async Task A_suspended_user_may_do_nothing_until_reinstated()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var (signedIn, script) = (await ada.SignedIn(), ada.Host.Client(await ada.AccessToken()));

        await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/suspend").Expect(200);
        await signedIn.Get("/v3/me").ExpectProblem(403, "USER_SUSPENDED");
        await script.Get("/v3/me").ExpectProblem(403, "USER_SUSPENDED");
        await ada.LogIn().ExpectProblem(403, "USER_SUSPENDED");

        await ada.Acme.Vendor.Post($"/v3/users/{ada.Id}/reinstate").Expect(200);
        await signedIn.Get("/v3/me").Expect(200);
        await script.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task Nobody_of_a_suspended_organization_may_do_anything()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var (signedIn, script) = (await ada.SignedIn(), ada.Host.Client(await ada.AccessToken()));

        await ada.Acme.Vendor.Post($"{ada.Acme.Path}/suspend").Expect(200);
        await signedIn.Get(ada.Acme.Path).ExpectProblem(403, "ORGANIZATION_SUSPENDED");
        await script.Get("/v3/me").ExpectProblem(403, "ORGANIZATION_SUSPENDED");
        await ada.LogIn().ExpectProblem(403, "ORGANIZATION_SUSPENDED");

        await ada.Acme.Vendor.Post($"{ada.Acme.Path}/reinstate").Expect(200);
        await signedIn.Get(ada.Acme.Path).Expect(200);
    }

    [Fact]
    public async Task A_removed_user_is_nobody()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var (tokens, script) = (await ada.Tokens(), ada.Host.Client(await ada.AccessToken()));

        await ada.Acme.Vendor.Delete($"/v3/users/{ada.Id}").Expect(204);

        await ada.Host.Client(tokens.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await script.Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.LogIn().ExpectProblem(400, "INVALID_CREDENTIALS");
        await ada.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = tokens.Refresh }).ExpectProblem(400, "INVALID_REFRESH_TOKEN");
    }

    [Fact]
    public async Task Another_role_counts_from_the_next_request_on()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared, "organization-admin");
        var signedIn = await ada.SignedIn();
        await signedIn.Get(ada.Acme.Path).Expect(200);

        await ada.Acme.Vendor.Patch($"/v3/users/{ada.Id}", new { role = "user" }).Expect(200);

        await signedIn.Get(ada.Acme.Path).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task Signing_out_ends_both_tokens_of_this_sign_in_and_of_no_other()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var (here, elsewhere) = (await ada.Tokens(), await ada.Tokens());

        await ada.Host.Client(here.Access).Post("/v3/accounts/logout").Expect(200);

        await ada.Host.Client(here.Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await ada.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = here.Refresh }).ExpectProblem(400, "INVALID_REFRESH_TOKEN");
        await ada.Host.Client(elsewhere.Access).Get("/v3/me").Expect(200);
        await ada.Host.Anonymous.Post("/v3/accounts/logout").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task Many_sign_ins_of_one_user_at_once_all_succeed()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ada.LogIn()));

        answers.Select(answer => (int)answer.StatusCode).ShouldAllBe(status => status == 200);
    }

    [Fact]
    public async Task The_audit_names_who_signed_in()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        await ada.LogIn().Expect(200);

        (await ada.Host.Scalar<string>("select user_name from events.mt_events where stream_id = $1 and type = 'user_signed_in_v1'", Guid.Parse(ada.Id)))
            .ShouldBe($"user:{ada.Id}");
    }

    [Fact]
    public async Task The_account_is_opened_once()
    {
        var host = await TestHost.Shared;
        var commands = host.Services.GetRequiredService<Commands>();

        Task<Outcome<Domain.Accounts.Account>> Open(string alias, string email, Envelope by) =>
            commands.Run(new OpenAccount("Vendor", alias, email, "another password"), by, null, CancellationToken.None);

        (await Open(TestHost.AccountAlias, TestHost.SuperAdmin.ToUpperInvariant(), Envelope.System)).Events.ShouldBeEmpty();
        (await Open("another", TestHost.SuperAdmin, Envelope.System)).Result.Refusal?.Code.ShouldBe("ACCOUNT_EXISTS");
        (await Open(TestHost.AccountAlias, "other@vendor.example", Envelope.System)).Result.Refusal?.Code.ShouldBe("ACCOUNT_EXISTS");
        var superAdmin = new Caller(new(Guid.NewGuid()), Domain.Users.Role.SuperAdmin, null, null, null);
        (await Open("third", "third@vendor.example", new(superAdmin, Origin.None))).Result.Refusal?.Code.ShouldBe("FORBIDDEN");

        await host.SignIn(TestHost.SuperAdmin, TestHost.SuperAdminPassword);
    }

    [Fact]
    public async Task Of_two_who_open_the_account_at_once_one_does()
    {
        await using var host = await TestHost.StartAsync();
        await using var connection = new Npgsql.NpgsqlConnection(host.Owner);
        await connection.OpenAsync();
        await using var empty = new Npgsql.NpgsqlCommand(
            "truncate events.mt_events, events.mt_streams, events.mt_doc_account, events.mt_doc_user, events.mt_doc_claim, events.mt_doc_credentials", connection);
        await empty.ExecuteNonQueryAsync();

        var commands = host.Services.GetRequiredService<Commands>();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            commands.Run(new OpenAccount("Vendor", $"vendor-{i}", $"root{i}@vendor.example", "long enough"), Envelope.System, null, CancellationToken.None)));

        outcomes.Count(outcome => outcome.Result.Refusal is null).ShouldBe(1);
        outcomes.Select(outcome => outcome.Result.Refusal?.Code).OfType<string>().ShouldAllBe(code => code == "ACCOUNT_EXISTS");
        (await host.Scalar<long>("select count(*) from events.mt_doc_user")).ShouldBe(1);
    }
}

using Microsoft.IdentityModel.Tokens;

namespace EventSourcedOrgs.Host.Tests.Identity.Providers;

/// <summary>People sign in with the provider of their organization or of the account.</summary>
public class SigningInTests(ProviderHost world) : IClassFixture<ProviderHost>
{
    [Fact]
    public async Task Somebody_with_a_verified_address_is_linked_and_then_known_by_subject()
    {
        var acme = await world.Acme();
        var (id, email) = await world.User(acme);

        (await world.Who(world.SignIn(acme, SomeProvider.Named("s-1", email.ToUpperInvariant())))).ShouldBe(id);
        (await world.Who(world.SignIn(acme, SomeProvider.Named("s-1", "another@elsewhere.example", verified: false)))).ShouldBe(id, "the subject is who it is, whatever the address is now");

        (await world.Host.EventsOf(id)).Count(name => name == "user_identity_linked_v1").ShouldBe(1);
        (await world.Host.EventsOf(id)).Count(name => name == "user_signed_in_v1").ShouldBe(2);
    }

    [Fact]
    public async Task Tokens_are_those_of_a_password_and_go_on()
    {
        var acme = await world.Acme();
        var (id, email) = await world.User(acme);
        var tokens = new Tokens(await world.SignIn(acme, SomeProvider.Named("s-1", email)).Expect(200));

        var next = new Tokens(await world.Host.Anonymous.Post("/v3/accounts/login-refresh-token", new { refreshToken = tokens.Refresh }).Expect(200));
        (await world.Host.Client(next.Access).Get("/v3/me").Expect(200)).Id().ShouldBe(id);
    }

    [Fact]
    public async Task A_provider_that_takes_the_secret_in_the_body_gets_it_there()
    {
        await using var other = await SomeProvider.Start(world.Clock);
        other.OnlyPost = true;
        var acme = await world.Acme(other.Settings());
        var (id, email) = await world.User(acme);
        other.Person = SomeProvider.Named("s-1", email);
        using var browser = new SomeBrowser(world.Host);

        (await world.Who(browser.SignIn(ProviderHost.Start(acme)))).ShouldBe(id);
    }

    [Fact]
    public async Task Somebody_unknown_becomes_a_user_when_the_organization_wants_it()
    {
        var acme = await world.Acme(world.Provider.Settings(provisioning: true, defaultRole: "organization-admin"));
        var email = Acme.NewEmail();

        var id = await world.Who(world.SignIn(acme, SomeProvider.Named("s-1", email)));

        var user = await acme.Read($"/users/{id}");
        (user.Text("email"), user.Text("role"), user.Text("firstName"), user.Text("lastName")).ShouldBe((email, "organization-admin", "Emmy", "Noether"));
        (await world.Host.Scalar<string>("select user_name from events.mt_events where stream_id = $1 and version = 1", Guid.Parse(id))).ShouldBe($"provider:{acme.Id}");
    }

    [Fact]
    public async Task Without_provisioning_somebody_unknown_stays_outside()
    {
        var acme = await world.Acme();
        await world.SignIn(acme, SomeProvider.Named("s-1", Acme.NewEmail())).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
    }

    [Fact]
    public async Task Where_all_seats_are_taken_nobody_new_comes_in()
    {
        var acme = await world.Acme(world.Provider.Settings(provisioning: true), seats: 1);
        await world.SignIn(acme, SomeProvider.Named("s-1", Acme.NewEmail())).Expect(200);

        await world.SignIn(acme, SomeProvider.Named("s-2", Acme.NewEmail())).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");
    }

    [Fact]
    public async Task Groups_that_are_mapped_follow_the_provider_and_others_stay()
    {
        var acme = await world.Acme();
        var (engineers, sellers, others) = (await acme.Group("Engineers"), await acme.Group("Sellers"), await acme.Group("Others"));
        await acme.Vendor.Put($"{acme.Path}/identity-provider", world.Provider.Settings(groups:
            [new { value = "eng", userGroupId = engineers }, new { value = "sales", userGroupId = sellers }])).Expect(200);
        var email = Acme.NewEmail();
        var id = (await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email, "user", others, sellers)).Expect(201)).Id();

        await world.SignIn(acme, SomeProvider.Named("s-1", email, true, "eng", "unknown")).Expect(200);
        (await Groups()).ShouldBe(new[] { engineers, others }, ignoreOrder: true);

        await world.SignIn(acme, SomeProvider.Named("s-1", email, true)).Expect(200);
        (await Groups()).ShouldBe([others]);

        async Task<string[]> Groups() => await world.Host.Scalar<string[]>(
            "select array(select jsonb_array_elements_text(data -> 'groups')) from events.mt_doc_user where id = $1", Guid.Parse(id));
    }

    [Fact]
    public async Task Only_addresses_of_the_allowed_domains_come_in()
    {
        var acme = await world.Acme(world.Provider.Settings(provisioning: true, domains: ["acme.example"]));

        await world.SignIn(acme, SomeProvider.Named("s-1", $"{Guid.NewGuid():N}@evil-acme.example")).ExpectProblem(400, "EMAIL_DOMAIN_NOT_ALLOWED");
        await world.SignIn(acme, SomeProvider.Named("s-2", Acme.NewEmail())).Expect(200);
    }

    [Fact]
    public async Task Whoever_is_suspended_or_not_allowed_stays_outside()
    {
        var acme = await world.Acme();
        var (id, email) = await world.User(acme);
        await world.SignIn(acme, SomeProvider.Named("s-1", email)).Expect(200);

        await acme.Vendor.Patch($"/v3/users/{id}", new { allowCustomerPortalAccess = false }).Expect(200);
        await world.SignIn(acme, SomeProvider.Named("s-1", email)).ExpectProblem(403, "CUSTOMER_PORTAL_NOT_ALLOWED");
        await acme.Vendor.Patch($"/v3/users/{id}", new { allowCustomerPortalAccess = true }).Expect(200);
        await acme.Vendor.Post($"/v3/users/{id}/suspend").Expect(200);
        await world.SignIn(acme, SomeProvider.Named("s-1", email)).ExpectProblem(403, "USER_SUSPENDED");
        await acme.Vendor.Post($"/v3/users/{id}/reinstate").Expect(200);
        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        await world.SignIn(acme, SomeProvider.Named("s-1", email)).ExpectProblem(403, "ORGANIZATION_SUSPENDED");
    }

    [Fact]
    public async Task A_new_key_of_the_provider_is_read_when_it_signs()
    {
        var acme = await world.Acme();
        var (id, email) = await world.User(acme);
        await world.SignIn(acme, SomeProvider.Named("s-1", email)).Expect(200);
        world.Provider.ChangeKey();
        world.Clock.Advance(TimeSpan.FromSeconds(11));

        (await world.Who(world.SignIn(acme, SomeProvider.Named("s-1", email)))).ShouldBe(id);
    }

    [Theory, InlineData(SecurityAlgorithms.RsaSsaPssSha256, true), InlineData(SecurityAlgorithms.RsaSha256, false)]
    public async Task Another_algorithm_will_do_and_so_will_the_only_key_without_its_name(string algorithm, bool named)
    {
        var acme = await world.Acme();
        var (id, email) = await world.User(acme);
        world.Provider.Sign = claims => world.Provider.Signed(claims, named ? null : world.Provider.Nameless, algorithm);

        (await world.Who(world.SignIn(acme, SomeProvider.Named("s-1", email)))).ShouldBe(id);
    }

    [Fact]
    public async Task Members_of_the_team_sign_in_with_the_provider_of_the_account()
    {
        var vendor = await world.Host.Vendor();
        await vendor.Put(ProviderHost.OfAccount, world.Provider.Settings(provisioning: true, defaultRole: "auditor")).Expect(200);
        var member = await SignInHost.TeamMember(world.Host);

        (await world.Who(world.SignInToAccount(SomeProvider.Named("team-1", member.Email)))).ShouldBe(member.Id);
        var made = await world.Who(world.SignInToAccount(SomeProvider.Named($"team-{Guid.NewGuid():N}", Acme.NewEmail())));
        (await vendor.Get($"/v3/users/{made}").Expect(200)).Text("role").ShouldBe("auditor");

        var acme = await world.Acme();
        var (_, email) = await world.User(acme, "organization-admin");
        await world.SignInToAccount(SomeProvider.Named("customer", email)).ExpectProblem(400, "IDENTITY_NOT_KNOWN");
    }

    [Fact]
    public async Task A_sign_in_that_the_provider_declines_says_so()
    {
        var acme = await world.Acme();
        using var browser = new SomeBrowser(world.Host);
        var state = System.Web.HttpUtility.ParseQueryString((await browser.Start(ProviderHost.Start(acme))).Query)["state"];

        await browser.Get($"/v3/sign-in/oidc/callback?error=access_denied&state={state}").ExpectProblem(400, "SIGN_IN_DECLINED");
    }
}

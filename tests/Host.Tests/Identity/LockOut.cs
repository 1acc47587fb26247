namespace EventSourcedOrgs.Host.Tests.Identity;

[Collection(nameof(SignInHost))]
public class LockOut
{
    private const string Wrong = "wrong horse battery";

    [Fact]
    public async Task Five_failures_lock_for_five_minutes()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        await Fail(ada, 5);
        await ada.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");

        SignInHost.Clock.Advance(TimeSpan.FromMinutes(4.9));
        await ada.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");

        SignInHost.Clock.Advance(TimeSpan.FromMinutes(0.2));
        await ada.LogIn().Expect(200);
    }

    [Fact]
    public async Task Four_failures_do_not_and_a_success_forgets_them()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        for (var round = 0; round < 3; round++)
        {
            await Fail(ada, 4);
            await ada.LogIn().Expect(200);
        }
    }

    [Fact]
    public async Task After_the_lock_there_are_five_more_attempts()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        await Fail(ada, 5);
        SignInHost.Clock.Advance(TimeSpan.FromMinutes(5.1));

        await Fail(ada, 5);
        await ada.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task An_address_that_nobody_has_locks_in_the_same_way()
    {
        var nobody = new Somebody(await SignInHost.Shared, null!, "", Acme.NewEmail());
        await Fail(nobody, 5);
        await nobody.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task However_many_guess_at_once_five_guesses_are_looked_at()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ada.LogIn(Wrong)));

        var codes = new List<string>();
        foreach (var answer in answers)
            codes.Add((await Task.FromResult(answer).Expect(400)).Text("code"));
        codes.Count(code => code == "INVALID_CREDENTIALS").ShouldBe(5);
        codes.Count(code => code == "ACCOUNT_LOCKED").ShouldBe(15);
    }

    [Fact]
    public async Task Another_spelling_of_the_address_is_the_same_address()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        for (var i = 0; i < 5; i++)
            await (i % 2 == 0 ? ada : ada with { Email = ada.Email.ToUpperInvariant() }).LogIn(Wrong).ExpectProblem(400, "INVALID_CREDENTIALS");
        await ada.LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");
    }

    [Fact]
    public async Task The_lock_outlives_the_process_and_keeps_no_address_in_clear()
    {
        await using var first = await TestHost.StartAsync();
        var ada = await SignInHost.Somebody(first);
        await Fail(ada, 5);

        await using var next = await TestHost.StartAsync(owner: ada.Host.Owner);

        await (ada with { Host = next }).LogIn().ExpectProblem(400, "ACCOUNT_LOCKED");
        (await next.Scalar<long>("select count(*) from events.mt_doc_signinfailures t where t::text ilike '%acme.example%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Wrong_old_passwords_count_as_well()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        for (var i = 0; i < 5; i++)
            await signedIn.Post($"/v3/users/{ada.Id}/update-password", new { oldPassword = Wrong, newPassword = "something new" }).ExpectProblem(400, "INVALID_CREDENTIALS");

        await signedIn.Post($"/v3/users/{ada.Id}/update-password", new { oldPassword = Acme.Password, newPassword = "something new" }).ExpectProblem(400, "ACCOUNT_LOCKED");
        await signedIn.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task Failures_are_forgotten_after_a_day()
    {
        var (ada, bob) = (await SignInHost.Somebody(await SignInHost.Shared), await SignInHost.Somebody(await SignInHost.Shared));
        await Fail(ada, 4);
        SignInHost.Clock.Advance(TimeSpan.FromHours(25));

        await Fail(bob, 1);
        (await ada.Host.Scalar<long>("select count(*) from events.mt_doc_signinfailures")).ShouldBe(1);
        await Fail(ada, 4);
        await ada.LogIn().Expect(200);
    }

    private static async Task Fail(Somebody user, int times)
    {
        for (var i = 0; i < times; i++)
            await user.LogIn(Wrong).ExpectProblem(400, "INVALID_CREDENTIALS");
    }
}

using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Tests.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Api;

public class IdempotencyTests
{
    private const int Askers = 50;

    [Fact]
    public async Task One_key_fifty_times_at_once_and_again_after_a_restart_is_one_effect_and_equal_answers()
    {
        var (key, name) = (Guid.NewGuid().ToString(), $"Once {Guid.NewGuid():N}");
        var first = await TestHost.StartAsync();
        string[] before;
        await using (first)
        {
            before = await AskAll(first);
        }

        var second = await TestHost.StartAsync(owner: first.Owner);
        await using var _ = second;
        var after = await AskAll(second);

        before.Concat(after).Distinct().ShouldHaveSingleItem();
        (await second.Scalar<long>("select count(*) from events.mt_events where type = 'organization_created_v1' and data ->> 'name' = $1", name)).ShouldBe(1);

        async Task<string[]> AskAll(TestHost host)
        {
            var vendor = await host.Vendor();
            return await Task.WhenAll(Enumerable.Range(0, Askers).Select(async _ =>
            {
                using var answer = await vendor.Post("/v3/organizations", new { name, email = "it@acme.example", allowedUsers = 3 }, ("Idempotency-Key", key));
                return $"{(int)answer.StatusCode} {answer.Headers.ETag} {answer.Headers.Location} {await answer.Content.ReadAsStringAsync()}";
            }));
        }
    }

    [Fact]
    public async Task A_key_with_another_request_is_refused()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var (key, body) = (("Idempotency-Key", Guid.NewGuid().ToString()), new { name = "Acme", email = "it@acme.example", allowedUsers = 3 });
        await vendor.Post("/v3/organizations", body, key).Expect(201);
        await vendor.Post("/v3/organizations", body with { allowedUsers = 4 }, key).ExpectProblem(422, "IDEMPOTENCY_KEY_REUSED");
    }

    [Fact]
    public async Task Two_callers_may_use_one_key_without_seeing_each_others_answers()
    {
        var host = await TestHost.Shared;
        var (acme, other) = (await Acme.With(seats: -1, host), await Acme.With(seats: -1, host));
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var mine = await (await acme.Admin()).Post($"{acme.Path}/user-groups", new { name = "Engineers" }, key).Expect(201);
        var theirs = await (await other.Admin()).Post($"{other.Path}/user-groups", new { name = "Engineers" }, key).Expect(201);

        mine.Id().ShouldNotBe(theirs.Id());
    }

    [Fact]
    public async Task Who_may_not_ask_any_more_is_not_answered_as_before()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        var (key, body) = (("Idempotency-Key", Guid.NewGuid().ToString()), new { name = "script", scopes = new[] { "organization:user:read" } });
        var made = await admin.Post($"{acme.Path}/access-tokens", body, key).Expect(201);
        (await admin.Post($"{acme.Path}/access-tokens", body, key).Expect(201)).ToJsonString().ShouldBe(made.ToJsonString());

        await acme.Vendor.Patch($"/v3/users/{(await admin.Get("/v3/me").Expect(200)).Id()}", new { role = "user" }).Expect(200);

        await admin.Post($"{acme.Path}/access-tokens", body, key).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task Who_may_not_delete_in_steps_any_more_is_not_answered_as_before()
    {
        var acme = await Acme.With(seats: -1);
        var grace = await SignInHost.TeamMember(acme.Host);
        using var admin = await grace.SignedIn();
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        await admin.Delete($"{acme.Path}?cascade=true", key).Expect(204);
        await admin.Delete($"{acme.Path}?cascade=true", key).Expect(204);

        await acme.Vendor.Patch($"/v3/users/{grace.Id}", new { role = "auditor" }).Expect(200);

        await admin.Delete($"{acme.Path}?cascade=true", key).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task An_answer_is_kept_for_days_and_then_forgotten()
    {
        var clock = new SetClock();
        var host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        await using var _ = host;
        var key = ("Idempotency-Key", "once");
        var first = await Ask();

        clock.Advance(TimeSpan.FromHours(24));
        await Tidy();
        (await Ask()).ShouldBe(first);

        clock.Advance(Housekeeping.AnswersAreKept);
        await Tidy();
        (await Ask()).ShouldNotBe(first);

        Task Tidy() => host.Services.GetRequiredService<Housekeeping>().Work(CancellationToken.None);

        async Task<string> Ask() => (await (await host.Vendor()).Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = 3 }, key).Expect(201)).Id();
    }
}

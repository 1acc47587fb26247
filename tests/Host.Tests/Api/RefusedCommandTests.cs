using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Tests.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Api;

public class RefusedCommandTests
{
    [Fact]
    public async Task Who_was_refused_what_is_in_the_audit_and_not_in_the_history()
    {
        var host = await TestHost.Shared;
        var acme = await Acme.With(seats: 1, host); // taken by the admin
        var admin = await acme.Admin();
        var before = await host.EventsOf(acme.Id);
        await admin.Post($"{acme.Path}/users", NewUser()).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");

        var refused = (await Of(acme, admin)).ShouldHaveSingleItem()!;
        refused.Text("command").ShouldBe("CreateOrganizationUser");
        refused.Text("code").ShouldBe("ALLOWED_USERS_LIMIT_REACHED");
        refused["status"]!.GetValue<int>().ShouldBe(400);
        refused.Text("actor").ShouldStartWith("user:");
        refused.Text("organizationId").ShouldBe(acme.Id);
        refused.Text("ipAddress").ShouldContain("127.0.0.1");
        (await host.EventsOf(acme.Id)).ShouldBe(before, "nothing happened");
        (await Of(acme, await host.Vendor())).Single()!.ToJsonString().ShouldBe(refused.ToJsonString());
    }

    [Fact]
    public async Task A_dry_run_and_a_request_that_is_wrong_in_itself_are_not_refusals()
    {
        var host = await TestHost.Shared;
        var acme = await Acme.With(seats: 1, host); // taken by the admin
        var admin = await acme.Admin();
        await admin.Post($"{acme.Path}/users?dryRun=true", NewUser()).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");
        await admin.Post($"{acme.Path}/users", new { firstName = "" }).Expect(400);
        (await Of(acme, admin)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_attempt_on_a_foreign_organization_is_shown_to_the_own_and_to_the_vendor_only()
    {
        var host = await TestHost.Shared;
        var (acme, other) = (await Acme.With(seats: 5, host), await Acme.With(seats: 5, host));
        var (admin, foreigner) = (await acme.Admin(), await other.Admin());
        await foreigner.Post($"{acme.Path}/user-groups", new { name = "Trojans" }).ExpectProblem(404, "NOT_FOUND");

        (await Of(acme, admin)).ShouldBeEmpty();
        (await Of(other, foreigner)).Single()!.Text("command").ShouldBe("CreateUserGroup");
        await foreigner.Get($"{acme.Path}/history/refused-commands").ExpectProblem(404, "NOT_FOUND");
        await admin.Get("/v3/history/refused-commands").ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task The_vendors_people_stay_unnamed_to_an_organization()
    {
        var host = await TestHost.Shared;
        var acme = await Acme.With(seats: 5, host);
        var admin = await acme.Admin();
        await acme.Vendor.Delete($"{acme.Path}/users/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");

        var told = (await Of(acme, admin)).ShouldHaveSingleItem()!;
        told.Text("command").ShouldBe("DeleteOrganizationUser");
        told.Text("actor").ShouldBe("vendor");
        told["ipAddress"].ShouldBeNull();
        told["userAgent"].ShouldBeNull();
        (await Of(acme, acme.Vendor)).ShouldHaveSingleItem()!.Text("actor").ShouldStartWith("user:");
        await admin.Get($"{acme.Path}/history/refused-commands?actor[sw]=user:").ExpectProblem(400, "UNKNOWN_FILTER");
    }

    [Fact]
    public async Task A_failed_sign_in_is_in_the_audit_without_saying_whose()
    {
        var host = await TestHost.StartAsync();
        await using var _ = host;
        await host.Anonymous.Post("/v3/accounts/login", new { email = "eve@example.com", password = "a guess of hers" }).ExpectProblem(400, "INVALID_CREDENTIALS");

        var refused = (await (await host.Vendor()).Get("/v3/history/refused-commands?actor=anonymous").Expect(200)).AsArray().ShouldHaveSingleItem()!;
        refused.Text("code").ShouldBe("INVALID_CREDENTIALS");
        refused.Text("ipAddress").ShouldContain("127.0.0.1");
        refused.ToJsonString().ShouldNotContain("eve");
    }

    [Fact]
    public async Task What_is_refused_to_nobody_again_and_again_is_noted_once_an_hour_and_what_is_refused_to_somebody_each_time()
    {
        var clock = new SetClock();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Guess(host)));
        (await Noted(host)).ShouldBe(1);
        await host.Anonymous.Post($"/v3/users/{Guid.NewGuid()}/reset-password", new { newPassword = Acme.Password, token = "a guess of hers" }).ExpectProblem(400, "INVALID_RESET_TOKEN");
        (await Noted(host)).ShouldBe(2);

        clock.Advance(TimeSpan.FromHours(1));
        await Guess(host);
        (await Noted(host)).ShouldBe(3);

        var acme = await Acme.With(seats: 1, host); // taken by the admin
        var admin = await acme.Admin();
        for (var n = 0; n < 3; n++)
            await admin.Post($"{acme.Path}/users", NewUser()).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");
        (await Noted(host)).ShouldBe(6);
    }

    [Fact]
    public async Task What_was_refused_long_ago_is_forgotten()
    {
        var clock = new SetClock();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        await Guess(host);
        clock.Advance(Housekeeping.RefusalsAreKept - TimeSpan.FromDays(1));
        await Tidy();
        (await Noted(host)).ShouldBe(1);

        await Guess(host);
        clock.Advance(TimeSpan.FromDays(2));
        await Tidy();
        (await Noted(host)).ShouldBe(1);

        Task Tidy() => host.Services.GetRequiredService<Housekeeping>().Work(CancellationToken.None);
    }

    private static Task<JsonNode> Guess(TestHost host) =>
        host.Anonymous.Post("/v3/accounts/login", new { email = Acme.NewEmail(), password = "a guess of hers" }).ExpectProblem(400, "INVALID_CREDENTIALS");

    private static Task<long> Noted(TestHost host) => host.Scalar<long>("select count(*) from events.mt_doc_refusedcommand");

    private static object NewUser() => new { firstName = "Ada", email = Acme.NewEmail(), role = "user", password = Acme.Password, allowCustomerPortalAccess = true };

    private static async Task<JsonArray> Of(Acme acme, HttpClient reader) => (await reader.Get($"{acme.Path}/history/refused-commands").Expect(200)).AsArray();
}

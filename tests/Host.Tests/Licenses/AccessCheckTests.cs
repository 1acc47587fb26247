using System.Text.Json.Nodes;
using EventSourcedOrgs.Tests;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Licenses;

public class AccessCheckTests
{
    private const string Shape = "userId id, licenseId id?, productId id?, allowed bool, code str, reasons list, denied obj?, position int";

    private sealed record World(Acme Acme, Designer Designer, string Group, string User, string License)
    {
        public HttpClient Vendor => Acme.Vendor;

        public string LicensePath => $"{Acme.Path}/licenses/{License}";

        /// <summary>Ada is in the Engineers, and Pro is assigned to them.</summary>
        public static async Task<World> New(params (string, object?)[] members) => await New(null, members);

        public static async Task<World> New(TestHost? host, params (string, object?)[] members)
        {
            var acme = await Acme.With(seats: -1, host);
            var (designer, group) = (await Designer.For(acme.Vendor), await acme.Group());
            var (user, license) = (await acme.User(group), await designer.License([("organizationId", acme.Id), .. members]));
            await acme.Vendor.Put($"{acme.Path}/licenses/{license.Id()}/user-groups/{group}").Expect(204);
            return new(acme, designer, group, user, license.Id());
        }

        public Task<JsonNode> Ask(HttpClient? caller = null, string? user = null, string? license = null) =>
            (caller ?? Vendor).Post("/v3/access/check", new { userId = user ?? User, licenseId = license ?? License }).Expect(200);

        public Task<JsonNode> AskForProduct(string? product = null) =>
            Vendor.Post("/v3/access/check", new { userId = User, productId = product ?? Designer.Id }).Expect(200);
    }

    private static void ShouldBeDenied(JsonNode answer, string code)
    {
        answer.ShouldHaveShape(Shape);
        answer["allowed"]!.GetValue<bool>().ShouldBeFalse();
        answer.Text("code").ShouldBe(code);
        answer["reasons"]!.AsArray().ShouldBeEmpty();
        answer["denied"]!.ShouldHaveShape("code str, detail str, nearestFix str");
        answer["denied"]!.Text("code").ShouldBe(code);
    }

    private static JsonArray ShouldBeAllowed(JsonNode answer)
    {
        answer.ShouldHaveShape(Shape);
        answer["allowed"]!.GetValue<bool>().ShouldBeTrue();
        answer.Text("code").ShouldBe("ALLOWED");
        answer["denied"].ShouldBeNull();
        return answer["reasons"]!.AsArray();
    }

    [Fact]
    public async Task A_group_is_a_reason_with_the_two_events_that_made_the_path()
    {
        var world = await World.New();
        var answer = await world.Ask();
        var reason = ShouldBeAllowed(answer).ShouldHaveSingleItem()!;
        reason.ShouldHaveShape("kind str, path list, userGroup obj?, from dt?, until dt?, grantedBy obj?, events list");
        reason.Text("kind").ShouldBe("user-group");
        reason["userGroup"]!.Id().ShouldBe(world.Group);
        reason["path"]!.AsArray().Select(step => (step!.Text("type"), step!.Id())).ShouldBe([("user", world.User), ("user-group", world.Group), ("license", world.License)]);

        var events = reason["events"]!.AsArray();
        events.Select(item => item!.Text("type")).ShouldBe(["user_added_to_group_v1", "license_group_assigned_v1"]);
        reason["grantedBy"]!.ShouldHaveShape("type str, id id, position int, at dt, actor str");
        reason["grantedBy"]!.ToJsonString().ShouldBe(events[1]!.ToJsonString());
        reason["grantedBy"]!.Text("actor").ShouldBe($"user:{(await world.Vendor.Get("/v3/me").Expect(200)).Id()}");
        reason["grantedBy"]!["position"]!.GetValue<long>().ShouldBeLessThanOrEqualTo(answer["position"]!.GetValue<long>());
        (await world.Acme.Host.Scalar<Guid>("select stream_id from events.mt_events where id = $1", Guid.Parse(events[1]!.Id()))).ToString().ShouldBe(world.License);
    }

    [Fact]
    public async Task The_event_that_holds_now_is_the_reason_not_an_earlier_one()
    {
        var world = await World.New();
        var before = ShouldBeAllowed(await world.Ask())[0]!["events"]![0]!.Id();
        await world.Vendor.Delete($"{world.Acme.Path}/user-groups/{world.Group}/users/{world.User}").Expect(204);
        ShouldBeDenied(await world.Ask(), "NOT_ASSIGNED");
        await world.Vendor.Post($"{world.Acme.Path}/user-groups/{world.Group}/users", new { userIds = new[] { world.User } }).Expect(204);

        var reason = ShouldBeAllowed(await world.Ask()).ShouldHaveSingleItem()!;
        reason["events"]![0]!.Id().ShouldNotBe(before);
        reason["grantedBy"]!.Text("type").ShouldBe("user_added_to_group_v1");
    }

    [Fact]
    public async Task Every_path_is_a_reason()
    {
        var world = await World.New();
        var second = await world.Acme.Group("Sales");
        await world.Vendor.Post($"{world.Acme.Path}/user-groups/{second}/users", new { userIds = new[] { world.User } }).Expect(204);
        await world.Vendor.Put($"{world.LicensePath}/user-groups/{second}").Expect(204);
        await world.Vendor.Put($"{world.LicensePath}/users/{world.User}").Expect(204);
        await world.Designer.Change(world.License, new { userId = world.User });

        var reasons = ShouldBeAllowed(await world.Ask());
        reasons.Select(reason => reason!.Text("kind")).ShouldBe(["primary-user", "additional-user", "user-group", "user-group"]);
        reasons.Select(reason => reason!["grantedBy"]!.Text("type")).Take(2).ShouldBe(["license_primary_user_assigned_v1", "license_user_assigned_v1"]);
        reasons[0]!["userGroup"].ShouldBeNull();
        reasons[0]!["path"]!.AsArray().Count.ShouldBe(2);

        await world.Vendor.Delete($"{world.LicensePath}/user-groups/{second}").Expect(204);
        ShouldBeAllowed(await world.Ask()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Without_explanation_the_paths_remain()
    {
        var world = await World.New();
        var answer = await world.Vendor.Post("/v3/access/check?explain=false", new { userId = world.User, licenseId = world.License }).Expect(200);
        var reason = ShouldBeAllowed(answer).ShouldHaveSingleItem()!;
        reason["userGroup"]!.Id().ShouldBe(world.Group);
        reason["grantedBy"].ShouldBeNull();
        reason["events"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_stops_access_stops_it_at_once_and_its_end_restores_it()
    {
        var world = await World.New();
        foreach (var (stop, code, start) in new (Func<Task>, string, Func<Task>)[]
        {
            (() => world.Designer.Change(world.License, new { suspended = true }), "LICENSE_SUSPENDED", () => world.Designer.Change(world.License, new { suspended = false })),
            (() => world.Designer.Change(world.License, new { revoked = true }), "LICENSE_REVOKED", () => world.Designer.Change(world.License, new { revoked = false })),
            (() => world.Vendor.Post($"{world.Acme.Path}/suspend").Expect(200), "ORGANIZATION_SUSPENDED", () => world.Vendor.Post($"{world.Acme.Path}/reinstate").Expect(200)),
            (() => world.Vendor.Post($"/v3/users/{world.User}/suspend").Expect(200), "USER_SUSPENDED", () => world.Vendor.Post($"/v3/users/{world.User}/reinstate").Expect(200)),
            (() => world.Vendor.Patch($"/v3/licenses/{world.License}/expires-at", """{"expiresAt":"2020-01-01T00:00:00Z"}""").Expect(200), "LICENSE_EXPIRED",
                () => world.Vendor.Patch($"/v3/licenses/{world.License}/expires-at", """{"expiresAt":null}""").Expect(200)),
        })
        {
            await stop();
            ShouldBeDenied(await world.Ask(), code);
            await start();
            ShouldBeAllowed(await world.Ask());
        }

        await world.Vendor.Delete($"{world.Acme.Path}/user-groups/{world.Group}").Expect(204);
        ShouldBeDenied(await world.Ask(), "NOT_ASSIGNED");
    }

    [Fact]
    public async Task A_licence_runs_out_by_itself_and_is_renewed()
    {
        var clock = new ShiftedClock();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        var world = await World.New(host, ("subscriptionInterval", "P1D"));
        ShouldBeAllowed(await world.Ask());
        clock.Offset = TimeSpan.FromHours(25);
        using var vendor = await host.SignIn(TestHost.SuperAdmin, TestHost.SuperAdminPassword);
        ShouldBeDenied(await world.Ask(vendor), "LICENSE_EXPIRED");
        await vendor.Post($"/v3/licenses/{world.License}/renew").Expect(200);
        ShouldBeAllowed(await world.Ask(vendor));
        clock.Offset = TimeSpan.FromHours(49);
        ShouldBeDenied(await world.Ask(await host.SignIn(TestHost.SuperAdmin, TestHost.SuperAdminPassword)), "LICENSE_EXPIRED");
    }

    [Fact]
    public async Task A_licence_opens_on_its_effective_date()
    {
        var world = await World.New(("effectiveDate", DateTimeOffset.UtcNow.AddDays(1)));
        ShouldBeDenied(await world.Ask(), "LICENSE_NOT_YET_EFFECTIVE");
    }

    [Fact]
    public async Task Who_or_what_is_unknown_has_no_access()
    {
        var world = await World.New();
        ShouldBeDenied(await world.Ask(user: Guid.NewGuid().ToString()), "USER_NOT_FOUND");
        ShouldBeDenied(await world.Ask(license: Guid.NewGuid().ToString()), "LICENSE_NOT_FOUND");
        ShouldBeDenied(await world.AskForProduct(Guid.NewGuid().ToString()), "PRODUCT_NOT_FOUND");
        ShouldBeDenied(await world.AskForProduct((await Designer.For(world.Vendor)).Id), "NOT_ASSIGNED");
    }

    [Theory]
    [InlineData("""{"userId":"ada","licenseId":"{license}"}""")]
    [InlineData("""{"userId":"{user}","licenseId":"pro"}""")]
    [InlineData("""{"userId":"{user}"}""")]
    [InlineData("""{"licenseId":"{license}"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"userId":"{user}","licenseId":"{license}","productId":"{license}"}""")]
    [InlineData("""{"checks":[]}""")]
    [InlineData("""{"checks":[{"userId":"{user}"}]}""")]
    [InlineData("""{"checks":[{"userId":"{user}","licenseId":"x"}]}""")]
    [InlineData("""{"checks":[{"userId":"{user}","licenseId":"{license}"}],"userId":"{user}"}""")]
    public async Task What_is_no_question_is_refused(string body)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        await vendor.Post("/v3/access/check", body.Replace("{user}", Guid.NewGuid().ToString()).Replace("{license}", Guid.NewGuid().ToString()))
            .ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Many_questions_are_answered_in_their_order()
    {
        var (one, two) = (await World.New(), await World.New());
        var checks = new[]
        {
            new { userId = one.User, licenseId = one.License }, new { userId = two.User, licenseId = one.License },
            new { userId = one.User, licenseId = two.License }, new { userId = two.User, licenseId = two.License },
        };
        var answers = (await one.Vendor.Post("/v3/access/check", new { checks }).Expect(200)).AsArray();
        answers.Select(answer => (answer!.Text("userId"), answer!.Text("licenseId"))).ShouldBe(checks.Select(check => (check.userId, check.licenseId)));
        answers.Select(answer => answer!.Text("code")).ShouldBe(["ALLOWED", "LICENSE_OF_ANOTHER_ORGANIZATION", "LICENSE_OF_ANOTHER_ORGANIZATION", "ALLOWED"]);
        answers[3]!["reasons"]![0]!["grantedBy"]!.Text("type").ShouldBe("license_group_assigned_v1");

        var many = Enumerable.Repeat(checks[0], 1000).ToList();
        (await one.Vendor.Post("/v3/access/check", new { checks = many }).Expect(200)).AsArray().ShouldAllBe(answer => answer!["allowed"]!.GetValue<bool>());
        await one.Vendor.Post("/v3/access/check", new { checks = many.Append(checks[0]) }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task For_a_product_who_changes_from_one_licence_to_another_has_one_at_every_moment()
    {
        await using var host = await TestHost.StartAsync();
        var world = await World.New(host);
        var (sales, other) = (await world.Acme.Group("Sales"), (await world.Designer.License(("organizationId", world.Acme.Id))).Id());
        await world.Vendor.Put($"{world.Acme.Path}/licenses/{other}/user-groups/{sales}").Expect(204);
        await using var connection = new NpgsqlConnection(host.Owner);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var keep = new NpgsqlCommand("lock table events.mt_doc_license in access exclusive mode", connection);
        await keep.ExecuteNonQueryAsync();

        // The user is known by then, and the licences are not: first there is another one, then the first is gone.
        var asking = world.AskForProduct();
        for (var n = 0; n < 1000 && await host.Scalar<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%data @> any%'") == 0; n++)
            await Task.Delay(10);
        await world.Vendor.Post($"{world.Acme.Path}/user-groups/{sales}/users", new { userIds = new[] { world.User } }).Expect(204);
        await using var unassign = new NpgsqlCommand("update events.mt_doc_license set data = jsonb_set(data, '{groups}', '[]') where id = $1", connection) { Parameters = { new() { Value = Guid.Parse(world.License) } } };
        await unassign.ExecuteNonQueryAsync();
        await transaction.CommitAsync();

        var answer = await asking;
        ShouldBeAllowed(answer);
        answer.Text("licenseId").ShouldBe(other);
    }

    [Fact]
    public async Task For_a_product_the_best_of_its_licences_answers()
    {
        var world = await World.New(("expiresAt", DateTimeOffset.UtcNow.AddDays(1)));
        ShouldBeAllowed(await world.AskForProduct());
        await world.Designer.License(("organizationId", world.Acme.Id));
        var perpetual = (await world.Designer.License(("organizationId", world.Acme.Id), ("userId", world.User))).Id();

        var answer = await world.AskForProduct();
        ShouldBeAllowed(answer).ShouldHaveSingleItem()!.Text("kind").ShouldBe("primary-user");
        answer.Text("licenseId").ShouldBe(perpetual);
        answer.Text("productId").ShouldBe(world.Designer.Id);

        await world.Designer.Change(perpetual, new { revoked = true });
        (await world.AskForProduct()).Text("licenseId").ShouldBe(world.License);

        await world.Vendor.Patch($"/v3/licenses/{world.License}/expires-at", """{"expiresAt":"2020-01-01T00:00:00Z"}""").Expect(200);
        var denied = await world.AskForProduct();
        ShouldBeDenied(denied, "LICENSE_EXPIRED");
        denied.Text("licenseId").ShouldBe(world.License);
    }

    [Fact]
    public async Task For_a_product_the_licence_that_stays_open_longest_answers()
    {
        var world = await World.New();
        var other = (await world.Designer.License(("organizationId", world.Acme.Id), ("userId", world.User), ("expiresAt", DateTimeOffset.UtcNow.AddDays(1)))).Id();
        (await world.AskForProduct()).Text("licenseId").ShouldBe(world.License);
        await world.Vendor.Put($"{world.LicensePath}/user-groups/{world.Group}", new { until = DateTimeOffset.UtcNow.AddHours(1) }).Expect(204);
        (await world.AskForProduct()).Text("licenseId").ShouldBe(other);
    }

    [Fact]
    public async Task A_licence_that_only_a_deleted_group_has_does_not_count_for_the_product()
    {
        var world = await World.New();
        await world.Vendor.Delete($"{world.Acme.Path}/user-groups/{world.Group}").Expect(204);
        var answer = await world.AskForProduct();
        ShouldBeDenied(answer, "NOT_ASSIGNED");
        answer["licenseId"].ShouldBeNull();
    }

    [Fact]
    public async Task Of_a_past_moment_the_reasons_and_the_licence_of_the_product_are_those_of_then()
    {
        var world = await World.New();
        var (then, told) = (await world.Acme.Host.Position(), ShouldBeAllowed(await world.Ask())[0]!);
        await world.Vendor.Delete($"{world.LicensePath}/user-groups/{world.Group}").Expect(204);
        await world.Vendor.Put($"{world.LicensePath}/user-groups/{world.Group}").Expect(204);
        await world.Designer.Change(world.License, new { revoked = true });
        await world.Designer.License();

        foreach (var question in new object[] { new { userId = world.User, licenseId = world.License }, new { userId = world.User, productId = world.Designer.Id } })
        {
            var answer = await world.Vendor.Post($"/v3/access/check?asOf={then}", question).Expect(200);
            ShouldBeAllowed(answer).ShouldHaveSingleItem()!.ToJsonString().ShouldBe(told.ToJsonString());
            answer.Text("licenseId").ShouldBe(world.License);
            answer["position"]!.GetValue<long>().ShouldBe(then);
            ShouldBeDenied(await world.Vendor.Post("/v3/access/check", question).Expect(200), "LICENSE_REVOKED");
        }

        (await world.Vendor.Get($"{world.Designer.Path}?asOf={then}").Expect(200))["totalLicenses"]!.GetValue<int>().ShouldBe(1);
        (await world.Vendor.Get(world.Designer.Path).Expect(200))["totalLicenses"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task An_organization_admin_asks_about_the_own_organization_only()
    {
        var (one, two) = (await World.New(), await World.New());
        var admin = await one.Acme.Admin();
        ShouldBeAllowed(await one.Ask(admin));
        ShouldBeDenied(await one.Ask(admin, user: two.User), "USER_NOT_FOUND");
        ShouldBeDenied(await one.Ask(admin, license: two.License), "LICENSE_NOT_FOUND");
    }

    [Fact]
    public async Task An_organization_admin_is_told_who_of_the_organization_gave_access_and_not_who_of_the_vendor()
    {
        var world = await World.New();
        using var admin = await world.Acme.Admin();
        ShouldBeAllowed(await world.Ask(admin))[0]!["events"]!.AsArray().Select(e => e!.Text("actor")).ShouldBe(["vendor", "vendor"]);

        await admin.Put($"{world.LicensePath}/users/{world.User}").Expect(204);
        var own = ShouldBeAllowed(await world.Ask(admin)).Single(reason => reason!.Text("kind") == "additional-user")!;
        own["grantedBy"]!.Text("actor").ShouldBe($"user:{(await admin.Get("/v3/me").Expect(200)).Id()}");
    }

    [Fact]
    public async Task A_personal_licence_of_somebody_else_is_as_if_it_were_not_there()
    {
        var (world, other) = (await World.New(), await World.New());
        using var admin = await world.Acme.Admin();
        var (own, foreign) = ((await world.Designer.License(("userId", world.User))).Id(), (await other.Designer.License(("userId", other.User))).Id());
        var nobodys = (await world.Designer.License(("suspended", true))).Id();

        ShouldBeAllowed(await world.Ask(admin, license: own)).ShouldHaveSingleItem();
        foreach (var license in new[] { foreign, nobodys })
        {
            ShouldBeDenied(await world.Ask(admin, license: license), "LICENSE_NOT_FOUND");
            (await world.Ask(license: license)).Text("code").ShouldNotBe("LICENSE_NOT_FOUND");
        }
    }

    [Fact]
    public async Task A_user_asks_about_the_user_only_and_nobody_about_nothing()
    {
        var world = await World.New();
        var user = await world.Acme.SignedIn("user");
        ShouldBeDenied(await world.Ask(user), "USER_NOT_FOUND");
        ShouldBeDenied(await world.Ask(user, (await user.Get("/v3/me").Expect(200)).Id()), "NOT_ASSIGNED");
        await world.Acme.Host.Anonymous.Post("/v3/access/check", new { userId = world.User, licenseId = world.License }).ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    /// <summary>Real time, moved by an offset: timers run as always.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
    }
}

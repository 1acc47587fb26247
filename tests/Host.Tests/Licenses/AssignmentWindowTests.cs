using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Licenses;

public class AssignmentWindowTests
{
    /// <summary>Ada is in the Engineers; Pro is assigned to nobody yet.</summary>
    private sealed record Scene(Acme Acme, string Group, string User, string License)
    {
        public string Path => $"{Acme.Path}/licenses/{License}";

        public string GroupPath => $"{Path}/user-groups/{Group}";

        public string UserPath => $"{Path}/users/{User}";

        public static async Task<Scene> Set(TestHost? host = null)
        {
            var acme = await Acme.With(seats: -1, host);
            var (designer, group) = (await Designer.For(acme.Vendor), await acme.Group());
            return new(acme, group, await acme.User(group), (await designer.License(("organizationId", acme.Id))).Id());
        }

        public async Task<string> Check(string query = "") =>
            (await (await Acme.Host.Vendor()).Post($"/v3/access/check{query}", new { userId = User, licenseId = License }).Expect(200)).Text("code");

        /// <summary>The codes of the lists of the user, of the licence and of the organization.</summary>
        public async Task<IEnumerable<string>> Lists(string query)
        {
            var vendor = await Acme.Host.Vendor();
            var codes = new List<string>();
            foreach (var path in new[] { $"/v3/users/{User}/access", $"/v3/licenses/{License}/access", $"{Acme.Path}/access" })
                codes.Add((string?)(await vendor.Get($"{path}{query}").Expect(200)).AsArray().ShouldHaveSingleItem()!["code"] ?? "ALLOWED");
            return codes.Distinct();
        }
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Access_starts_and_ends_by_itself_at_the_exact_instant()
    {
        var clock = new StoppedClock();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        var scene = await Scene.Set(host);
        var (from, until) = (clock.Now.AddHours(1), clock.Now.AddHours(2));
        await scene.Acme.Vendor.Put(scene.GroupPath, new { from, until }).Expect(204);
        var (position, moments) = (await host.Position(), new[]
        {
            (from.AddTicks(-10), "ASSIGNMENT_NOT_YET_STARTED"), (from, "ALLOWED"), (from.AddMinutes(30), "ALLOWED"), (until.AddTicks(-10), "ALLOWED"),
            (until, "ASSIGNMENT_ENDED"), (until.AddDays(1), "ASSIGNMENT_ENDED"),
        });

        foreach (var (moment, code) in moments)
        {
            clock.Now = moment;
            (await scene.Check()).ShouldBe(code, $"at {moment}");
            (await scene.Lists($"?minPosition={position}")).ShouldBe([code], $"at {moment}");
        }

        (await host.EventsOf(scene.License)).ShouldBe(["license_created_v1", "license_group_assigned_v1"]);
        foreach (var (moment, code) in moments)
        {
            var then = $"?asOf={Utc(moment)}";
            (await scene.Check(then)).ShouldBe(code, $"as of {moment}");
            (await scene.Lists(then)).ShouldBe([code], $"as of {moment}");
        }

        (await scene.Check($"?asOf={position}")).ShouldBe("ASSIGNMENT_NOT_YET_STARTED");
        (await scene.Lists($"?asOf={position}")).ShouldBe(["ASSIGNMENT_NOT_YET_STARTED"]);
    }

    [Fact]
    public async Task A_window_that_opens_or_closes_between_two_moments_is_a_gain_or_a_loss_by_time()
    {
        var clock = new StoppedClock();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        var scene = await Scene.Set(host);
        var (start, from, until) = (clock.Now, clock.Now.AddHours(1), clock.Now.AddHours(2));
        await scene.Acme.Vendor.Put(scene.GroupPath, new { from, until }).Expect(204);
        var position = await host.Position();

        clock.Now = from;
        ShouldTell(await Difference($"from={position}&minPosition={position}"), "gained", from);
        clock.Now = until.AddHours(1);
        ShouldTell(await Difference($"from={Utc(start)}&to={Utc(from)}"), "gained", from)["after"]!["paths"]![0]!.Text("until").ShouldBe(Utc(until));
        ShouldTell(await Difference($"from={Utc(from)}&to={Utc(until)}"), "lost", until)["after"]!.Text("code").ShouldBe("ASSIGNMENT_ENDED");
        ShouldTell(await Difference($"from={Utc(from)}"), "lost", until)["before"]!["paths"]![0]!.Text("from").ShouldBe(Utc(from));
        foreach (var (since, to) in new[] { (start, from.AddTicks(-10)), (from, until.AddTicks(-10)), (from.AddTicks(-10), until), (until, until.AddHours(1)) })
            (await Difference($"from={Utc(since)}&to={Utc(to)}")).ShouldBeEmpty($"{since} to {to}");

        using var table = await (await host.Vendor()).Get($"{scene.Acme.Path}/access/diff?from={Utc(from)}&format=csv");
        (await table.Content.ReadAsStringAsync()).ShouldEndWith($",true,{Utc(until)}\r\n");

        async Task<JsonArray> Difference(string query) => (await (await host.Vendor()).Get($"{scene.Acme.Path}/access/diff?{query}").Expect(200)).AsArray();

        static JsonNode ShouldTell(JsonArray rows, string change, DateTimeOffset instant)
        {
            var row = rows.ShouldHaveSingleItem()!;
            (row.Text("change"), row["byTime"]!.GetValue<bool>(), row.Text("turnedAt"), row["events"]!.AsArray().Count).ShouldBe((change, true, Utc(instant), 0));
            return row;
        }
    }

    [Fact]
    public async Task Another_window_counts_from_then_on_and_the_former_one_before()
    {
        var scene = await Scene.Set();
        await scene.Acme.Vendor.Put(scene.UserPath, new { from = Now.AddDays(1) }).Expect(204);
        var first = await scene.Acme.Host.Position();
        await scene.Acme.Vendor.Put(scene.UserPath, new { from = Now.AddDays(-1), until = Now.AddDays(1) }).Expect(204);
        var second = await scene.Acme.Host.Position();
        await scene.Acme.Vendor.Put(scene.UserPath, new { until = Now.AddDays(-1) }).Expect(204);
        var third = await scene.Acme.Host.Position();
        await scene.Acme.Vendor.Put(scene.UserPath).Expect(204);

        (await scene.Check()).ShouldBe("ALLOWED");
        foreach (var (position, code) in new[] { (first, "ASSIGNMENT_NOT_YET_STARTED"), (second, "ALLOWED"), (third, "ASSIGNMENT_ENDED") })
        {
            (await scene.Check($"?asOf={position}")).ShouldBe(code);
            (await scene.Lists($"?asOf={position}")).ShouldBe([code]);
        }
    }

    [Fact]
    public async Task The_same_window_again_is_no_event_and_no_body_is_no_limit()
    {
        var scene = await Scene.Set();
        foreach (var path in new[] { scene.GroupPath, scene.UserPath })
        {
            foreach (var body in new[] { """{"from":"2026-01-01T00:00:00Z","until":"2999-01-01T00:00:00Z"}""", """{"from":"2026-01-01T02:00:00+02:00","until":"2999-01-01T00:00:00"}""" })
                await scene.Acme.Vendor.Put(path, body).Expect(204);
            await scene.Acme.Vendor.Put(path, """{"from":null,"until":null}""").Expect(204);
            foreach (var nothing in new object?[] { null, "{}", """{"from":null}""" })
                await scene.Acme.Vendor.Put(path, nothing).Expect(204);
        }

        (await scene.Acme.Host.EventsOf(scene.License)).Skip(1).ShouldBe(
            ["license_group_assigned_v1", "license_group_assigned_v1", "license_user_assigned_v1", "license_user_assigned_v1"]);
        foreach (var list in new[] { "user-groups", "users" })
        {
            var assigned = (await scene.Acme.Vendor.Get($"{scene.Path}/{list}").Expect(200)).AsArray().ShouldHaveSingleItem()!;
            assigned["from"].ShouldBeNull();
            assigned["until"].ShouldBeNull();
        }
    }

    [Fact]
    public async Task Assignments_and_reasons_show_their_window()
    {
        var scene = await Scene.Set();
        const string from = "2026-01-01T00:00:00Z", until = "2999-01-01T00:00:00.123456Z";
        await scene.Acme.Vendor.Put(scene.GroupPath, new { from }).Expect(204);
        await scene.Acme.Vendor.Put(scene.UserPath, new { from, until = "2999-01-01T00:00:00.1234567Z" }).Expect(204);
        (string?, string?) Window(JsonNode? node) => ((string?)node!["from"], (string?)node["until"]);

        Window((await scene.Acme.Vendor.Get($"{scene.Path}/user-groups").Expect(200)).AsArray().ShouldHaveSingleItem()).ShouldBe((from, null));
        Window((await scene.Acme.Vendor.Get($"{scene.Path}/users").Expect(200)).AsArray().ShouldHaveSingleItem()).ShouldBe((from, until));
        var answer = await scene.Acme.Vendor.Post("/v3/access/check", new { userId = scene.User, licenseId = scene.License }).Expect(200);
        answer["reasons"]!.AsArray().Select(Window).ShouldBe([(from, until), (from, null)]);
        var row = (await scene.Acme.Vendor.Get($"/v3/users/{scene.User}/access?minPosition={await scene.Acme.Host.Position()}").Expect(200)).AsArray().ShouldHaveSingleItem()!;
        row["paths"]!.AsArray().Select(Window).ShouldBe([(from, until), (from, null)]);
    }

    [Fact]
    public async Task The_list_of_groups_leaves_windows_alone()
    {
        var scene = await Scene.Set();
        var sales = await scene.Acme.Group("Sales");
        await scene.Acme.Vendor.Put(scene.GroupPath, """{"until":"2026-01-01T00:00:00Z"}""").Expect(204);
        await scene.Acme.Vendor.Patch(scene.Path, new { userGroupIds = new[] { scene.Group, sales } }).Expect(200);
        (await scene.Acme.Vendor.Get($"{scene.Path}/user-groups").Expect(200)).AsArray().Select(group => (group!.Text("name"), (string?)group!["until"]))
            .ShouldBe([("Engineers", "2026-01-01T00:00:00Z"), ("Sales", null)]);
        (await scene.Check()).ShouldBe("ASSIGNMENT_ENDED");
    }

    [Theory]
    [InlineData("""{"from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"}""", "INVALID_ASSIGNMENT_WINDOW")]
    [InlineData("""{"from":"2026-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}""", "INVALID_ASSIGNMENT_WINDOW")]
    [InlineData("""{"from":"2026-01-01T00:00:00Z","until":"2026-01-01T00:00:00.0000001Z"}""", "INVALID_ASSIGNMENT_WINDOW")]
    [InlineData("""{"from":"tomorrow"}""", "VALIDATION_FAILED")]
    [InlineData("""{"until":7}""", "VALIDATION_FAILED")]
    [InlineData("""{"to":"2026-01-01T00:00:00Z"}""", "UNKNOWN_FIELD")]
    public async Task What_is_no_window_is_refused(string body, string code)
    {
        var scene = await Scene.Set();
        await scene.Acme.Vendor.Put(scene.GroupPath, body).ExpectProblem(400, code);
        await scene.Acme.Vendor.Put(scene.UserPath, body).ExpectProblem(400, code);
        (await scene.Acme.Host.EventsOf(scene.License)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_licence_is_listed_for_its_user_before_and_after()
    {
        var scene = await Scene.Set();
        foreach (var body in new[] { """{"from":"2999-01-01T00:00:00Z"}""", """{"until":"2026-01-01T00:00:00Z"}""" })
        {
            await scene.Acme.Vendor.Put(scene.UserPath, body).Expect(204);
            var listed = await scene.Acme.Vendor.Get($"/v3/licenses?userId={scene.User}&minPosition={await scene.Acme.Host.Position()}").Expect(200);
            listed.AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(scene.License);
        }
    }

    [Fact]
    public async Task A_preview_of_a_window_shows_who_gains_and_loses_now()
    {
        var scene = await Scene.Set();
        async Task<(int, int)> Preview(object body)
        {
            var access = (await scene.Acme.Vendor.Put($"{scene.GroupPath}?dryRun=true", body).Expect(200))["access"]!;
            return (access["gainedCount"]!.GetValue<int>(), access["lostCount"]!.GetValue<int>());
        }

        (await Preview(new { from = Now.AddDays(1) })).ShouldBe((0, 0));
        (await Preview(new { until = Now.AddDays(1) })).ShouldBe((1, 0));
        await scene.Acme.Vendor.Put(scene.GroupPath).Expect(204);
        (await Preview(new { until = Now.AddDays(-1) })).ShouldBe((0, 1));
    }

    /// <summary>A time that tests set, in whole microseconds; timers run as always.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(System.GetUtcNow().Ticks / 10 * 10, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Monitoring;

public class MonitoringTests
{
    [Fact]
    public async Task A_summary_counts_seats_users_groups_and_licenses()
    {
        var acme = await Acme.With(seats: 2);
        var designer = await Designer.For(acme.Vendor);
        using var admin = await acme.Admin();
        var (first, _) = (await acme.User(), await acme.User());
        await acme.Group();
        foreach (var member in new (string, object?)[] { ("suspended", true), ("revoked", true), ("expiresAt", "2020-01-01T00:00:00Z"), ("tags", new[] { "plain" }) })
            await designer.License(("organizationId", acme.Id), member);
        await acme.Vendor.Post($"/v3/users/{first}/suspend").Expect(200);

        var summary = await Ask(acme, "/summary", admin);
        summary["seats"]!.ToJsonString().ShouldBe("""{"allowed":2,"used":3,"exceeded":true}""");
        summary["users"]!["total"]!.GetValue<int>().ShouldBe(3);
        summary["users"]!["suspended"]!.GetValue<int>().ShouldBe(1);
        summary["users"]!["roles"]!.AsArray().Select(role => (role!.Text("role"), role!["active"]!.GetValue<int>(), role["suspended"]!.GetValue<int>()))
            .ShouldBe([("organization-admin", 1, 0), ("user", 1, 1)]);
        summary["userGroups"]!.GetValue<int>().ShouldBe(1);
        summary["licenses"]!.ToJsonString().ShouldBe("""{"total":4,"active":1,"suspended":1,"revoked":1,"expired":1,"notYetEffective":0}""");
        summary["activations"]!.GetValue<int>().ShouldBe(0);
        summary["history"].ShouldBeNull();
    }

    [Fact]
    public async Task A_summary_of_a_past_moment_is_as_it_was()
    {
        var acme = await Acme.With(seats: 5);
        await acme.User();
        var position = await Position(acme);
        await acme.User();
        await acme.Vendor.Patch(acme.Path, new { allowedUsers = 9 }).Expect(200);

        (await Ask(acme, $"/summary?asOf={position}"))["seats"]!["used"]!.GetValue<int>().ShouldBe(1);
        (await Ask(acme, $"/summary?asOf={position}"))["position"]!.GetValue<long>().ShouldBe(position);
        (await Ask(acme, "/summary"))["seats"]!["used"]!.GetValue<int>().ShouldBe(2);
        await acme.Vendor.Get($"{acme.Path}/summary?asOf=2999-01-01").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task Seats_are_told_day_by_day_on_request()
    {
        var acme = await Acme.With(seats: 5);
        await acme.User();
        var today = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        var days = (await Ask(acme, "/summary?history=daily"))["history"]!.AsArray();
        days[^1]!.ToJsonString().ShouldBe($$"""{"day":"{{today}}","seatsAllowed":5,"seatsUsed":1}""");
        (await Ask(acme, "/summary?history=daily&from=2001-01-01&to=2001-12-31"))["history"]!.AsArray().ShouldBeEmpty();
        foreach (var query in new[] { "history=hourly", "from=2026-01-01", "history=daily&from=2026-02-01&to=2026-01-01", "history=daily&from=1990-01-01&to=2020-01-01", "history=daily&to=0001-01-01" })
            await acme.Vendor.Get($"{acme.Path}/summary?{query}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        (await Ask(acme, "/summary?history=daily&to=9999-12-31&from=9999-01-01"))["history"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_life_of_a_license_is_told_newest_first()
    {
        var acme = await Acme.With(seats: 5);
        var designer = await Designer.For(acme.Vendor);
        var (group, license) = (await acme.Group(), (await designer.License(("organizationId", acme.Id))).Id());
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{group}").Expect(204);
        await designer.Change(license, new { suspended = true });
        using var admin = await acme.Admin();

        var lines = await Lines(acme, $"/v3/licenses/{license}/activation-history");
        lines.Select(line => line!.Text("kind")).ShouldBe(["suspended", "group-assigned", "created"]);
        lines[1]!.Text("userGroupId").ShouldBe(group);
        lines[1]!.Text("actor").ShouldStartWith("user:");
        var told = await Lines(acme, $"/v3/licenses/{license}/activation-history", admin);
        told.Select(line => (line!.Text("kind"), line!.Text("actor"))).ShouldBe([("suspended", "vendor"), ("group-assigned", "vendor"), ("created", "vendor")]);
        (await Lines(acme, $"{acme.Path}/activation-history?licenseId={license}", admin)).ToJsonString().ShouldBe(told.ToJsonString());
        (await Lines(acme, $"{acme.Path}/activation-history?licenseId={license}&actor[sw]=user:")).ToJsonString().ShouldBe(lines.ToJsonString());
        await admin.Get($"{acme.Path}/activation-history?actor[sw]=user:").ExpectProblem(400, "UNKNOWN_FILTER");
        await admin.Get($"{acme.Path}/activation-history?sort=actor").ExpectProblem(400, "INVALID_SORT");
        (await Lines(acme, $"{acme.Path}/activation-history?kind[in]=created,suspended")).Select(line => line!.Text("kind")).ShouldBe(["suspended", "created"]);
        (await Lines(acme, $"{acme.Path}/activation-history?from={lines[1]!.Text("at")}&to={lines[0]!.Text("at")}")).Select(line => line!.Text("kind")).ShouldBe(["group-assigned"]);
        await acme.Vendor.Get($"{acme.Path}/activation-history?kind=exploded").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await acme.Vendor.Get($"{acme.Path}/activation-history?from=soon").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task An_organization_sees_nothing_of_others()
    {
        var (acme, globex) = (await Acme.With(seats: 5), await Acme.With(seats: 5));
        var designer = await Designer.For(acme.Vendor);
        var license = (await designer.License(("organizationId", globex.Id))).Id();
        await Lines(globex, $"/v3/licenses/{license}/activation-history");
        using var admin = await acme.Admin();
        using var user = await acme.SignedIn("user");

        foreach (var path in new[] { $"{globex.Path}/summary", $"{globex.Path}/activation-history", $"/v3/licenses/{license}/activation-history" })
        {
            await admin.Get(path).ExpectProblem(404, "NOT_FOUND");
            await acme.Host.Anonymous.Get(path).ExpectProblem(401, "AUTHENTICATION_REQUIRED");
            await user.Get(path).ExpectProblem(403, "FORBIDDEN");
        }

        await acme.Vendor.Get($"/v3/organizations/{Guid.NewGuid()}/summary").ExpectProblem(404, "NOT_FOUND");
    }

    private static Task<long> Position(Acme acme) => acme.Host.Scalar<long>("select max(seq_id) from events.mt_events");

    private static async Task<JsonNode> Ask(Acme acme, string path, HttpClient? client = null) =>
        await (client ?? acme.Vendor).Get($"{acme.Path}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}minPosition={await Position(acme)}").Expect(200);

    private static async Task<JsonArray> Lines(Acme acme, string path, HttpClient? client = null) =>
        (await (client ?? acme.Vendor).Get($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}minPosition={await Position(acme)}").Expect(200)).AsArray();
}

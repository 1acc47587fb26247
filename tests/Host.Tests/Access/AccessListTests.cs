using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Tests.Access;

public class AccessListTests
{
    private sealed record Scene(Acme Acme, string Group, string Member, string Other, string License, string Unassigned)
    {
        public static async Task<Scene> Set(TestHost? host = null)
        {
            var acme = await Acme.With(seats: 10, host);
            var designer = await Designer.For(acme.Vendor);
            var group = await acme.Group("=Engineers, \"core\"");
            var (member, other) = (await acme.User(group), await acme.User());
            var license = (await designer.License(("organizationId", acme.Id))).Id();
            var unassigned = (await designer.License(("organizationId", acme.Id))).Id();
            await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{group}").Expect(204);
            return new(acme, group, member, other, license, unassigned);
        }

        /// <summary>The position at which the licence was assigned to the group.</summary>
        public Task<long> Assigned => Acme.Host.Scalar<long>(
            "select max(seq_id) from events.mt_events where stream_id = $1 and type = 'license_group_assigned_v1'", Guid.Parse(License));

        public Task<long> Position => Acme.Host.Scalar<long>("select max(seq_id) from events.mt_events");

        public async Task<JsonArray> Ask(string path, HttpClient? client = null) =>
            (await (client ?? Acme.Vendor).Get($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}minPosition={await Position}").Expect(200)).AsArray();
    }

    [Fact]
    public async Task Who_may_use_what_is_answered_from_the_user_the_license_and_the_organization()
    {
        var scene = await Scene.Set();
        var ofUser = await scene.Ask($"/v3/users/{scene.Member}/access");
        var ofLicense = await scene.Ask($"/v3/licenses/{scene.License}/access");
        var ofOrganization = await scene.Ask($"{scene.Acme.Path}/access");

        ofUser.Select(row => (row!["license"]!.Id(), row["allowed"]!.GetValue<bool>())).ShouldBe([(scene.License, true), (scene.Unassigned, false)], ignoreOrder: true);
        ofLicense.Select(row => (row!["user"]!.Id(), (string?)row["code"])).ShouldBe([(scene.Member, null), (scene.Other, "NOT_ASSIGNED")], ignoreOrder: true);
        ofOrganization.Count.ShouldBe(4);
        var open = ofOrganization.Single(row => row!["allowed"]!.GetValue<bool>())!;
        open.ToJsonString().ShouldBe(ofUser.Single(row => row!["allowed"]!.GetValue<bool>())!.ToJsonString());
        open["user"]!.Text("email").ShouldContain("@acme.example");
        open["license"]!.Text("productId").ShouldNotBeEmpty();
        var path = open["paths"]!.AsArray().ShouldHaveSingleItem()!;
        path.Text("kind").ShouldBe("user-group");
        path.Text("userGroupId").ShouldBe(scene.Group);
        path.Text("event").ShouldBe("license_group_assigned_v1");
        path.Text("actor").ShouldStartWith("user:");
        path["since"]!.GetValue<long>().ShouldBe(await scene.Assigned);
    }

    [Fact]
    public async Task Filters_narrow_the_matrix()
    {
        var scene = await Scene.Set();
        foreach (var (filter, rows) in new[]
        {
            ("allowed=true", 1), ("allowed=false", 3), ($"userId={scene.Member}", 2), ($"licenseId={scene.Unassigned}", 2), ($"userGroupId={scene.Group}", 2),
            ($"userId={scene.Other}&allowed=true", 0), ($"productId={Guid.NewGuid()}", 0),
        })
            (await scene.Ask($"{scene.Acme.Path}/access?{filter}")).Count.ShouldBe(rows, filter);
    }

    [Fact]
    public async Task Members_for_whom_there_is_no_license_at_all_are_listed_too()
    {
        var acme = await Acme.With(seats: 1);
        var user = await acme.User();
        await acme.Settled();

        var row = (await acme.Vendor.Get($"{acme.Path}/access?minPosition={await acme.Host.Scalar<long>("select max(seq_id) from events.mt_events")}").Expect(200)).AsArray().ShouldHaveSingleItem()!;
        row["user"]!.Id().ShouldBe(user);
        row["license"].ShouldBeNull();
        row.Text("code").ShouldBe("NOT_ASSIGNED");
    }

    [Fact]
    public async Task Pages_and_streams_tell_the_same_rows()
    {
        var scene = await Scene.Set();
        var all = await scene.Ask($"{scene.Acme.Path}/access");
        var (walked, position) = (new List<string>(), "");
        for (var next = $"{scene.Acme.Path}/access?limit=1"; next is not null;)
        {
            using var response = await scene.Acme.Vendor.Get(next);
            walked.AddRange(JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray().Select(row => row!.ToJsonString()));
            position = response.Headers.GetValues("X-Position").Single();
            next = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('>')[0][1..] : null;
            await scene.Acme.User();
        }

        walked.ShouldBe(all.Select(row => row!.ToJsonString()));
        using var lines = await scene.Acme.Vendor.Get($"{scene.Acme.Path}/access?format=ndjson&asOf={position}");
        lines.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        (await lines.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.ToJsonString()).ShouldBe(walked);
    }

    [Fact]
    public async Task A_table_for_spreadsheets_holds_no_formula()
    {
        var scene = await Scene.Set();
        await scene.Acme.Vendor.Patch($"/v3/users/{scene.Member}", new { firstName = "=1+1" }).Expect(200);
        await scene.Ask($"{scene.Acme.Path}/access");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scene.Acme.Path}/access?allowed=true");
        request.Headers.Accept.ParseAdd("text/csv");
        using var response = await scene.Acme.Vendor.SendAsync(request);

        var lines = (await response.Content.ReadAsStringAsync()).Split("\r\n");
        lines[0].ShouldBe("userId,userName,userEmail,licenseId,licenseKey,productId,allowed,code,paths");
        lines[1].ShouldStartWith($"{scene.Member},'=1+1 Lovelace,");
        lines[1].ShouldEndWith(",true,,\"group =Engineers, \"\"core\"\"\"");
    }

    [Fact]
    public async Task It_is_answered_as_it_was_at_a_position_and_at_a_time()
    {
        // Of its own: a command that began before a time and ends long after it, as one that hashes a password, takes the positions between with it.
        await using var host = await TestHost.StartAsync();
        var scene = await Scene.Set(host);
        var position = await scene.Assigned;
        var at = (await scene.Ask($"/v3/users/{scene.Member}/access?allowed=true"))[0]!["paths"]![0]!.Text("at");
        await scene.Acme.Vendor.Delete($"{scene.Acme.Path}/licenses/{scene.License}/user-groups/{scene.Group}").Expect(204);

        (await scene.Ask($"/v3/users/{scene.Member}/access?allowed=true")).ShouldBeEmpty();
        (await scene.Ask($"/v3/users/{scene.Member}/access?allowed=true&asOf={position}")).ShouldHaveSingleItem();
        (await scene.Ask($"/v3/users/{scene.Member}/access?allowed=true&asOf={position - 1}")).ShouldBeEmpty();
        (await scene.Ask($"/v3/users/{scene.Member}/access?allowed=true&asOf={at}")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Moments_that_are_none_are_refused()
    {
        var scene = await Scene.Set();
        var path = $"{scene.Acme.Path}/access";
        await scene.Acme.Vendor.Get($"{path}?asOf={await scene.Position + 1_000_000}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await scene.Acme.Vendor.Get($"{path}?asOf=2999-01-01").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await scene.Acme.Vendor.Get($"{path}?asOf=soon").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await scene.Acme.Vendor.Get($"{path}?asOf=0").ExpectProblem(404, "NOT_FOUND");
        await scene.Acme.Vendor.Get($"{path}?asOf=1999-01-01").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task What_is_not_understood_is_refused()
    {
        var scene = await Scene.Set();
        foreach (var (query, code) in new[]
        {
            ("color=red", "UNKNOWN_FILTER"), ("limit=0", "INVALID_QUERY_PARAMETER"), ("limit=101", "INVALID_QUERY_PARAMETER"), ("format=xml", "INVALID_QUERY_PARAMETER"),
            ("format=csv&limit=5", "INVALID_QUERY_PARAMETER"), ("cursor=abc", "INVALID_CURSOR"), ("userId=abc", "INVALID_PARAMETER"), ("allowed=perhaps", "INVALID_PARAMETER"),
        })
            await scene.Acme.Vendor.Get($"{scene.Acme.Path}/access?{query}").ExpectProblem(400, code);
    }

    [Fact]
    public async Task An_organization_admin_sees_the_own_organization_only()
    {
        var (scene, foreign) = (await Scene.Set(), await Scene.Set());
        using var admin = await scene.Acme.Admin();

        foreach (var path in new[] { $"{scene.Acme.Path}/access", $"/v3/users/{scene.Member}/access", $"/v3/licenses/{scene.License}/access" })
            (await scene.Ask($"{path}?allowed=true", admin)).ShouldHaveSingleItem()!["paths"]![0]!.Text("actor").ShouldBe("vendor", path);
        foreach (var path in new[] { $"{foreign.Acme.Path}/access", $"/v3/users/{foreign.Member}/access", $"/v3/licenses/{foreign.License}/access", $"/v3/users/{Guid.NewGuid()}/access" })
            await admin.Get(path).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_user_sees_the_own_access_only()
    {
        var scene = await Scene.Set();
        using var user = await scene.Acme.SignedIn("user");
        var me = (await user.Get("/v3/me").Expect(200)).Id();
        await scene.Acme.Vendor.Post($"{scene.Acme.Path}/user-groups/{scene.Group}/users", new { userIds = new[] { me } }).Expect(204);

        (await scene.Ask($"/v3/users/{me}/access", user)).ShouldHaveSingleItem()!["license"]!.Id().ShouldBe(scene.License);
        (await scene.Ask($"/v3/licenses/{scene.License}/access", user)).ShouldHaveSingleItem()!["user"]!.Id().ShouldBe(me);
        await user.Get($"/v3/users/{scene.Member}/access").ExpectProblem(404, "NOT_FOUND");
        await user.Get($"/v3/licenses/{scene.Unassigned}/access").ExpectProblem(404, "NOT_FOUND");
        await user.Get($"{scene.Acme.Path}/access").ExpectProblem(403, "FORBIDDEN");
        await scene.Acme.Host.Anonymous.Get($"/v3/users/{me}/access").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public void Nobody_but_the_vendor_sees_everything()
    {
        var (user, organization) = (Id.New<UserId>(), Id.New<OrganizationId>());
        AccessListEndpoints.ViewOf(Caller.System).IsEverything.ShouldBeTrue();
        AccessListEndpoints.ViewOf(new(user, Role.OrganizationAdmin, organization, null, null)).ShouldBe(new(organization, null));
        AccessListEndpoints.ViewOf(new(user, Role.User, organization, null, null)).ShouldBe(new(null, user));
        AccessListEndpoints.ViewOf(new(user, Role.ResellerAdmin, null, null, null)).ShouldBe(new(null, user));
        AccessListEndpoints.ViewOf(new(user, Role.OrganizationAdmin, null, null, null)).ShouldBe(new(null, user));
        AccessListEndpoints.ViewOf(Caller.Anonymous).IsEverything.ShouldBeFalse();
    }
}

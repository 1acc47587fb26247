using System.Globalization;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Access;

public class AccessDifferenceTests
{
    private sealed record Scene(Acme Acme, Designer Designer, string Group, string Member, string License)
    {
        public static async Task<Scene> Set()
        {
            var acme = await Acme.With(seats: 10);
            var designer = await Designer.For(acme.Vendor);
            var (group, license) = (await acme.Group(), (await designer.License(("organizationId", acme.Id))).Id());
            var scene = new Scene(acme, designer, group, await acme.User(group), license);
            await scene.Open(license);
            return scene;
        }

        public string Path => $"{Acme.Path}/access/diff";

        public Task<long> Position => Acme.Host.Position();

        public Task Open(string license) => Acme.Vendor.Put($"{Acme.Path}/licenses/{license}/user-groups/{Group}").Expect(204);

        public Task Join(params string[] users) => Acme.Vendor.Post($"{Acme.Path}/user-groups/{Group}/users", new { userIds = users }).Expect(204);

        public Task Leave(string user) => Acme.Vendor.Delete($"{Acme.Path}/user-groups/{Group}/users/{user}").Expect(204);

        public async Task<JsonArray> Since(object from, string more = "", HttpClient? client = null) =>
            (await (client ?? Acme.Vendor).Get($"{Path}?from={from}{more}&minPosition={await Position}").Expect(200)).AsArray();
    }

    [Fact]
    public async Task An_organization_that_is_gone_has_a_past()
    {
        var scene = await Scene.Set();
        var other = await scene.Acme.User(scene.Group);
        var before = await scene.Position;
        var next = (await Link($"{scene.Acme.Path}/access?asOf={before}&limit=1"))!;
        await scene.Acme.Vendor.Delete($"{scene.Acme.Path}?cascade=true").Expect(204);

        (await scene.Since(before)).Select(row => (row!["user"]!.Id(), row.Text("change"))).ShouldBe([(scene.Member, "lost"), (other, "lost")], ignoreOrder: true);
        (await scene.Acme.Vendor.Get($"{scene.Acme.Path}/access?asOf={before}").Expect(200)).AsArray().Count.ShouldBe(2);
        (await scene.Acme.Vendor.Get(next).Expect(200)).AsArray().ShouldHaveSingleItem();
        await scene.Acme.Vendor.Get($"{scene.Acme.Path}/access?minPosition={await scene.Position}").ExpectProblem(404, "NOT_FOUND");

        async Task<string?> Link(string address)
        {
            using var page = await scene.Acme.Vendor.Get(address);
            var link = page.Headers.GetValues("Link").Single();
            return link[1..link.IndexOf('>', StringComparison.Ordinal)];
        }
    }

    [Fact]
    public async Task Who_joins_a_group_gains_its_licenses()
    {
        var scene = await Scene.Set();
        var user = await scene.Acme.User();
        var before = await scene.Position;
        await scene.Join(user);

        var row = (await scene.Since(before)).ShouldHaveSingleItem()!;
        row["user"]!.Id().ShouldBe(user);
        row["user"]!.Text("name").ShouldBe("Ada Lovelace");
        row["user"]!.Text("email").ShouldContain("@acme.example");
        row["license"]!.Id().ShouldBe(scene.License);
        row["license"]!.Text("productId").ShouldBe(scene.Designer.Id);
        row.Text("change").ShouldBe("gained");
        row["before"]!.ToJsonString().ShouldBe("""{"allowed":false,"code":"NOT_ASSIGNED","paths":[]}""");
        row["after"]!["allowed"]!.GetValue<bool>().ShouldBeTrue();
        row["after"]!["paths"]!.AsArray().ShouldHaveSingleItem()!.Text("userGroupName").ShouldBe("Engineers");
        var e = row["events"]!.AsArray().ShouldHaveSingleItem()!;
        e.Text("type").ShouldBe("user_added_to_group_v1");
        e.Text("actor").ShouldStartWith("user:");
        e["position"]!.GetValue<long>().ShouldBeGreaterThan(before);
        Guid.TryParse(e.Id(), out _).ShouldBeTrue();
        row["byTime"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Suspension_takes_it_from_everybody()
    {
        var scene = await Scene.Set();
        var other = await scene.Acme.User(scene.Group);
        var before = await scene.Position;
        await scene.Acme.Vendor.Post($"{scene.Acme.Path}/suspend").Expect(200);
        var suspended = await scene.Position;

        var rows = await scene.Since(before);
        rows.Select(row => row!["user"]!.Id()).ShouldBe([scene.Member, other], ignoreOrder: true);
        rows.ShouldAllBe(row => row!.Text("change") == "lost" && row!["after"]!.Text("code") == "ORGANIZATION_SUSPENDED" && !row!["byTime"]!.GetValue<bool>());
        rows.ShouldAllBe(row => row!["events"]!.AsArray().Single()!.Text("type") == "organization_suspended_v1");
        (await scene.Since(before, $"&userId={other}")).ShouldHaveSingleItem()!["user"]!.Id().ShouldBe(other);
        (await scene.Since(before, $"&userGroupId={scene.Group}")).Count.ShouldBe(2);
        (await scene.Since(before, $"&userGroupId={Guid.NewGuid()}")).ShouldBeEmpty();
        (await scene.Since(before, $"&licenseId={Guid.NewGuid()}")).ShouldBeEmpty();

        await scene.Acme.Vendor.Post($"{scene.Acme.Path}/reinstate").Expect(200);
        (await scene.Since(before)).ShouldBeEmpty();
        (await scene.Since(suspended)).ShouldAllBe(row => row!.Text("change") == "gained");
        (await scene.Since(before, $"&to={suspended}")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_expires_is_lost_by_time_alone()
    {
        var scene = await Scene.Set();
        var end = TimeProvider.System.GetUtcNow().AddSeconds(10);
        var license = (await scene.Designer.License(("organizationId", scene.Acme.Id), ("expiresAt", end.ToString("O", CultureInfo.InvariantCulture)))).Id();
        await scene.Open(license);
        var before = await scene.Position;
        (await scene.Since(before)).ShouldBeEmpty();
        for (; TimeProvider.System.GetUtcNow() < end.AddMilliseconds(100); await Task.Delay(50))
        {
        }

        var row = (await scene.Since(before)).ShouldHaveSingleItem()!;
        row["license"]!.Id().ShouldBe(license);
        row.Text("change").ShouldBe("lost");
        row["after"]!.Text("code").ShouldBe("LICENSE_EXPIRED");
        row["events"]!.AsArray().ShouldBeEmpty();
        row["byTime"]!.GetValue<bool>().ShouldBeTrue();
        (await scene.Since(before, $"&to={Uri.EscapeDataString(end.AddMilliseconds(-50).ToString("O", CultureInfo.InvariantCulture))}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_gained_and_lost_again_is_not_listed()
    {
        var scene = await Scene.Set();
        var user = await scene.Acme.User();
        var before = await scene.Position;
        await scene.Join(user);
        await scene.Leave(user);
        (await scene.Since(before)).ShouldBeEmpty();

        await scene.Acme.Vendor.Delete($"/v3/users/{scene.Member}").Expect(204);
        var lost = (await scene.Since(before)).ShouldHaveSingleItem()!;
        lost["user"]!.Id().ShouldBe(scene.Member);
        lost["user"]!.Text("name").ShouldNotBeEmpty();
        lost["after"]!.Text("code").ShouldBe("USER_NOT_FOUND");
        lost["events"]!.AsArray().Select(e => e!.Text("type")).ShouldContain("user_deleted_v1");
    }

    [Fact]
    public async Task Pages_and_streams_tell_the_same_rows_while_things_go_on()
    {
        var scene = await Scene.Set();
        var users = new[] { await scene.Acme.User(), await scene.Acme.User(), await scene.Acme.User() };
        var before = await scene.Position;
        await scene.Join(users);
        var after = await scene.Position;
        var all = await scene.Since(before);
        all.Count.ShouldBe(3);

        var (walked, reached) = (new List<string>(), new List<long>());
        for (var next = $"{scene.Path}?from={before}&limit=1"; next is not null;)
        {
            using var response = await scene.Acme.Vendor.Get(next);
            walked.AddRange(JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray().Select(row => row!.ToJsonString()));
            reached.Add(long.Parse(response.Headers.GetValues("X-Position").Single(), CultureInfo.InvariantCulture));
            next = response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('>')[0][1..] : null;
            await scene.Leave(users[2]);
            await scene.Acme.Settled();
        }

        walked.ShouldBe(all.Select(row => row!.ToJsonString()));
        reached.Distinct().ShouldHaveSingleItem().ShouldBeGreaterThanOrEqualTo(after);
        using var lines = await scene.Acme.Vendor.Get($"{scene.Path}?from={before}&to={after}&format=ndjson");
        lines.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        (await lines.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.ToJsonString()).ShouldBe(walked);
        using var table = await scene.Acme.Vendor.Get($"{scene.Path}?from={before}&to={after}&format=csv&userId={users[0]}");
        var cells = (await table.Content.ReadAsStringAsync()).Split("\r\n");
        cells[0].ShouldStartWith("userId,userName,userEmail,licenseId,licenseKey,productId,change,beforeAllowed,");
        cells[1].ShouldContain(",gained,false,NOT_ASSIGNED,,true,,group Engineers,user_added_to_group_v1 at ");
    }

    [Fact]
    public async Task Moments_that_are_none_are_refused()
    {
        var scene = await Scene.Set();
        var position = await scene.Position;
        foreach (var query in new[] { $"from={position}&to={position - 1}", "from=2999-01-01", "from=1&to=2999-01-01", "from=soon", "from=1&to=soon", $"from={position + 1_000_000}", "from=1&limit=0", "from=1&format=xml" })
            await scene.Acme.Vendor.Get($"{scene.Path}?{query}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        foreach (var query in new[] { "from=0", "from=1999-01-01", "from=1999-01-01&to=2000-01-01" })
            await scene.Acme.Vendor.Get($"{scene.Path}?{query}").ExpectProblem(404, "NOT_FOUND");
        await scene.Acme.Vendor.Get(scene.Path).ExpectProblem(400, "INVALID_PARAMETER");
        await scene.Acme.Vendor.Get($"{scene.Path}?from=1&asOf=1").ExpectProblem(400, "UNKNOWN_FILTER");
        await scene.Acme.Vendor.Get($"{scene.Path}?from=1&cursor=abc").ExpectProblem(400, "INVALID_CURSOR");
        (await scene.Since(position, $"&to={position}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_organization_admin_sees_the_own_organization_only()
    {
        var (scene, foreign) = (await Scene.Set(), await Scene.Set());
        using var admin = await scene.Acme.Admin();
        using var user = await scene.Acme.SignedIn("user");
        await admin.Get($"{foreign.Path}?from=1").ExpectProblem(404, "NOT_FOUND");
        await scene.Acme.Vendor.Get($"/v3/organizations/{Guid.NewGuid()}/access/diff?from=1").ExpectProblem(404, "NOT_FOUND");
        await user.Get($"{scene.Path}?from=1").ExpectProblem(403, "FORBIDDEN");
        await scene.Acme.Host.Anonymous.Get($"{scene.Path}?from=1").ExpectProblem(401, "AUTHENTICATION_REQUIRED");

        var before = await scene.Position;
        await scene.Acme.Vendor.Patch($"/v3/users/{scene.Member}", new { organizationId = foreign.Acme.Id }).Expect(200);
        var lost = (await scene.Since(before, client: admin)).ShouldHaveSingleItem()!;
        lost["after"]!.Text("code").ShouldBe("USER_NOT_FOUND");
        lost["events"]!.AsArray().Select(e => e!.Text("type")).ShouldContain("user_moved_v1");
        lost["events"]!.AsArray().Select(e => e!.Text("actor")).ShouldAllBe(actor => actor == "vendor");
        lost["before"]!["paths"]![0]!.Text("actor").ShouldBe("vendor");
        (await foreign.Since(before)).ShouldBeEmpty();
    }
}

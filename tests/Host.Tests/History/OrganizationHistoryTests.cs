using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.History;

/// <summary>What an organization reads of history: its own, and nothing that tells of another or of the vendor's people.</summary>
public class OrganizationHistoryTests
{
    [Fact]
    public async Task A_user_who_moved_leaves_the_past_behind_and_takes_nothing_of_it_along()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        using var admin = await acme.Admin();
        using var foreigner = await other.Admin();
        var group = await acme.Group();
        var user = await acme.User(group);
        await acme.Vendor.Patch($"/v3/users/{user}", new { firstName = "Grace" }).Expect(200);
        await acme.Vendor.Patch($"/v3/users/{user}", new { organizationId = other.Id }).Expect(200);
        await acme.Vendor.Patch($"/v3/users/{user}", new { firstName = "Hedy" }).Expect(200);

        var left = await admin.History(acme.Host, $"{acme.Path}/users/{user}");
        left[0].Text("type").ShouldBe("user_moved_v1");
        left[0].Change("/organization").ShouldBe($"\"{acme.Id}\" -> null");
        left.Of("user_renamed_v1").Change("/firstName").ShouldBe("\"Ada\" -> \"Grace\"");
        var came = await foreigner.History(acme.Host, $"{other.Path}/users/{user}");
        came.Select(e => e.Text("type")).ShouldBe(["user_renamed_v1", "user_moved_v1"]);
        came[1].Change("/organization").ShouldBe($"null -> \"{other.Id}\"");
        came[1].Fields().ShouldBe(["/organization"]);

        foreach (var (reader, mine, foreign) in ((HttpClient, Acme, Acme)[])[(admin, acme, other), (foreigner, other, acme)])
        {
            var all = string.Join('\n', (await reader.History(acme.Host, mine.Path)).Select(e => e.ToJsonString()));
            all.ShouldNotContain(foreign.Id);
            if (reader == admin)
                all.ShouldNotContain("Hedy");
            else
                all.ShouldNotContain(group);
            await reader.Get($"{foreign.Path}/history").ExpectProblem(404, "NOT_FOUND");
            await reader.Get($"{foreign.Path}/users/{user}/history").ExpectProblem(404, "NOT_FOUND");
            foreach (var path in (string[])["/v3/history", $"/v3/users/{user}/history", $"/v3/history/replay?resource=user&id={user}", "/v3/event-logs"])
                await reader.Get(path).ExpectProblem(403, "FORBIDDEN");
        }

        var whole = await acme.Vendor.History(acme.Host, $"/v3/users/{user}");
        whole.Of("user_moved_v1").Change("/organization").ShouldBe($"\"{acme.Id}\" -> \"{other.Id}\"");
    }

    [Fact]
    public async Task The_vendors_people_and_what_is_the_vendors_own_stay_unseen()
    {
        var (acme, designer) = (await Acme.With(seats: -1), await Designer.Sold());
        using var admin = await acme.Admin();
        var license = (await designer.License(
            ("organizationId", acme.Id), ("tags", new[] { "churning" }), ("allowedActivations", 5), ("metadata", new object[]
            {
                new { key = "crm", value = "hot lead" }, new { key = "site", value = "Vienna", viewPermissions = new[] { "organization" } },
            }))).Id();
        var user = await acme.User();
        await acme.Vendor.Patch($"/v3/users/{user}", new { tags = new[] { "difficult" }, company = "Shell company" }).Expect(200);
        await acme.Vendor.Patch(acme.Path, new
        {
            metadata = new object[] { new { key = "credit", value = "on watch" }, new { key = "desk", value = "Graz", viewPermissions = new[] { "organization" } } },
        }).Expect(200);
        await admin.Post($"{acme.Path}/user-groups", new { name = "Ours" }).Expect(201);

        var events = await admin.History(acme.Host, acme.Path);
        var told = string.Join('\n', events.Select(e => e.ToJsonString()));
        foreach (var hidden in (string[])["churning", "hot lead", "on watch", "difficult", "Shell company", "allowedIpRanges", "Root", TestHost.SuperAdmin])
            told.ShouldNotContain(hidden);
        told.ShouldContain("Vienna");
        told.ShouldContain("Graz");
        var created = events.Of("license_created_v1");
        created["actor"]!.ToJsonString().ShouldBe("""{"kind":"vendor","id":null,"name":null}""");
        created["origin"].ShouldBeNull();
        created.Change("/policy/allowedActivations").ShouldBe("null -> 5");
        created["data"]!["policy"]!["allowedActivations"]!.GetValue<int>().ShouldBe(5);
        created["data"]!["key"]!.GetValue<string>().ShouldNotBeEmpty();
        var own = events.Of("user_group_created_v1");
        own["actor"]!.Text("name").ShouldBe("Ada Lovelace");
        own["origin"]!.Text("ipAddress").ShouldContain("127.0.0.1");
        (await admin.History(acme.Host, $"{acme.Path}/licenses/{license}")).ShouldNotBeEmpty();
        (await acme.Vendor.History(acme.Host, acme.Path)).Of("license_tags_changed_v1").Change("/tags").ShouldBe("[] -> [\"churning\"]");
    }

    [Fact]
    public async Task What_is_not_told_is_not_found_by_a_filter_or_an_order()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        var root = (await acme.Vendor.Get("/v3/me").Expect(200)).Id();

        foreach (var filter in (string[])[$"actor[sw]=user:{root[..1]}", $"actor=user:{root}", $"userId={root}", $"organizationId={acme.Id}"])
        {
            await admin.Get($"{acme.Path}/history?{filter}").ExpectProblem(400, "UNKNOWN_FILTER");
            await admin.Get($"{acme.Path}/history?{filter}&format=ndjson").ExpectProblem(400, "UNKNOWN_FILTER");
            (await acme.Vendor.History(acme.Host, acme.Path, filter)).ShouldNotBeEmpty(filter);
        }

        foreach (var order in (string[])["actor", "-userId", "organizationId"])
            await admin.Get($"{acme.Path}/history?sort={order}").ExpectProblem(400, "INVALID_SORT");
        var request = (await admin.History(acme.Host, acme.Path))[0].Text("requestId");
        (await admin.History(acme.Host, acme.Path, $"requestId={Uri.EscapeDataString(request)}")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_licence_that_was_transferred_is_told_on_both_sides_without_the_other()
    {
        var (acme, other, designer) = (await Acme.With(seats: -1), await Acme.With(seats: -1), await Designer.Sold());
        using var admin = await acme.Admin();
        using var foreigner = await other.Admin();
        var user = await acme.User();
        var license = (await designer.License(("organizationId", acme.Id), ("userId", user))).Id();
        await designer.Change(license, new { organizationId = other.Id });

        (await admin.History(acme.Host, $"{acme.Path}/licenses/{license}")).Of("license_transferred_v1").Change("/organization").ShouldBe($"\"{acme.Id}\" -> null");
        var came = string.Join('\n', (await foreigner.History(acme.Host, $"{other.Path}/licenses/{license}")).Select(e => e.ToJsonString()));
        came.ShouldContain("license_transferred_v1");
        came.ShouldNotContain(user);
        came.ShouldNotContain(acme.Id);
    }

    [Fact]
    public async Task What_is_changed_together_with_a_transfer_is_told_to_the_new_organization_alone()
    {
        var (acme, other, designer) = (await Acme.With(seats: -1), await Acme.With(seats: -1), await Designer.Sold());
        using var admin = await acme.Admin();
        using var foreigner = await other.Admin();
        var license = (await designer.License(("organizationId", acme.Id), ("userId", await acme.User()))).Id();
        var before = (await designer.Read(license)).Text("key");
        var desk = new { key = "desk", value = "Graz", viewPermissions = new[] { "organization" } };
        var key = $"KEY-{Guid.NewGuid():N}";
        await acme.Vendor.Patch($"/v3/licenses/{license}", new { organizationId = Guid.NewGuid(), key, notes = "theirs alone" })
            .ExpectProblem(400, "REFERENCE_NOT_FOUND");
        (await designer.Read(license)).Text("key").ShouldBe(before);
        await designer.Change(license, new { organizationId = other.Id, key, notes = "theirs alone", metadata = new[] { desk } });

        var left = await admin.History(acme.Host, $"{acme.Path}/licenses/{license}");
        left[0].Text("type").ShouldBe("license_transferred_v1");
        var (told, came) = (Text(left), Text(await foreigner.History(acme.Host, $"{other.Path}/licenses/{license}")));
        foreach (var changed in (string[])[key, "theirs alone", "Graz"])
        {
            told.ShouldNotContain(changed);
            came.ShouldContain(changed);
        }

        foreach (var position in (await acme.Vendor.History(acme.Host, $"/v3/licenses/{license}")).Select(e => e.Position()))
            (await admin.Get($"{acme.Path}/licenses?asOf={position}").Expect(200)).ToJsonString().ShouldNotContain(key);
    }

    [Fact]
    public async Task Of_meters_that_machines_count_nothing_is_told_but_that_they_did()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        var sold = await Sold.With(("organizationId", acme.Id), ("allowedActivations", 1), ("meterAttributes", new[] { new { name = "costs", allowedUses = 10 } }));
        var id = (await sold.Device().Activate(("meterAttributes", new[] { new { name = "costs", usesIncrement = 7 } }))).Text("aid");

        var counted = (await admin.History(acme.Host, $"{acme.Path}/activations/{id}")).Of("activation_meter_counted_v1");
        counted["data"]!.AsObject().Select(member => member.Key).ShouldBe(["activation", "license"], ignoreOrder: true);
        counted.Fields().ShouldNotContain("/meters");
        Text(await admin.History(acme.Host, acme.Path)).ShouldNotContain("costs");
        (await acme.Vendor.History(acme.Host, $"/v3/activations/{id}")).Of("activation_meter_counted_v1").Fields().ShouldContain("/meters");
    }

    [Fact]
    public async Task Activations_name_users_of_the_organization_alone()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        using var admin = await acme.Admin();
        var (own, foreign) = (await acme.User(), await other.User());
        var sold = await Sold.With(("organizationId", acme.Id), ("allowedActivations", 5));
        var device = sold.Device(acme.Vendor);
        var id = (await device.Activate(("userId", foreign))).Text("aid");
        await device.Activate(("userId", own));

        var told = await admin.History(acme.Host, $"{acme.Path}/activations/{id}");
        Text(told).ShouldNotContain(foreign);
        told.Of("activation_created_v1").Fields().ShouldNotContain("/user");
        told.Of("activation_repeated_v1").Change("/user").ShouldBe($"null -> \"{own}\"");
        told.Of("activation_repeated_v1")["data"]!.Text("user").ShouldBe(own);
        (await acme.Vendor.History(acme.Host, $"/v3/activations/{id}")).Of("activation_repeated_v1").Change("/user").ShouldBe($"\"{foreign}\" -> \"{own}\"");
    }

    private static string Text(IEnumerable<JsonNode> events) => string.Join('\n', events.Select(e => e.ToJsonString()));
}

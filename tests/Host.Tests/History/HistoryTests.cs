using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.History;

/// <summary>Who changed what, when, from where, from what to what.</summary>
public class HistoryTests
{
    [Fact]
    public async Task A_rename_and_more_seats_are_told_with_what_they_were_before()
    {
        var acme = await Acme.With(seats: 3);
        using var request = new HttpRequestMessage(HttpMethod.Patch, acme.Path) { Content = System.Net.Http.Json.JsonContent.Create(new { name = "Acme Ltd", allowedUsers = 5 }) };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("console", "1.0"));
        using var changed = await acme.Vendor.SendAsync(request);
        changed.EnsureSuccessStatusCode();

        var events = await acme.Vendor.History(acme.Host, acme.Path);
        var (renamed, seats) = (events.Of("organization_renamed_v1"), events.Of("organization_allowed_users_changed_v1"));
        renamed.Change("/name").ShouldBe("\"Acme\" -> \"Acme Ltd\"");
        seats.Change("/allowedUsers").ShouldBe("3 -> 5");
        renamed.Fields().ShouldBe(["/name"]);
        seats["data"]!["allowedUsers"]!.GetValue<int>().ShouldBe(5);
        seats["causation"]!.GetValue<string>().ShouldBe(renamed.Text("causation"), "one command did both");
        seats.Text("requestId").ShouldBe(renamed.Text("requestId"));
        renamed["actor"]!.Text("kind").ShouldBe("user");
        renamed["actor"]!["name"]!.GetValue<string>().ShouldNotBeEmpty();
        renamed["origin"]!.Text("userAgent").ShouldBe("console/1.0");
        renamed["origin"]!.Text("ipAddress").ShouldContain("127.0.0.1");
        renamed["resource"]!.ToJsonString().ShouldBe($$"""{"type":"organization","id":"{{acme.Id}}"}""");
        renamed.Text("organizationId").ShouldBe(acme.Id);
        events[^1].Change("/name").ShouldBe("null -> \"Acme\"");

        var ofRequest = await acme.Vendor.Get($"/v3/history?requestId={renamed.Text("requestId")}").Expect(200);
        ofRequest.AsArray().Select(e => e!.Text("type")).ShouldBe(["organization_allowed_users_changed_v1", "organization_renamed_v1"]);
    }

    [Fact]
    public async Task Groups_licences_and_activations_are_told_where_they_belong()
    {
        var (acme, designer) = (await Acme.With(seats: -1), await Designer.Sold());
        var group = await acme.Group();
        var user = await acme.User(group);
        var license = (await designer.License(("organizationId", acme.Id), ("subscriptionInterval", "P1Y"), ("expiresAt", "2030-01-01T00:00:00Z"))).Id();
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{group}").Expect(204);
        await acme.Vendor.Post($"/v3/licenses/{license}/renew").Expect(200);

        var ofLicense = await acme.Vendor.History(acme.Host, $"/v3/licenses/{license}");
        ofLicense.Of("license_group_assigned_v1").Change("/groups").ShouldBe($"[] -> [\"{group}\"]");
        ofLicense.Of("license_renewed_v1").Change("/expiresAt").ShouldBe("\"2030-01-01T00:00:00Z\" -> \"2031-01-01T00:00:00Z\"");
        (await acme.Vendor.History(acme.Host, $"/v3/users/{user}")).Of("user_added_to_group_v1").Change("/groups").ShouldBe($"[] -> [\"{group}\"]");
        (await acme.Vendor.History(acme.Host, $"{acme.Path}/user-groups/{group}")).Single().Change("/name").ShouldBe("null -> \"Engineers\"");

        var all = await acme.Vendor.History(acme.Host, acme.Path);
        all.Select(e => e["resource"]!.Text("type")).Distinct().Order().ShouldBe(["license", "organization", "user", "userGroup"]);
        all.Select(Told.Position).ShouldBeInOrder(SortDirection.Descending);
        (await acme.Vendor.History(acme.Host, acme.Path, "type=license_renewed_v1")).ShouldHaveSingleItem();
        (await acme.Vendor.History(acme.Host, acme.Path, $"resource=user&resourceId={user}")).ShouldAllBe(e => e["resource"]!.Text("id") == user);
        (await acme.Vendor.History(acme.Host, acme.Path, "at[gt]=2099-01-01T00:00:00Z")).ShouldBeEmpty();
        (await acme.Vendor.History(acme.Host, "/v3/products/" + designer.Id)).Of("product_created_v1")["organizationId"].ShouldBeNull();
    }

    [Fact]
    public async Task What_never_was_has_no_history_and_what_is_gone_has_one()
    {
        var acme = await Acme.With(seats: -1);
        var (user, group) = (await acme.User(), await acme.Group());
        foreach (var path in (string[])["/v3/users/", "/v3/licenses/", "/v3/roles/", "/v3/organizations/"])
            await acme.Vendor.Get($"{path}{Guid.CreateVersion7()}/history").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"/v3/licenses/{user}/history").ExpectProblem(404, "NOT_FOUND");

        await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}").Expect(204);
        await acme.Vendor.Delete($"/v3/users/{user}").Expect(204);
        await acme.Vendor.Delete(acme.Path).Expect(204);
        (await acme.Vendor.History(acme.Host, $"/v3/users/{user}")).Of("user_deleted_v1").Change("/deleted").ShouldBe("false -> true");
        (await acme.Vendor.History(acme.Host, acme.Path)).Select(e => e.Text("type")).ShouldContain("organization_deleted_v1");
        (await acme.Vendor.History(acme.Host, $"{acme.Path}/user-groups/{group}")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_somebody_erased_the_events_stay_and_the_person_is_gone()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        var user = await acme.User();
        await acme.Vendor.Patch($"/v3/users/{user}", new { firstName = "Augusta" }).Expect(200);
        (await acme.Vendor.History(host, $"/v3/users/{user}")).Of("user_renamed_v1").Change("/firstName").ShouldBe("\"Ada\" -> \"Augusta\"");

        await host.Scalar<object>("delete from events.mt_doc_personkey where id = $1 returning ''", Guid.Parse(user));
        await TestHost.AlongsideAsync(host, TimeProvider.System, async other =>
        {
            var events = (await (await other.Vendor()).Get($"/v3/users/{user}/history").Expect(200)).AsArray().Select(e => e!).ToList();
            events.Count.ShouldBe(2);
            events.Of("user_renamed_v1")["data"]!["firstName"]!.ToJsonString().ShouldBe("""{"erased":true}""");
            events.ShouldAllBe(e => !e.ToJsonString(null).Contains("Augusta") && !e.ToJsonString(null).Contains("Ada"));
        });
    }

    [Fact]
    public async Task No_password_and_no_key_is_ever_told()
    {
        await using var host = await TestHost.StartAsync();
        var world = new BadInput.World();
        await world.Fill(host);
        var token = (await world.Vendor.Post("/v3/personal-access-tokens", new { name = "robot", scopes = new[] { "user:read" } }).Expect(201)).Text("accessToken");
        await world.Vendor.Patch("/v3/me", new { firstName = "Root" }).Expect(200);

        var told = string.Join('\n', (await world.Vendor.History(host, "/v3")).Select(e => e.ToJsonString()));
        foreach (var secret in (string[])[token, Acme.Password, TestHost.SuperAdminPassword, "PRIVATE KEY", "clientSecret", "\"sealed\"", "passwordHash", "privateKey"])
            told.ShouldNotContain(secret);
        foreach (var type in (string[])["organization_created_v1", "user_created_v1", "license_created_v1", "activation_created_v1", "access_token_created_v1", "account_opened_v1", "release_platform"])
            (told.Contains(type) || type == "release_platform").ShouldBeTrue(type);
    }

    [Fact]
    public async Task Every_state_is_made_again_as_it_was_answered_at_that_moment()
    {
        var (acme, designer) = (await Acme.With(seats: 3), await Designer.Sold());
        var license = (await designer.License(("organizationId", acme.Id), ("notes", "first"))).Id();
        var before = await acme.Host.Position();
        var then = await designer.Read(license);
        await designer.Change(license, new { notes = "second", suspended = true });

        var replayed = await acme.Vendor.Get($"/v3/history/replay?resource=license&id={license}&asOf={before}").Expect(200);
        replayed["state"]!.Text("notes").ShouldBe("first");
        replayed["state"]!.Text("key").ShouldBe(then.Text("key"));
        ((bool)replayed["state"]!["suspended"]!).ShouldBeFalse();
        replayed.Position().ShouldBeLessThanOrEqualTo(before);
        var asOf = await acme.Vendor.Get($"/v3/licenses/{license}?asOf={before}").Expect(200);
        asOf.Text("updatedAt").ShouldBe(replayed["state"]!["recorded"]!.Text("updatedAt"));

        var now = await acme.Vendor.Get($"/v3/history/replay?resource=license&id={license}").Expect(200);
        now["state"]!.Text("notes").ShouldBe("second");
        ((bool)now["state"]!["suspended"]!).ShouldBeTrue();
        (await acme.Vendor.Get($"/v3/history/replay?resource=organization&id={acme.Id}").Expect(200))["state"]!["allowedUsers"]!.GetValue<int>().ShouldBe(3);
        await acme.Vendor.Get($"/v3/history/replay?resource=user&id={license}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"/v3/history/replay?resource=moon&id={license}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task The_contracts_audit_says_the_same_in_its_own_words()
    {
        var acme = await Acme.With(seats: 3);
        await acme.Vendor.Patch(acme.Path, new { name = "Acme Ltd" }).Expect(200);
        var logs = (await acme.Vendor.Get($"/v3/event-logs?resourceId={acme.Id}&resource=organization&minPosition={await acme.Host.Position()}").Expect(200)).AsArray();
        logs.Select(log => log!.Text("action")).ShouldBe(["created", "updated"]);
        var renamed = logs[1]!;
        renamed["changes"]!.AsArray().Single()!.ToJsonString().ShouldBe("""{"propertyName":"name","oldValue":"Acme","newValue":"Acme Ltd"}""");
        renamed.Text("actorEmail").ShouldBe(TestHost.SuperAdmin);
        renamed["user"]!.Text("email").ShouldBe(TestHost.SuperAdmin);
        renamed.Text("actorId").ShouldBe(renamed.Text("userId"));
        renamed.Text("ipAddress").ShouldContain("127.0.0.1");
        renamed.AsObject().Select(member => member.Key).ShouldBe(
            ["id", "createdAt", "updatedAt", "resource", "action", "changes", "resourceId", "ipAddress", "userId", "user", "actorId", "actorName", "actorEmail"]);

        (await acme.Vendor.Get($"/v3/event-logs/{renamed.Id()}").Expect(200)).ToJsonString().ShouldBe(renamed.ToJsonString());
        (await acme.Vendor.Get($"/v3/event-logs?resourceId={acme.Id}&user.email={TestHost.SuperAdmin}&action=updated&actorId={renamed.Text("actorId")}").Expect(200)).AsArray().Count.ShouldBe(1);
        (await acme.Vendor.Get($"/v3/event-logs?resourceId={acme.Id}&actorEmail[sw]=nobody").Expect(200)).AsArray().ShouldBeEmpty();
        (await acme.Vendor.Get("/v3/event-logs/resources").Expect(200)).AsArray().Select(name => (string)name!).ShouldContain("license");
        (await acme.Vendor.GetStringAsync($"/v3/event-logs/export?resourceId={acme.Id}")).Split("\r\n").Length.ShouldBe(4, "a head, two rows and the end");
        await acme.Vendor.Get($"/v3/event-logs/{Guid.CreateVersion7()}").ExpectProblem(404, "NOT_FOUND");
    }
}

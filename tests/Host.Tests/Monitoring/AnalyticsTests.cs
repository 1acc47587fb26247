using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Monitoring;

/// <summary>The log of activations, the account in numbers, and what is told outside, in the forms of the contract.</summary>
public class AnalyticsTests
{
    private const string LogShape = """
        id id, createdAt dt, updatedAt dt, os str, osVersion str?, hostname str, location obj, vmName str?, container bool, appVersion str?, releaseVersion str?,
        releaseChannel str?, releasePlatform str?, offline bool, licenseId id, activationId id, action str, metadata list
        """;

    [Fact]
    public async Task The_log_has_activations_and_deactivations_as_the_machine_was_then()
    {
        var sold = await Sold.With(("allowedActivations", 5));
        var device = sold.Device();
        var id = (await device.Activate(("releaseVersion", "1.0"), ("metadata", new[] { new { key = "room", value = "12" } }))).Text("aid");
        await device.Sync(id, ("releaseVersion", "2.0"));
        await device.Deactivate(id).Expect(200);
        await sold.Device().Activate();

        var log = await Ask(sold, $"/v3/activation-logs?licenseId={sold.Id}");
        log.Select(entry => (entry!.Text("action"), (string?)entry!["releaseVersion"])).ShouldBe([("activation", "1.0"), ("deactivation", "2.0"), ("activation", null)]);
        log.ShouldAllBe(entry => (string?)entry!["appVersion"] == (string?)entry["releaseVersion"]);
        foreach (var entry in log)
            entry!.ShouldHaveShape(LogShape);
        log[0]!["metadata"]![0]!.Text("value").ShouldBe("12");
        log[0]!["location"]!.Text("ipAddress").ShouldNotBeEmpty();
        (await sold.Designer.Vendor.Get($"/v3/activation-logs/{log[1]!.Id()}").Expect(200)).ToJsonString().ShouldBe(log[1]!.ToJsonString());
        await sold.Designer.Vendor.Get($"/v3/activation-logs/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");

        (await Ask(sold, $"/v3/activation-logs?activationId={id}&action=Deactivation")).Count.ShouldBe(1);
        (await Ask(sold, $"/v3/activation-logs?licenseId={sold.Id}&action[in]=Activation,deactivation")).Count.ShouldBe(3);
        (await Ask(sold, $"/v3/activation-logs?licenseId={sold.Id}&action[ne]=Activation&createdAfter=")).Count.ShouldBe(1);
        (await Ask(sold, $"/v3/activation-logs?licenseId={sold.Id}&action=")).Count.ShouldBe(3);
        (await Ask(sold, $"/v3/activation-logs?productId={sold.Designer.Id}&sort=-createdAt&limit=1")).ShouldHaveSingleItem()!.Text("action").ShouldBe("activation");
        (await Ask(sold, $"/v3/activation-logs?licenseId={sold.Id}&createdAfter={Uri.EscapeDataString(log[1]!.Text("createdAt"))}")).Count.ShouldBe(1);
        (await Ask(sold, $"/v3/activation-logs?licenseId={sold.Id}&createdBefore={Uri.EscapeDataString(log[0]!.Text("createdAt"))}")).ShouldBeEmpty();
        (await Ask(sold, $"/v3/activation-logs?licenseId={sold.Id}&search=drawing")).Count.ShouldBe(3);
        await sold.Designer.Vendor.Get("/v3/activation-logs?action=explosion").ExpectProblem(400, "INVALID_QUERY_PARAMETER");

        using var csv = await sold.Designer.Vendor.Get($"/v3/activation-logs/export?licenseId={sold.Id}");
        csv.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(4);
    }

    [Fact]
    public async Task Activations_are_counted_by_what_machines_report()
    {
        var sold = await Sold.With(("allowedActivations", 9));
        await sold.Device().Activate(("os", "linux"), ("osVersion", "6.1"), ("releaseVersion", "1.0"), ("vmName", "kvm"));
        await sold.Device().Activate(("os", "linux"), ("osVersion", "6.2"), ("releaseVersion", "1.0"));
        var gone = sold.Device();
        await gone.Deactivate((await gone.Activate(("os", "windows"), ("osVersion", "11"), ("releaseVersion", "2.0"))).Text("aid")).Expect(200);

        async Task<string> Counted(string path, string also = "") => (await Ask(sold, $"/v3/analytics/activations{path}?licenseId={sold.Id}&productId={sold.Designer.Id}{also}")).ToJsonString();
        (await Counted("")).ShouldBe($$"""[{"activations":3,"activatedAt":"{{DateTime.UtcNow:yyyy-MM-dd}}T00:00:00Z"}]""");
        (await Counted("/os")).ShouldBe("""[{"activations":2,"os":"linux"},{"activations":1,"os":"windows"}]""");
        (await Counted("/os-version")).ShouldBe("""[{"activations":1,"osVersion":"11"},{"activations":1,"osVersion":"6.1"},{"activations":1,"osVersion":"6.2"}]""");
        (await Counted("/release-version")).ShouldBe("""[{"activations":2,"releaseVersion":"1.0"},{"activations":1,"releaseVersion":"2.0"}]""");
        (await Counted("/app-version")).ShouldBe(await Counted("/release-version"));
        (await Counted("/vm-name")).ShouldBe("""[{"activations":1,"vmName":"kvm"}]""");
        (await Counted("/geo-location")).ShouldBe("[]");
        (await Counted("/os", "&startDate=2999-01-01")).ShouldBe("[]");
        (await Counted("/os", "&endDate=2001-01-01")).ShouldBe("[]");
        (await Counted("/os", "&startDate=2001-01-01&endDate=2999-01-01")).ShouldNotBe("[]");
        await sold.Designer.Vendor.Get("/v3/analytics/activations/os?startDate=soon").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await sold.Designer.Vendor.Get("/v3/analytics/activations/os?nonsense=1").ExpectProblem(400, "UNKNOWN_FILTER");
    }

    [Fact]
    public async Task The_account_is_counted_by_states_and_as_of_a_moment()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        await acme.User();
        var sold = await Sold.With(host, new { name = "Standard" });
        await sold.Device().Activate();
        var before = await host.Position();
        foreach (var member in new (string, object?)[] { ("suspended", true), ("revoked", true), ("expiresAt", "2020-01-01T00:00:00Z"), ("expiresAt", DateTimeOffset.UtcNow.AddDays(3)), ("expiresAt", "2999-01-01T00:00:00Z") })
            await sold.Designer.License(member);

        var position = await host.Position();
        (await acme.Vendor.Get($"/v3/analytics/licenses?minPosition={position}").Expect(200)).ToJsonString().ShouldBe("""{"active":3,"expired":1,"expiringSoon":1,"revoked":1,"suspended":1}""");
        (await acme.Vendor.Get($"/v3/analytics/licenses?asOf={before}").Expect(200)).ToJsonString().ShouldBe("""{"active":1,"expired":0,"expiringSoon":0,"revoked":0,"suspended":0}""");
        (await acme.Vendor.Get($"/v3/analytics/stats?minPosition={position}").Expect(200)).ToJsonString()
            .ShouldBe("""{"products":1,"licenses":6,"activations":1,"trialActivations":0,"releases":0,"users":1,"admins":1,"emailTemplates":0}""");
        await acme.Vendor.Get("/v3/analytics/stats?nonsense=1").ExpectProblem(400, "UNKNOWN_FILTER");
    }

    [Fact]
    public async Task Everything_since_a_position_is_told_in_order()
    {
        var acme = await Acme.With(seats: -1);
        var from = await acme.Host.Position();
        var user = await acme.User();
        var sold = await Sold.With(acme.Host, new { name = "Standard" }, ("organizationId", acme.Id), ("notes", "first"), ("allowedActivations", 1));
        var id = (await sold.Device().Activate()).Text("aid");
        await sold.Device().Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        var mine = new[] { user, sold.Id, id }.ToHashSet();

        var (told, path) = (new List<JsonNode>(), $"/v3/webhooks/outbox?from={from}&limit=3&minPosition={await acme.Host.Position()}");
        while (path is not null)
        {
            using var page = await acme.Vendor.Get(path);
            told.AddRange(JsonNode.Parse(await page.Content.ReadAsStringAsync())!.AsArray().Select(entry => entry!));
            long.Parse(page.Headers.GetValues("X-Position").Single(), null).ShouldBeGreaterThanOrEqualTo(told[^1]["position"]!.GetValue<long>());
            path = page.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        told.Select(entry => entry["position"]!.GetValue<long>()).ShouldBeInOrder();
        told.Where(entry => mine.Contains(entry.Text("resourceId"))).Select(entry => string.Join(' ', entry["events"]!.AsArray())).ShouldBe(
        [
            "user.created organization.user.created", "license.created", "activation.created", "license.first-activated", "license.activation.limit-reached",
        ], ignoreOrder: true);
        (await acme.Vendor.Get("/v3/webhooks/events").Expect(200)).AsArray().Select(name => (string)name!).ShouldContain("license.activation.limit-reached");
        foreach (var query in new[] { "from=-1", "limit=0", "limit=101", "asOf=1" })
            await acme.Vendor.Get($"/v3/webhooks/outbox?{query}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    private static async Task<JsonArray> Ask(Sold sold, string path) =>
        (await sold.Designer.Vendor.Get($"{path}&minPosition={await sold.Host.Position()}").Expect(200)).AsArray();
}

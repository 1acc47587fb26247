using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Licenses;

/// <summary>How the terms of a licence came to be what they are.</summary>
public class SubscriptionLogTests
{
    private const string Shape = "id id, createdAt dt, updatedAt dt, licenseId id, event str, changes list";

    private static string Said(JsonNode entry) => string.Join(' ', entry["changes"]!.AsArray().Select(change =>
        $"{change!.Text("propertyName")}:{change!["oldValue"]?.ToString() ?? "null"}>{change["newValue"]?.ToString() ?? "null"}"));

    private static async Task<JsonArray> Logs(HttpClient client, string filter) =>
        (await client.Get($"/v3/licenses/subscription-logs?{filter}&minPosition={await (await TestHost.Shared).Position()}").Expect(200)).AsArray();

    private static async Task<(Designer Designer, string License)> Told()
    {
        var designer = await Designer.Sold();
        var license = (await designer.License(
            ("subscriptionInterval", "P1Y"), ("createdAt", "2024-01-01T00:00:00Z"), ("maintenancePolicyId", await designer.MaintenancePolicy()))).Id();
        var path = $"/v3/licenses/{license}";
        await designer.Vendor.Post($"{path}/renew").Expect(200);
        await designer.Vendor.Post($"{path}/extend", new { extensionLength = 86400 }).Expect(200);
        await designer.Vendor.Patch($"{path}/expires-at", """{"expiresAt":null}""").Expect(200);
        await designer.Vendor.Patch($"{path}/subscription", new { subscriptionInterval = "P1M", subscriptionStartTrigger = "activation" }).Expect(200);
        await designer.Vendor.Post($"{path}/maintenance/renew").Expect(200);
        await designer.Change(license, new { notes = "no term" });
        return (designer, license);
    }

    [Fact]
    public async Task Every_change_of_a_term_is_told_from_what_and_to_what()
    {
        var (designer, license) = await Told();
        var logs = await Logs(designer.Vendor, $"licenseId={license}");
        foreach (var log in logs)
            log!.ShouldHaveShape(Shape);
        logs.Select(log => $"{log!.Text("event")} {Said(log!)}").ShouldBe(
        [
            "license.created subscriptionInterval:null>P1Y subscriptionStartTrigger:null>creation expirationStrategy:null>immediate expiresAt:null>2025-01-01T00:00:00Z",
            "license.maintenanceExpiresAt.updated maintenanceExpiresAt:null>2025-01-01T00:00:00Z",
            "license.renewed expiresAt:2025-01-01T00:00:00Z>2026-01-01T00:00:00Z",
            "license.extended expiresAt:2026-01-01T00:00:00Z>2026-01-02T00:00:00Z",
            "license.expiresAt.updated expiresAt:2026-01-02T00:00:00Z>null",
            "license.subscription.updated subscriptionInterval:P1Y>P1M subscriptionStartTrigger:creation>activation expirationStrategy:immediate>delayed",
            "license.maintenance-renewed maintenanceExpiresAt:2025-01-01T00:00:00Z>2026-01-01T00:00:00Z",
        ], ignoreOrder: true);
        (await designer.Vendor.Get($"/v3/licenses/subscription-logs/{logs[0]!.Id()}").Expect(200)).ToJsonString().ShouldBe(logs[0]!.ToJsonString());
        await designer.Vendor.Get($"/v3/licenses/subscription-logs/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task They_are_found_by_licence_key_and_event_and_as_of_a_moment()
    {
        var (host, (designer, license)) = (await TestHost.Shared, await Told());
        var key = $"KEY-{Guid.NewGuid():N}";
        await designer.Change(license, new { key });
        (await Logs(designer.Vendor, $"licenseKey={key}&event[in]=license.renewed,license.extended&sort=-createdAt")).Select(log => log!.Text("event"))
            .ShouldBe(["license.extended", "license.renewed"]);
        (await Logs(designer.Vendor, $"licenseId={license}&createdAt[gt]=2100-01-01T00:00:00Z")).ShouldBeEmpty();
        var position = await host.Scalar<long>("select seq_id from events.mt_events where stream_id = $1 and type = 'license_renewed_v1'", Guid.Parse(license));
        (await Logs(designer.Vendor, $"licenseId={license}&asOf={position}")).Count.ShouldBe(3);
        await designer.Vendor.Get("/v3/licenses/subscription-logs?updatedAt[gt]=2024-01-01T00:00:00Z").ExpectProblem(400, "UNKNOWN_FILTER");
    }

    [Fact]
    public async Task A_licence_that_is_gone_stays_in_the_log()
    {
        var (designer, license) = await Told();
        await designer.Vendor.Delete($"/v3/licenses/{license}").Expect(204);
        (await Logs(designer.Vendor, $"licenseId={license}&event=license.renewed")).Count.ShouldBe(1);
    }
}

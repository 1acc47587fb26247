using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;
using EventSourcedOrgs.Host.Tests.Licenses;

namespace EventSourcedOrgs.Host.Tests.MaintenancePolicies;

/// <summary>Maintenance policies, and until when licences under them are maintained.</summary>
public class MaintenancePolicyTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, name str, validity int?, expirationStrategy str?, subscriptionInterval str?, subscriptionStartTrigger str,
        allowMajorVersionUpdates bool, allowMinorVersionUpdates bool
        """;

    private static DateTimeOffset? End(JsonNode license) => license["maintenanceExpiresAt"]?.GetValue<DateTimeOffset>();

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 10, 0, 0, TimeSpan.Zero);

    private static async Task<JsonNode> Policy(HttpClient vendor, string? interval = "P1Y", string trigger = "license-creation") =>
        await vendor.Post("/v3/maintenance-policies", new
        {
            name = "Yearly", allowMajorVersionUpdates = false, allowMinorVersionUpdates = true, subscriptionInterval = interval, subscriptionStartTrigger = trigger,
        }).Expect(201);

    [Fact]
    public async Task A_policy_is_made_read_changed_listed_and_deleted()
    {
        var (host, vendor) = (await TestHost.Shared, await (await TestHost.Shared).Vendor());
        var made = await Policy(vendor);
        made.ShouldHaveShape(Shape);
        var path = $"/v3/maintenance-policies/{made.Id()}";
        (await vendor.Get(path).Expect(200)).ToJsonString().ShouldBe(made.ToJsonString());

        var changed = await vendor.Patch(path, """{"name":"Annual","allowMajorVersionUpdates":true,"allowMinorVersionUpdates":null}""").Expect(200);
        (changed.Text("name"), changed["allowMajorVersionUpdates"]!.GetValue<bool>(), changed["allowMinorVersionUpdates"]!.GetValue<bool>()).ShouldBe(("Annual", true, true));
        var monthly = await vendor.Patch($"{path}/subscription", new { subscriptionInterval = "P1M" }).Expect(200);
        (monthly.Text("subscriptionInterval"), monthly.Text("subscriptionStartTrigger")).ShouldBe(("P1M", "license-creation"));
        (await vendor.Patch($"{path}/subscription", new { subscriptionInterval = "" }).Expect(200))["subscriptionInterval"].ShouldBeNull();

        var listed = await vendor.Get($"/v3/maintenance-policies?id={made.Id()}&name[sw]=Ann&search=annual&createdAt[gt]=2024-01-01T00:00:00Z&minPosition={await host.Position()}").Expect(200);
        listed.AsArray().ShouldHaveSingleItem()!.ShouldHaveShape(Shape);

        await vendor.Delete(path).Expect(204);
        await vendor.Get(path).ExpectProblem(404, "NOT_FOUND");
        await vendor.Delete(path).ExpectProblem(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"name":"s"}""", "VALIDATION_FAILED", "/allowMajorVersionUpdates")]
    [InlineData("""{"allowMajorVersionUpdates":true,"allowMinorVersionUpdates":true}""", "VALIDATION_FAILED", "/name")]
    [InlineData("""{"name":"s","allowMajorVersionUpdates":true,"allowMinorVersionUpdates":true,"subscriptionInterval":"1 year"}""", "VALIDATION_FAILED", "/subscriptionInterval")]
    [InlineData("""{"name":"s","allowMajorVersionUpdates":true,"allowMinorVersionUpdates":true,"subscriptionStartTrigger":"creation"}""", "VALIDATION_FAILED", "/subscriptionStartTrigger")]
    [InlineData("""{"name":"s","allowMajorVersionUpdates":true,"allowMinorVersionUpdates":true,"expirationStrategy":"rolling"}""", "VALIDATION_FAILED", "/expirationStrategy")]
    [InlineData("""{"name":"s","allowMajorVersionUpdates":true,"allowMinorVersionUpdates":true,"validity":-1}""", "VALIDATION_FAILED", "/validity")]
    [InlineData("""{"name":"s","allowMajorVersionUpdates":true,"allowMinorVersionUpdates":true,"validity":3000000000}""", "VALIDATION_FAILED", "/validity")]
    public async Task What_is_wrong_is_refused_and_named(string body, string code, string field)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        (await vendor.Post("/v3/maintenance-policies", body).ExpectProblem(400, code))["errors"]!.AsObject().Select(error => error.Key).ShouldContain(field);
    }

    [Fact]
    public async Task Maintenance_counts_from_birth_and_is_renewed_extended_and_set()
    {
        var designer = await Designer.Sold();
        var policy = await Policy(designer.Vendor, "P1M");
        var license = await designer.License(("maintenancePolicyId", policy.Id()), ("createdAt", Day(2024, 1, 31)));
        (license.Text("maintenancePolicyId"), End(license)).ShouldBe((policy.Id(), Day(2024, 2, 29)));

        var path = $"/v3/licenses/{license.Id()}/maintenance";
        var renewed = await designer.Vendor.Post($"{path}/renew").Expect(200);
        End(renewed).ShouldBe(Day(2024, 3, 29));
        renewed.ShouldHaveShape(LicenseTests.Shape);
        End(await designer.Vendor.Post($"{path}/extend", new { extensionLength = -3600 }).Expect(200)).ShouldBe(Day(2024, 3, 29).AddHours(-1));
        End(await designer.Vendor.Patch($"{path}/expires-at", new { maintenanceExpiresAt = Day(2031, 1, 1) }).Expect(200)).ShouldBe(Day(2031, 1, 1));
        await designer.Vendor.Patch($"{path}/expires-at", """{"maintenanceExpiresAt":null}""").ExpectProblem(400, "VALIDATION_FAILED");
        await designer.Vendor.Patch($"{path}/expires-at", "{}").ExpectProblem(400, "VALIDATION_FAILED");
        await designer.Vendor.Post($"{path}/extend", new { }).ExpectProblem(400, "VALIDATION_FAILED");
        (await (await TestHost.Shared).EventsOf(license.Id())).ShouldBe(
        [
            "license_created_v1", "license_entitlement_changed_v1", "license_maintenance_expiry_changed_v1", "license_maintenance_renewed_v1",
            "license_maintenance_extended_v1", "license_maintenance_expiry_changed_v1",
        ]);
    }

    [Fact]
    public async Task A_renewal_repeated_under_one_key_is_one_renewal()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("maintenancePolicyId", (await Policy(designer.Vendor)).Id()), ("createdAt", Day(2024, 1, 1)));
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        foreach (var _ in Enumerable.Range(0, 3))
            End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/maintenance/renew", null, key).Expect(200)).ShouldBe(Day(2026, 1, 1));
    }

    [Fact]
    public async Task The_first_activation_begins_maintenance_that_waits_for_it()
    {
        var host = await TestHost.Shared;
        var policy = await Policy(await host.Vendor(), "P1Y", "license-activation");
        var sold = await Sold.With(host, new { name = "Standard", allowedActivations = 2 }, ("maintenancePolicyId", policy.Id()));
        End(sold.License).ShouldBeNull();
        await sold.Designer.Vendor.Post($"/v3/licenses/{sold.Id}/maintenance/renew").ExpectProblem(400, "MAINTENANCE_IS_PERPETUAL");
        await sold.Designer.Vendor.Post($"/v3/licenses/{sold.Id}/maintenance/extend", new { extensionLength = 1 }).ExpectProblem(400, "MAINTENANCE_HAS_NO_EXPIRY");

        await sold.Device().Activate();
        var first = await sold.Designer.Read(sold.Id);
        End(first).ShouldBe(first["activatedAt"]!.GetValue<DateTimeOffset>().AddYears(1));
        await sold.Device().Activate();
        End(await sold.Designer.Read(sold.Id)).ShouldBe(End(first));
    }

    [Fact]
    public async Task A_licence_comes_under_a_policy_and_out_of_it()
    {
        var designer = await Designer.Sold();
        var (yearly, forever) = (await Policy(designer.Vendor), await Policy(designer.Vendor, interval: null));
        var license = await designer.License(("createdAt", Day(2024, 1, 1)));
        await designer.Vendor.Post($"/v3/licenses/{license.Id()}/maintenance/renew").ExpectProblem(400, "LICENSE_HAS_NO_MAINTENANCE_POLICY");

        End(await designer.Change(license.Id(), new { maintenancePolicyId = yearly.Id() })).ShouldBe(Day(2025, 1, 1));
        End(await designer.Change(license.Id(), new { maintenancePolicyId = forever.Id() })).ShouldBeNull();
        var former = await designer.Change(license.Id(), new { maintenancePolicyId = "" });
        former["maintenancePolicyId"].ShouldBeNull();
        await designer.Vendor.Patch($"/v3/licenses/{license.Id()}", new { maintenancePolicyId = Guid.NewGuid() }).ExpectProblem(400, "REFERENCE_NOT_FOUND");
        await designer.Vendor.Post("/v3/licenses", designer.Body(("maintenancePolicyId", Guid.NewGuid()))).ExpectProblem(400, "REFERENCE_NOT_FOUND");
    }

    [Fact]
    public async Task A_policy_that_a_licence_is_under_is_not_deleted_and_a_change_of_it_moves_no_end()
    {
        var designer = await Designer.Sold();
        var policy = await Policy(designer.Vendor);
        var license = await designer.License(("maintenancePolicyId", policy.Id()), ("createdAt", Day(2024, 1, 1)));
        var path = $"/v3/maintenance-policies/{policy.Id()}";
        await designer.Vendor.Delete(path).ExpectProblem(409, "MAINTENANCE_POLICY_IN_USE");

        await designer.Vendor.Patch($"{path}/subscription", new { subscriptionInterval = "P1M" }).Expect(200);
        (await designer.Read(license.Id())).ToJsonString().ShouldBe(license.ToJsonString());
        End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/maintenance/renew").Expect(200)).ShouldBe(Day(2025, 2, 1));

        await designer.Vendor.Delete($"/v3/licenses/{license.Id()}").Expect(204);
        await designer.Vendor.Delete(path).Expect(204);
    }

    [Fact]
    public async Task Licences_are_found_by_the_end_of_their_maintenance()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var policy = await Policy(designer.Vendor);
        var soon = (await designer.License(("maintenancePolicyId", policy.Id()), ("createdAt", DateTimeOffset.UtcNow.AddYears(-1).AddDays(2)))).Id();
        var late = (await designer.License(("maintenancePolicyId", policy.Id()))).Id();
        var former = (await designer.License(("maintenancePolicyId", policy.Id()), ("createdAt", Day(2020, 1, 1)))).Id();
        var none = (await designer.License()).Id();

        (await Ids("maintenanceExpiringSoon=true")).ShouldBe([soon]);
        (await Ids("maintenanceExpiringSoon=false&sort=+createdAt")).ShouldBe([former, late, none]);
        (await Ids("maintenanceExpiresAt[lt]=2022-01-01T00:00:00Z")).ShouldBe([former]);
        (await Ids($"maintenancePolicyId={policy.Id()}&sort=-maintenanceExpiresAt")).ShouldBe([late, soon, former]);

        async Task<IReadOnlyList<string>> Ids(string filter) =>
            [.. (await designer.Vendor.Get($"/v3/licenses?productId={designer.Id}&{filter}&minPosition={await host.Position()}").Expect(200)).AsArray().Select(license => license!.Id())];
    }

    [Fact]
    public async Task Under_a_maintenance_policy_the_newest_release_that_is_allowed_says_nothing()
    {
        var host = await TestHost.Shared;
        var policy = await Policy(await host.Vendor());
        var sold = await Sold.With(host, new { name = "Standard", allowedActivations = 9 }, ("maxAllowedReleaseVersion", "2.0"));
        await sold.Device().Ask(("releaseVersion", "2.1.0")).ExpectProblem(400, "RELEASE_VERSION_NOT_ALLOWED");
        await sold.Designer.Change(sold.Id, new { maintenancePolicyId = policy.Id() });
        await sold.Device().Activate(("releaseVersion", "2.1.0"));
    }
}

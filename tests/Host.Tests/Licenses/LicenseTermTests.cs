using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Licenses;

/// <summary>When licences end: at birth, by renewal, extension, subscription and by hand.</summary>
public class LicenseTermTests
{
    private static DateTimeOffset? End(JsonNode license) => license["expiresAt"]?.GetValue<DateTimeOffset>();

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_interval_counts_from_birth_by_the_calendar()
    {
        var designer = await Designer.Sold();
        End(await designer.License(("subscriptionInterval", "P1M"), ("createdAt", Day(2024, 1, 31)))).ShouldBe(Day(2024, 2, 29));
        End(await designer.License(("subscriptionInterval", "P1Y2M3DT4H"), ("createdAt", Day(2024, 1, 1)))).ShouldBe(Day(2025, 3, 4).AddHours(4));
        End(await designer.License(("subscriptionInterval", "P1M"), ("createdAt", Day(2024, 1, 31)), ("effectiveDate", Day(2024, 6, 30)))).ShouldBe(Day(2024, 7, 30));
    }

    [Fact]
    public async Task A_fixed_end_wins_over_the_interval_and_renews_by_it()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("subscriptionInterval", "P1M"), ("expiresAt", Day(2030, 1, 31)));
        End(license).ShouldBe(Day(2030, 1, 31));
        End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/renew").Expect(200)).ShouldBe(Day(2030, 2, 28));
    }

    [Fact]
    public async Task The_older_validity_in_seconds_is_honoured()
    {
        var designer = await Designer.For(await (await TestHost.Shared).Vendor(), new { name = "Yearly", subscriptionInterval = "P1Y" });
        var license = await designer.License(("validity", 90), ("createdAt", Day(2024, 1, 1)));
        End(license).ShouldBe(Day(2024, 1, 1).AddSeconds(90));
        license["validity"]!.GetValue<int>().ShouldBe(90);
        license["subscriptionInterval"].ShouldBeNull();
        End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/renew").Expect(200)).ShouldBe(Day(2024, 1, 1).AddSeconds(180));

        var forever = await designer.License(("validity", 0));
        End(forever).ShouldBeNull();
        forever["perpetual"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory, InlineData("expirationStrategy", "delayed"), InlineData("expirationStrategy", "rolling"), InlineData("subscriptionStartTrigger", "activation")]
    public async Task What_starts_with_activation_has_no_end_and_is_not_perpetual(string field, string value)
    {
        var designer = await Designer.Sold();
        foreach (var (name, term) in new (string, object)[] { ("validity", 90), ("subscriptionInterval", "P1M") })
        {
            var license = await designer.License((name, term), (field, value));
            End(license).ShouldBeNull();
            license["perpetual"]!.GetValue<bool>().ShouldBeFalse();
            await designer.Vendor.Post($"/v3/licenses/{license.Id()}/renew").ExpectProblem(400, "LICENSE_IS_PERPETUAL");
        }
    }

    [Fact]
    public async Task A_renewal_adds_one_interval_each_time()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var license = await designer.License(("subscriptionInterval", "P1Y"), ("createdAt", Day(2024, 2, 29)));
        End(license).ShouldBe(Day(2025, 2, 28));
        End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/renew").Expect(200)).ShouldBe(Day(2026, 2, 28));
        var renewed = await designer.Vendor.Post($"/v3/licenses/{license.Id()}/renew").Expect(200);
        End(renewed).ShouldBe(Day(2027, 2, 28));
        renewed.ShouldHaveShape(LicenseTests.Shape);
        (await host.EventsOf(license.Id())).ShouldBe(["license_created_v1", "license_renewed_v1", "license_renewed_v1"]);
    }

    [Fact]
    public async Task A_renewal_repeated_under_one_key_is_one_renewal()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("subscriptionInterval", "P1Y"), ("createdAt", Day(2024, 1, 1)));
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        foreach (var _ in Enumerable.Range(0, 3))
            End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/renew", null, key).Expect(200)).ShouldBe(Day(2026, 1, 1));
    }

    [Fact]
    public async Task Perpetual_and_revoked_licences_are_not_renewed()
    {
        var designer = await Designer.Sold();
        var (forever, revoked) = (await designer.License(), await designer.License(("subscriptionInterval", "P1Y"), ("revoked", true)));
        await designer.Vendor.Post($"/v3/licenses/{forever.Id()}/renew").ExpectProblem(400, "LICENSE_IS_PERPETUAL");
        await designer.Vendor.Post($"/v3/licenses/{revoked.Id()}/renew").ExpectProblem(400, "LICENSE_REVOKED");
    }

    [Fact]
    public async Task An_extension_moves_the_end_by_seconds_in_both_directions()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("expiresAt", Day(2030, 1, 1)));
        End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/extend", new { extensionLength = 3600 }).Expect(200)).ShouldBe(Day(2030, 1, 1).AddHours(1));
        End(await designer.Vendor.Post($"/v3/licenses/{license.Id()}/extend", new { extensionLength = -7200 }).Expect(200)).ShouldBe(Day(2030, 1, 1).AddHours(-1));
        await designer.Vendor.Post($"/v3/licenses/{license.Id()}/extend", new { }).ExpectProblem(400, "VALIDATION_FAILED");
        await designer.Vendor.Post($"/v3/licenses/{license.Id()}/extend", """{"extensionLength":3000000000}""").ExpectProblem(400, "VALIDATION_FAILED");

        var last = await designer.License(("expiresAt", "9999-12-31T23:59:59Z"));
        End(await designer.Vendor.Post($"/v3/licenses/{last.Id()}/extend", new { extensionLength = int.MaxValue }).Expect(200))!.Value.Year.ShouldBe(9999);
        await designer.Vendor.Post($"/v3/licenses/{(await designer.License()).Id()}/extend", new { extensionLength = 1 }).ExpectProblem(400, "LICENSE_HAS_NO_EXPIRY");
    }

    [Fact]
    public async Task The_end_is_set_cleared_or_left()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var license = await designer.License(("subscriptionInterval", "P1Y"), ("createdAt", Day(2024, 1, 1)));
        var path = $"/v3/licenses/{license.Id()}/expires-at";
        End(await designer.Vendor.Patch(path, """{"expiresAt":"2031-05-06T07:08:09+02:00"}""").Expect(200)).ShouldBe(new DateTimeOffset(2031, 5, 6, 5, 8, 9, TimeSpan.Zero));
        End(await designer.Vendor.Patch(path, "{}").Expect(200)).ShouldNotBeNull();
        var perpetual = await designer.Vendor.Patch(path, """{"expiresAt":null}""").Expect(200);
        End(perpetual).ShouldBeNull();
        perpetual["perpetual"]!.GetValue<bool>().ShouldBeTrue();
        await designer.Vendor.Patch(path, """{"expiresAt":"tomorrow"}""").ExpectProblem(400, "VALIDATION_FAILED");
        (await host.EventsOf(license.Id())).ShouldBe(["license_created_v1", "license_expiry_changed_v1", "license_expiry_changed_v1"]);
    }

    [Fact]
    public async Task A_licence_that_waits_for_its_first_activation_can_become_perpetual()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("subscriptionInterval", "P1Y"), ("subscriptionStartTrigger", "activation"));
        var perpetual = await designer.Vendor.Patch($"/v3/licenses/{license.Id()}/expires-at", """{"expiresAt":null}""").Expect(200);
        perpetual["perpetual"]!.GetValue<bool>().ShouldBeTrue();
        perpetual["subscriptionInterval"].ShouldBeNull();
    }

    [Fact]
    public async Task A_subscription_replaces_the_interval_and_the_end()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("validity", 90), ("createdAt", Day(2024, 1, 31)));
        var path = $"/v3/licenses/{license.Id()}/subscription";
        var monthly = await designer.Vendor.Patch(path, new { subscriptionInterval = "P1M" }).Expect(200);
        End(monthly).ShouldBe(Day(2024, 2, 29));
        monthly["validity"].ShouldBeNull();
        var waiting = await designer.Vendor.Patch(path, new { subscriptionInterval = "P1M", subscriptionStartTrigger = "activation" }).Expect(200);
        End(waiting).ShouldBeNull();
        waiting["perpetual"]!.GetValue<bool>().ShouldBeFalse();
        (await designer.Vendor.Patch(path, new { subscriptionInterval = "" }).Expect(200))["perpetual"]!.GetValue<bool>().ShouldBeTrue();

        await designer.Vendor.Patch(path, "{}").ExpectProblem(400, "VALIDATION_FAILED");
        await designer.Vendor.Patch(path, """{"subscriptionInterval":null}""").ExpectProblem(400, "VALIDATION_FAILED");
        await designer.Vendor.Patch(path, new { subscriptionInterval = "yearly" }).ExpectProblem(400, "VALIDATION_FAILED");
    }
}

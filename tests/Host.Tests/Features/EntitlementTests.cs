using System.Buffers.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Features;

/// <summary>What licences are entitled to: by themselves, by their set, and as applications, organizations and users are told.</summary>
public class EntitlementTests
{
    private const string LicenseFeatureShape =
        "id id, createdAt dt, updatedAt dt, featureId id, featureName str, value str?, licenseId id, expiresAt dt?";

    private static string Values(JsonNode entitlements) =>
        string.Join(' ', entitlements.AsArray().Select(entitlement => $"{entitlement!.Text("featureName")[..1]}={entitlement!["value"]?.GetValue<string>() ?? "null"}"));

    private static async Task<string> Named(Designer designer, string first) => await designer.Feature($"{first}-{Guid.NewGuid():N}");

    private static Task<long> PositionOf(TestHost host, string license) =>
        host.Scalar<long>("select max(seq_id) from events.mt_events where stream_id = $1", Guid.Parse(license));

    [Fact]
    public async Task Features_come_to_a_licence_and_go()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var (license, feature) = ((await designer.License()).Id(), await designer.Feature());
        var path = $"/v3/licenses/{license}/feature-entitlements";
        var added = await designer.Vendor.Post(path, new { featureId = feature, value = "10", expiresAt = "2031-01-01T00:00:00Z" }).Expect(200);
        added.ShouldHaveShape(LicenseFeatureShape);
        added.Text("licenseId").ShouldBe(license);
        await designer.Vendor.Post(path, new { featureId = feature }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await designer.Vendor.Post(path, new { featureId = Guid.NewGuid() }).ExpectProblem(400, "REFERENCE_NOT_FOUND");

        (await designer.Vendor.Patch($"{path}/{added.Id()}", """{"value":"20","expiresAt":null}""").Expect(200)).Text("expiresAt").ShouldBe("2031-01-01T00:00:00Z");
        var endless = await designer.Vendor.Patch($"{path}/{added.Id()}", """{"expiresAt":""}""").Expect(200);
        (endless["expiresAt"], endless.Text("value")).ShouldBe((null, "20"));
        (await designer.Vendor.Patch($"{path}/{added.Id()}", """{"expiresAt":"2032-01-01T01:00:00+01:00"}""").Expect(200)).Text("expiresAt").ShouldBe("2032-01-01T00:00:00Z");
        foreach (var time in new[] { "tomorrow", "03/04/2027", "10:30" })
            await designer.Vendor.Patch($"{path}/{added.Id()}", new { expiresAt = time }).ExpectProblem(400, "VALIDATION_FAILED");

        var listed = (await designer.Vendor.Get($"{path}?expiresAt[gt]=2031-06-01T00:00:00Z&sort=+featureName&minPosition={await host.Position()}").Expect(200)).AsArray();
        listed.ShouldHaveSingleItem()!.ShouldHaveShape(LicenseFeatureShape);
        await designer.Vendor.Delete($"/v3/features/{feature}").ExpectProblem(409, "FEATURE_IN_USE");
        await designer.Vendor.Delete($"{path}/{added.Id()}").Expect(204);
        await designer.Vendor.Delete($"{path}/{added.Id()}").ExpectProblem(404, "NOT_FOUND");
        (await designer.Vendor.Get($"{path}?minPosition={await host.Position()}").Expect(200)).AsArray().ShouldBeEmpty();
        await designer.Vendor.Get($"/v3/licenses/{Guid.NewGuid()}/feature-entitlements").ExpectProblem(404, "NOT_FOUND");
        (await host.EventsOf(license)).ShouldBe(
        [
            "license_created_v1", "license_feature_added_v1", "license_feature_changed_v1", "license_feature_changed_v1", "license_feature_changed_v1",
            "license_feature_removed_v1",
        ]);
    }

    [Fact]
    public async Task Organization_and_user_see_what_comes_of_licence_and_set()
    {
        var acme = await Acme.With(seats: -1);
        var designer = await Designer.For(acme.Vendor);
        var (a, b, c) = (await Named(designer, "a"), await Named(designer, "b"), await Named(designer, "c"));
        var license = await designer.License(("organizationId", acme.Id), ("entitlementSetId", await designer.EntitlementSet((a, "1"), (b, "1"))));
        var path = $"/v3/licenses/{license.Id()}/feature-entitlements";
        var own = await designer.Vendor.Post(path, new { featureId = b, value = "2", expiresAt = DateTimeOffset.UtcNow.AddDays(1) }).Expect(200);
        await designer.Vendor.Post(path, new { featureId = c, value = (string?)null }).Expect(200);

        var admin = await acme.Admin();
        foreach (var seen in new[] { $"{acme.Path}/licenses/{license.Id()}/feature-entitlements", $"/v3/me/licenses/{license.Id()}/feature-entitlements" })
        {
            var entitlements = await admin.Get(seen).Expect(200);
            Values(entitlements).ShouldBe("a=1 b=2 c=null");
            foreach (var entitlement in entitlements.AsArray())
                entitlement!.ShouldHaveShape("featureId id, featureName str, value str?, expiresAt dt?");
        }

        await designer.Vendor.Patch($"{path}/{own.Id()}", new { expiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) }).Expect(200);
        Values(await admin.Get($"{acme.Path}/licenses/{license.Id()}/feature-entitlements").Expect(200)).ShouldBe("a=1 b=1 c=null");

        var stranger = await (await Acme.With(seats: -1)).Admin();
        await stranger.Get($"{acme.Path}/licenses/{license.Id()}/feature-entitlements").ExpectProblem(404, "NOT_FOUND");
        await stranger.Get($"/v3/me/licenses/{license.Id()}/feature-entitlements").ExpectProblem(404, "NOT_FOUND");
        await admin.Get(path).ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task The_past_is_answered_as_it_was()
    {
        var acme = await Acme.With(seats: -1);
        var designer = await Designer.For(acme.Vendor);
        var a = await Named(designer, "a");
        var license = await designer.License(("organizationId", acme.Id), ("entitlementSetId", await designer.EntitlementSet((a, "1"))));
        var before = await PositionOf(acme.Host, license.Id());
        var path = $"/v3/licenses/{license.Id()}/feature-entitlements";
        await designer.Vendor.Post(path, new { featureId = a, value = "2" }).Expect(200);
        var after = await PositionOf(acme.Host, license.Id());

        var seen = $"{acme.Path}/licenses/{license.Id()}/feature-entitlements";
        Values(await designer.Vendor.Get($"{seen}?asOf={before}").Expect(200)).ShouldBe("a=1");
        Values(await designer.Vendor.Get($"{seen}?asOf={after}").Expect(200)).ShouldBe("a=2");
        (await designer.Vendor.Get($"{path}?asOf={before}&minPosition={after}").Expect(200)).AsArray().ShouldBeEmpty();
        Values(await designer.Vendor.Get($"{path}?asOf={after}").Expect(200)).ShouldBe("a=2");
    }

    [Fact]
    public async Task The_set_is_shown_by_its_name()
    {
        var acme = await Acme.With(seats: -1);
        var designer = await Designer.For(acme.Vendor);
        var set = await designer.EntitlementSet();
        var license = await designer.License(("organizationId", acme.Id), ("entitlementSetId", set));
        var name = (await designer.Vendor.Get($"/v3/entitlement-sets/{set}").Expect(200)).Text("name");
        (await acme.Read($"/licenses/{license.Id()}"))["entitlementSet"]!.Text("name").ShouldBe(name);
        (await (await acme.Admin()).Get($"/v3/me/licenses/{license.Id()}").Expect(200))["entitlementSet"]!.Text("name").ShouldBe(name);
    }

    [Fact]
    public async Task An_application_checks_its_token_with_the_public_key_alone()
    {
        var host = await TestHost.Shared;
        var sold = await Sold.With();
        var designer = sold.Designer;
        var (a, b) = (await Named(designer, "a"), await Named(designer, "b"));
        await designer.Change(sold.Id, new { entitlementSetId = await designer.EntitlementSet((a, "1"), (b, "1")) });
        await designer.Vendor.Post($"/v3/licenses/{sold.Id}/feature-entitlements", new { featureId = b, value = "2", expiresAt = "2031-01-01T00:00:00Z" }).Expect(200);
        var activation = (await sold.Device().Activate()).Text("aid");

        var answer = await host.Anonymous.Get($"/v3/activations/{activation}/feature-entitlements?licenseId={sold.Id}&accountId=").Expect(200);

        answer.ShouldHaveShape("featureEntitlementsToken str");
        var token = answer.Text("featureEntitlementsToken");
        Device.IsSigned(token, (await designer.Vendor.Get(designer.Path).Expect(200)).Text("publicKey")).ShouldBeTrue();
        Device.IsSigned(token, (await designer.Vendor.Get((await Designer.Sold()).Path).Expect(200)).Text("publicKey")).ShouldBeFalse();
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
        (claims.Text("aid"), claims.Text("lid"), claims.Text("pid")).ShouldBe((activation, sold.Id, designer.Id));
        Values(claims["fe"]!).ShouldBe("a=1 b=2");
        claims["fe"]![1]!.ShouldHaveShape("featureName str, featureDisplayName str, value str?, baseValue str?, inSet bool, expiresAt int");
        (claims["fe"]![1]!.Text("baseValue"), claims["fe"]![1]!["expiresAt"]!.GetValue<long>())
            .ShouldBe(("1", new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds()));
        claims["fe"]![0]!["expiresAt"]!.GetValue<long>().ShouldBe(0);
    }

    [Fact]
    public async Task A_token_is_for_the_machine_that_knows_its_licence()
    {
        var (host, sold, other) = (await TestHost.Shared, await Sold.With(), await Sold.With());
        var activation = (await sold.Device().Activate()).Text("aid");
        var path = $"/v3/activations/{activation}/feature-entitlements";
        await host.Anonymous.Get($"{path}?licenseId={other.Id}").ExpectProblem(404, "NOT_FOUND");
        await host.Anonymous.Get($"/v3/activations/{Guid.NewGuid()}/feature-entitlements?licenseId={sold.Id}").ExpectProblem(404, "NOT_FOUND");
        await host.Anonymous.Get($"{path}?licenseId=ten").ExpectProblem(400, "VALIDATION_FAILED");
        await host.Anonymous.Get($"{path}?licenseId={sold.Id}&accountId={Guid.NewGuid()}").ExpectProblem(400, "INVALID_ACCOUNT_ID");

        await sold.Designer.Change(sold.Id, new { revoked = true });
        await host.Anonymous.Get($"{path}?licenseId={sold.Id}").ExpectProblem(400, "REVOKED_LICENSE");
        await sold.Designer.Change(sold.Id, new { revoked = false });
        await sold.Designer.Vendor.Delete($"/v3/activations/{activation}").Expect(204);
        await host.Anonymous.Get($"{path}?licenseId={sold.Id}").ExpectProblem(404, "NOT_FOUND");
    }
}

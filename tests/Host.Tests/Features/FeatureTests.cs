using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Features;

/// <summary>Features and the sets of them, over HTTP.</summary>
public class FeatureTests
{
    private const string FeatureShape = "id id, createdAt dt, updatedAt dt, name str, displayName str, description str?";
    private const string SetShape = "id id, createdAt dt, updatedAt dt, name str, displayName str, description str?, tier int, productIds list";
    private const string SetFeatureShape = "id id, createdAt dt, updatedAt dt, featureId id, featureName str, value str?, entitlementSetId id";

    private static string Name() => $"export-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_feature_is_made_read_changed_listed_and_deleted()
    {
        var (host, vendor, name) = (await TestHost.Shared, await (await TestHost.Shared).Vendor(), Name());
        var made = await vendor.Post("/v3/features", new { name, displayName = "Export" }).Expect(201);
        made.ShouldHaveShape(FeatureShape);
        made["description"].ShouldBeNull();
        var path = $"/v3/features/{made.Id()}";
        (await vendor.Get(path).Expect(200)).ToJsonString().ShouldBe(made.ToJsonString());

        var changed = await vendor.Patch(path, new { displayName = "Export to PDF", description = "All pages" }).Expect(200);
        (changed.Text("name"), changed.Text("displayName"), changed.Text("description")).ShouldBe((name, "Export to PDF", "All pages"));
        (await vendor.Patch(path, """{"displayName":null,"description":""}""").Expect(200))["description"].ShouldBeNull();
        await vendor.Patch(path, """{"name":"other"}""").ExpectProblem(400, "UNKNOWN_FIELD");

        var listed = await vendor.Get($"/v3/features?id={made.Id()}&name={name}&displayName[cn]=pdf&search=export&minPosition={await host.Position()}").Expect(200);
        listed.AsArray().ShouldHaveSingleItem()!.ShouldHaveShape(FeatureShape);

        await vendor.Post("/v3/features", new { name = name.ToUpperInvariant(), displayName = "Again" }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await vendor.Delete(path).Expect(204);
        await vendor.Get(path).ExpectProblem(404, "NOT_FOUND");
        await vendor.Post("/v3/features", new { name, displayName = "Export" }).Expect(201);
    }

    [Theory]
    [InlineData("features", """{"displayName":"x"}""", "/name")]
    [InlineData("features", """{"name":"x"}""", "/displayName")]
    [InlineData("entitlement-sets", """{"name":"x","displayName":"X"}""", "/productIds")]
    [InlineData("entitlement-sets", """{"name":"x","displayName":"X","productIds":[]}""", "/productIds")]
    [InlineData("entitlement-sets", """{"name":"x","displayName":"X","productIds":["ten"]}""", "/productIds")]
    public async Task What_is_wrong_is_refused_and_named(string path, string body, string field)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        (await vendor.Post($"/v3/{path}", body).ExpectProblem(400, "VALIDATION_FAILED"))["errors"]!.AsObject()
            .ShouldContain(error => error.Key.StartsWith(field, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_set_is_made_read_changed_listed_and_deleted()
    {
        var (host, designer, name) = (await TestHost.Shared, await Designer.Sold(), Name());
        var (vendor, other) = (designer.Vendor, await Designer.Sold());
        var made = await vendor.Post("/v3/entitlement-sets", new { name, displayName = "Gold", productIds = new[] { designer.Id, designer.Id }, tier = 2 }).Expect(201);
        made.ShouldHaveShape(SetShape);
        made["productIds"]!.AsArray().Select(id => (string)id!).ShouldBe([designer.Id]);
        var path = $"/v3/entitlement-sets/{made.Id()}";
        (await vendor.Get(path).Expect(200)).ToJsonString().ShouldBe(made.ToJsonString());

        var changed = await vendor.Patch(path, new { displayName = "Golden", description = "Nearly all", tier = 3, productIds = new[] { designer.Id, other.Id } }).Expect(200);
        (changed.Text("displayName"), changed.Text("description"), changed["tier"]!.GetValue<int>(), changed["productIds"]!.AsArray().Count)
            .ShouldBe(("Golden", "Nearly all", 3, 2));
        await vendor.Patch(path, new { productIds = new[] { Guid.NewGuid() } }).ExpectProblem(400, "REFERENCE_NOT_FOUND");

        foreach (var filter in new[] { $"productIds={other.Id}", $"name[in]={name}", $"tier[gte]=3&id={made.Id()}" })
        {
            (await vendor.Get($"/v3/entitlement-sets?{filter}&minPosition={await host.Position()}").Expect(200)).AsArray().ShouldHaveSingleItem()!
                .ShouldHaveShape(SetShape);
        }

        await vendor.Post("/v3/entitlement-sets", new { name, displayName = "Again", productIds = new[] { designer.Id } }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await vendor.Delete(path).Expect(204);
        await vendor.Get(path).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Features_come_into_a_set_and_go()
    {
        var (host, designer, name) = (await TestHost.Shared, await Designer.Sold(), Name());
        var (feature, other) = (await designer.Feature(name), await designer.Feature());
        var path = $"/v3/entitlement-sets/{await designer.EntitlementSet((other, "1"))}/feature-entitlements";
        var added = await designer.Vendor.Post(path, new { featureId = feature, value = "10" }).Expect(200);
        added.ShouldHaveShape(SetFeatureShape);
        (added.Text("featureName"), added.Text("value")).ShouldBe((name, "10"));
        await designer.Vendor.Post(path, new { featureId = feature }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await designer.Vendor.Post(path, new { featureId = Guid.NewGuid() }).ExpectProblem(400, "REFERENCE_NOT_FOUND");
        await designer.Vendor.Post(path, new { value = "1" }).ExpectProblem(400, "VALIDATION_FAILED");

        var changed = await designer.Vendor.Patch($"{path}/{added.Id()}", new { value = "20" }).Expect(200);
        (changed.Text("value"), changed.Text("createdAt")).ShouldBe(("20", added.Text("createdAt")));
        changed["updatedAt"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(added["updatedAt"]!.GetValue<DateTimeOffset>());
        (await designer.Vendor.Patch($"{path}/{added.Id()}", """{"value":null}""").Expect(200)).Text("value").ShouldBe("20");
        (await designer.Vendor.Patch($"{path}/{added.Id()}", """{"value":""}""").Expect(200))["value"].ShouldBeNull();

        var listed = (await designer.Vendor.Get($"{path}?sort=-createdAt&limit=1&minPosition={await host.Position()}").Expect(200)).AsArray();
        listed.ShouldHaveSingleItem()!.Id().ShouldBe(added.Id());
        listed[0]!.ShouldHaveShape(SetFeatureShape);
        (await designer.Vendor.Get($"{path}?page=2&limit=1&sort=-createdAt").Expect(200))[0]!.Text("featureId").ShouldBe(other);

        await designer.Vendor.Delete($"/v3/features/{feature}").ExpectProblem(409, "FEATURE_IN_USE");
        await designer.Vendor.Delete($"{path}/{added.Id()}").Expect(204);
        await designer.Vendor.Delete($"{path}/{added.Id()}").ExpectProblem(404, "NOT_FOUND");
        await designer.Vendor.Patch($"{path}/{added.Id()}", new { value = "1" }).ExpectProblem(404, "NOT_FOUND");
        await designer.Vendor.Delete($"/v3/features/{feature}").Expect(204);
        await designer.Vendor.Get($"/v3/entitlement-sets/{Guid.NewGuid()}/feature-entitlements").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_set_that_a_licence_has_stays_for_its_product()
    {
        var (designer, other) = (await Designer.Sold(), await Designer.Sold());
        var set = await designer.EntitlementSet();
        var license = await designer.License(("entitlementSetId", set));
        license.Text("entitlementSetId").ShouldBe(set);
        await designer.Vendor.Delete($"/v3/entitlement-sets/{set}").ExpectProblem(409, "ENTITLEMENT_SET_IN_USE");
        await designer.Vendor.Patch($"/v3/entitlement-sets/{set}", new { productIds = new[] { other.Id } }).ExpectProblem(409, "ENTITLEMENT_SET_IN_USE");
        await designer.Vendor.Post("/v3/licenses", other.Body(("entitlementSetId", set))).ExpectProblem(400, "ENTITLEMENT_SET_OF_OTHER_PRODUCTS");
        await designer.Vendor.Post("/v3/licenses", designer.Body(("entitlementSetId", Guid.NewGuid()))).ExpectProblem(400, "REFERENCE_NOT_FOUND");

        (await designer.Change(license.Id(), new { entitlementSetId = "" }))["entitlementSetId"].ShouldBeNull();
        await designer.Vendor.Delete($"/v3/entitlement-sets/{set}").Expect(204);
    }

    [Fact]
    public async Task Two_hundred_features_are_the_most_however_many_ask_at_once()
    {
        await using var host = await TestHost.StartAsync();
        var vendor = await host.Vendor();
        for (var n = 0; n < 196; n++)
            await vendor.Post("/v3/features", new { name = $"f{n}", displayName = "F" }).Expect(201);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => vendor.Post("/v3/features", new { name = $"late{n}", displayName = "F" })));

        answers.Count(answer => (int)answer.StatusCode == 201).ShouldBe(4);
        await vendor.Post("/v3/features", new { name = "more", displayName = "F" }).ExpectProblem(400, "FEATURE_LIMIT_REACHED");
        (await host.Scalar<long>("select count(*) from events.mt_doc_feature")).ShouldBe(200);
    }
}

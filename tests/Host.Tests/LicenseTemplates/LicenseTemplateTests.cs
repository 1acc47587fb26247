namespace EventSourcedOrgs.Host.Tests.LicenseTemplates;

public class LicenseTemplateTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, name str, allowVmActivation bool, allowContainerActivation bool, userLocked bool, disableGeoLocation bool,
        allowedIpRange str?, allowedIpRanges list, allowedCountries list, disallowedCountries list, allowedIpAddresses list, disallowedIpAddresses list,
        validity int?, expirationStrategy str?, subscriptionInterval str?, subscriptionStartTrigger str, fingerprintMatchingStrategy str, allowedActivations int,
        allowedDeactivations int, type str, keyPattern str, leaseDuration int, allowClientLeaseDuration bool, leasingStrategy str, allowedFloatingClients int,
        serverSyncGracePeriod int, serverSyncInterval int, cryptoBindingEnabled bool, allowedClockOffset int, expiringSoonEventOffset int,
        requireAuthentication bool, requiredMetadataKeys list, requiredMeterAttributes list, disableClockValidation bool
        """;

    private static object Everything => new
    {
        name = "Everything", fingerprintMatchingStrategy = "exact", allowVmActivation = false, allowContainerActivation = false, userLocked = true,
        disableGeoLocation = true, allowClientLeaseDuration = true, cryptoBindingEnabled = true, allowedIpRanges = new[] { "10.0.0.0/8" },
        allowedCountries = new[] { "AT" }, disallowedCountries = new[] { "DE" }, allowedIpAddresses = new[] { "10.0.0.1" }, disallowedIpAddresses = new[] { "::1" },
        subscriptionInterval = "P1Y", subscriptionStartTrigger = "activation", allowedActivations = 7, allowedDeactivations = 3, type = "hosted-floating",
        keyPattern = "PRO-[A-Z0-9]{20}", leaseDuration = 60, leasingStrategy = "per-instance", allowedFloatingClients = 4, serverSyncGracePeriod = -1,
        serverSyncInterval = 180, allowedClockOffset = -1, disableClockValidation = true, expiringSoonEventOffset = 0,
        requiredMetadataKeys = new[] { "po" }, requiredMeterAttributes = new[] { "pages" },
    };

    [Fact]
    public async Task A_template_has_the_shape_of_the_contract()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var template = await vendor.Post("/v3/license-templates", new { name = "Standard" }).Expect(201);
        template.ShouldHaveShape(Shape);
        template.Text("keyPattern").ShouldBe("^([A-F0-9]{6}-){5}[A-F0-9]{6}$");
    }

    [Theory, InlineData("license-templates"), InlineData("license-policies")]
    public async Task All_that_is_given_is_kept_under_both_names(string path)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var given = System.Text.Json.JsonSerializer.SerializeToNode(Everything)!.AsObject();
        var made = await vendor.Post($"/v3/{path}", given).Expect(201);
        foreach (var read in new[] { "license-templates", "license-policies" })
        {
            var template = await vendor.Get($"/v3/{read}/{made.Id()}").Expect(200);
            foreach (var (name, value) in given)
                template[name]!.ToJsonString().ShouldBe(value!.ToJsonString(), name);
            template.Text("expirationStrategy").ShouldBe("delayed");
            template.Text("allowedIpRange").ShouldBe("10.0.0.0/8");
        }
    }

    [Theory]
    [InlineData("""{}""", "VALIDATION_FAILED", "/name")]
    [InlineData("""{"name":"s","serverSyncInterval":179}""", "VALIDATION_FAILED", "/serverSyncInterval")]
    [InlineData("""{"name":"s","allowedActivations":-2}""", "VALIDATION_FAILED", "/allowedActivations")]
    [InlineData("""{"name":"s","validity":-1}""", "VALIDATION_FAILED", "/validity")]
    [InlineData("""{"name":"s","subscriptionInterval":"1 year"}""", "VALIDATION_FAILED", "/subscriptionInterval")]
    [InlineData("""{"name":"s","allowedIpAddresses":["ten"]}""", "VALIDATION_FAILED", "/allowedIpAddresses")]
    [InlineData("""{"name":"s","type":"floating"}""", "VALIDATION_FAILED", "/type")]
    [InlineData("""{"name":"s","keyPattern":"(?<x>.*)"}""", "INVALID_KEY_PATTERN", "/keyPattern")]
    [InlineData("""{"name":"s","keyPattern":"[A-F0-9]{15}"}""", "KEY_PATTERN_TOO_NARROW", "/keyPattern")]
    [InlineData("""{"name":"s","productId":"x"}""", "UNKNOWN_FIELD", "/productId")]
    public async Task What_is_wrong_is_refused_and_named(string body, string code, string field)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        (await vendor.Post("/v3/license-templates", body).ExpectProblem(400, code))["errors"]!.AsObject().Select(error => error.Key).ShouldContain(field);
    }

    [Fact]
    public async Task Twenty_address_ranges_are_the_most()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        await vendor.Post("/v3/license-templates", new { name = "s", allowedIpRanges = Enumerable.Repeat("10.0.0.0/8", 20) }).Expect(201);
        await vendor.Post("/v3/license-templates", new { name = "s", allowedIpRanges = Enumerable.Repeat("10.0.0.0/8", 21) }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task A_change_leaves_what_it_does_not_name_or_names_null()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var made = await vendor.Post("/v3/license-templates", Everything).Expect(201);
        var changed = await vendor.Patch($"/v3/license-templates/{made.Id()}", """{"name":"Less","allowedActivations":1,"type":null,"keyPattern":null,"requiredMetadataKeys":[]}""").Expect(200);

        made["name"] = "Less";
        made["allowedActivations"] = 1;
        made["requiredMetadataKeys"] = new System.Text.Json.Nodes.JsonArray();
        made["updatedAt"] = changed["updatedAt"]!.DeepClone();
        changed.ToJsonString().ShouldBe(made.ToJsonString());
    }

    [Fact]
    public async Task Licences_that_exist_keep_their_terms()
    {
        var designer = await Designer.Sold();
        var before = await designer.License();
        await designer.Vendor.Patch($"/v3/license-templates/{designer.Template}", new { allowedActivations = 9, subscriptionInterval = "P1D" }).Expect(200);
        (await designer.Read(before.Id())).ToJsonString().ShouldBe(before.ToJsonString());
        (await designer.License())["allowedActivations"]!.GetValue<int>().ShouldBe(9);
    }

    [Fact]
    public async Task Templates_are_listed()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var listed = await designer.Vendor.Get($"/v3/license-policies?id={designer.Template}&minPosition={await host.Position()}").Expect(200);
        listed.AsArray().ShouldHaveSingleItem()!.ShouldHaveShape(Shape);
    }
}

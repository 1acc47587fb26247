using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Licenses;

public class LicenseTests
{
    internal const string Shape = """
        id id, createdAt dt, updatedAt dt, key str, revoked bool, suspended bool, perpetual bool, totalActivations int, totalDeactivations int, validity int?,
        expirationStrategy str?, subscriptionInterval str?, subscriptionStartTrigger str, fingerprintMatchingStrategy str, allowedActivations int,
        allowedDeactivations int, type str, allowedFloatingClients int, serverSyncGracePeriod int, serverSyncInterval int, allowedClockOffset int,
        cryptoBindingEnabled bool, disableClockValidation bool, expiringSoonEventOffset int, leaseDuration int, leasingStrategy str, effectiveDate dt?,
        expiresAt dt?, activatedAt dt?, lastUsedAt dt?, allowVmActivation bool, allowContainerActivation bool, allowClientLeaseDuration bool, userLocked bool,
        requireAuthentication bool, disableGeoLocation bool, notes str?, productId id, entitlementSetId id?, productVersionId id?, maintenancePolicyId id?,
        maintenanceExpiresAt dt?, currentReleaseVersion str?, maxAllowedReleaseVersion str?, organizationId id?, organization obj?, userId id?, user obj?,
        resellerId id?, reseller obj?, additionalUserIds list, externalUserIds list, allowedIpRange str?, allowedIpRanges list, allowedIpAddresses list, disallowedIpAddresses list,
        allowedCountries list, disallowedCountries list, metadata list, meterAttributes list, tags list
        """;

    [Fact]
    public async Task With_the_product_alone_all_comes_from_the_template()
    {
        var designer = await Designer.For(await (await TestHost.Shared).Vendor(), new { name = "Floating", type = "hosted-floating", allowedActivations = 5, userLocked = true });
        var license = await designer.License();
        license.ShouldHaveShape(Shape);
        license.Text("type").ShouldBe("hosted-floating");
        license["allowedActivations"]!.GetValue<int>().ShouldBe(5);
        license["userLocked"]!.GetValue<bool>().ShouldBeTrue();
        license["perpetual"]!.GetValue<bool>().ShouldBeTrue();
        license["totalActivations"]!.GetValue<int>().ShouldBe(0);
        license["organization"].ShouldBeNull();
        license.Text("effectiveDate").ShouldBe(license.Text("createdAt"));
    }

    [Fact]
    public async Task All_that_is_given_is_kept()
    {
        var acme = await Acme.With(seats: -1);
        var (user, second, designer) = (await acme.User(), await acme.User(), await Designer.For(acme.Vendor));
        var given = designer.Body(
            ("key", $"KEY-{Guid.NewGuid():N}"), ("revoked", false), ("suspended", true), ("fingerprintMatchingStrategy", "loose"), ("allowedActivations", 8),
            ("allowedDeactivations", 2), ("leaseDuration", 77), ("serverSyncGracePeriod", 5), ("allowedClockOffset", -1), ("allowedFloatingClients", 7),
            ("expiringSoonEventOffset", 9), ("serverSyncInterval", 999), ("allowClientLeaseDuration", true), ("cryptoBindingEnabled", true),
            ("allowVmActivation", false), ("allowContainerActivation", false), ("disableGeoLocation", true), ("disableClockValidation", true),
            ("notes", "Handle with care"), ("allowedIpRanges", new[] { "10.0.0.0/8", "11.0.0.0/8" }), ("allowedCountries", new[] { "AT" }), ("disallowedCountries", new[] { "DE" }),
            ("allowedIpAddresses", new[] { "10.0.0.1" }), ("disallowedIpAddresses", new[] { "10.0.0.2" }), ("userId", user), ("resellerId", Guid.NewGuid()),
            ("organizationId", acme.Id), ("productVersionId", Guid.NewGuid()), ("entitlementSetId", await designer.EntitlementSet()), ("maintenancePolicyId", await designer.MaintenancePolicy()),
            ("additionalUserIds", new[] { second }), ("maxAllowedReleaseVersion", "2.1.0"), ("tags", new[] { "gold" }), ("leasingStrategy", "per-instance"),
            ("userLocked", true), ("type", "on-premise-floating"), ("subscriptionInterval", "P1M"), ("subscriptionStartTrigger", "creation"),
            ("expiresAt", "2031-02-03T04:05:06Z"), ("effectiveDate", "2025-01-01T00:00:00Z"), ("createdAt", "2024-05-06T07:08:09Z"));
        var made = await acme.Vendor.Post("/v3/licenses", given).Expect(201);
        foreach (var license in new[] { made, await designer.Read(made.Id()) })
        {
            license.ShouldHaveShape(Shape);
            foreach (var (name, value) in given)
                license[name]!.ToJsonString().ShouldBe(value!.ToJsonString(), name);
            license["organization"]!.Id().ShouldBe(acme.Id);
            license["user"]!.Id().ShouldBe(user);
        }
    }

    [Fact]
    public async Task Empty_ids_texts_and_nulls_are_nothing()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(
            ("organizationId", ""), ("userId", ""), ("resellerId", ""), ("licenseTemplateId", ""), ("licensePolicyId", ""), ("productVersionId", ""), ("entitlementSetId", ""),
            ("maintenancePolicyId", ""), ("key", ""), ("subscriptionInterval", ""), ("notes", ""), ("maxAllowedReleaseVersion", ""), ("expiresAt", null), ("validity", null),
            ("tags", null), ("metadata", null), ("meterAttributes", null), ("additionalUserIds", null), ("suspended", null), ("type", null));
        foreach (var name in new[] { "organizationId", "userId", "resellerId", "productVersionId", "entitlementSetId", "maintenancePolicyId", "notes", "maxAllowedReleaseVersion", "expiresAt" })
            license[name].ShouldBeNull(name);
    }

    [Fact]
    public async Task Another_template_may_be_named_also_by_its_older_name()
    {
        var designer = await Designer.Sold();
        var pattern = await designer.Vendor.Post("/v3/license-templates", new { name = "Pattern", keyPattern = "PRO-[A-F]{20}-\\d{4}", allowedActivations = 3 }).Expect(201);
        foreach (var name in new[] { "licenseTemplateId", "licensePolicyId" })
        {
            var license = await designer.License((name, pattern.Id()));
            license.Text("key").ShouldMatch("^PRO-[A-F]{20}-[0-9]{4}$");
            license["allowedActivations"]!.GetValue<int>().ShouldBe(3);
        }
    }

    [Fact]
    public async Task Keys_are_made_by_the_pattern_and_differ()
    {
        var designer = await Designer.Sold();
        var keys = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => designer.License()))).Select(license => license.Text("key")).ToList();
        keys.ShouldAllBe(key => System.Text.RegularExpressions.Regex.IsMatch(key, "^([A-F0-9]{6}-){5}[A-F0-9]{6}$"));
        keys.ShouldBeUnique();
    }

    [Theory, InlineData(15, false), InlineData(16, true), InlineData(256, true), InlineData(257, false)]
    public async Task A_given_key_has_16_to_256_characters(int length, bool accepted)
    {
        var designer = await Designer.Sold();
        var body = designer.Body(("key", Guid.NewGuid().ToString("N")[..15].PadRight(length, 'x')));
        if (accepted)
            await designer.Vendor.Post("/v3/licenses", body).Expect(201);
        else
            await designer.Vendor.Post("/v3/licenses", body).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task A_key_is_unique_until_its_licence_gives_it_up()
    {
        var designer = await Designer.Sold();
        var (first, second) = (await designer.License(), await designer.License());
        await designer.Vendor.Post("/v3/licenses", designer.Body(("key", first.Text("key")))).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await designer.Vendor.Patch($"/v3/licenses/{second.Id()}", new { key = first.Text("key") }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");

        await designer.Change(first.Id(), new { key = $"NEW-{Guid.NewGuid():N}" });
        (await designer.Change(second.Id(), new { key = first.Text("key") })).Text("key").ShouldBe(first.Text("key"));
        await designer.Vendor.Delete($"/v3/licenses/{second.Id()}").Expect(204);
        await designer.License(("key", first.Text("key")));
    }

    [Theory]
    [InlineData("""{"productId":""}""", "VALIDATION_FAILED", "/productId")]
    [InlineData("""{"productId":null}""", "VALIDATION_FAILED", "/productId")]
    [InlineData("""{}""", "VALIDATION_FAILED", "/productId")]
    [InlineData("""{"productId":"6a3cf7d2-1111-4222-8333-444455556666"}""", "REFERENCE_NOT_FOUND", "/productId")]
    [InlineData("""{"productId":"{product}","licenseTemplateId":"6a3cf7d2-1111-4222-8333-444455556666"}""", "REFERENCE_NOT_FOUND", "/licenseTemplateId")]
    [InlineData("""{"productId":"{product}","organizationId":"6a3cf7d2-1111-4222-8333-444455556666"}""", "REFERENCE_NOT_FOUND", "/organizationId")]
    [InlineData("""{"productId":"{product}","organizationId":"acme"}""", "VALIDATION_FAILED", "/organizationId")]
    [InlineData("""{"productId":"{product}","userId":"6a3cf7d2-1111-4222-8333-444455556666"}""", "REFERENCE_NOT_FOUND", "/userId")]
    [InlineData("""{"productId":"{product}","additionalUserIds":["6a3cf7d2-1111-4222-8333-444455556666"]}""", "VALIDATION_FAILED", "/additionalUserIds")]
    [InlineData("""{"productId":"{product}","entitlementSetId":"set"}""", "VALIDATION_FAILED", "/entitlementSetId")]
    [InlineData("""{"productId":"{product}","maxAllowedReleaseVersion":"2"}""", "VALIDATION_FAILED", "/maxAllowedReleaseVersion")]
    [InlineData("""{"productId":"{product}","validity":-1}""", "VALIDATION_FAILED", "/validity")]
    [InlineData("""{"productId":"{product}","subscriptionInterval":"P"}""", "VALIDATION_FAILED", "/subscriptionInterval")]
    [InlineData("""{"productId":"{product}","serverSyncInterval":10}""", "VALIDATION_FAILED", "/serverSyncInterval")]
    [InlineData("""{"productId":"{product}","tags":["1","2","3","4","5","6"]}""", "VALIDATION_FAILED", "/tags")]
    [InlineData("""{"productId":"{product}","metadata":[{"key":"k","value":"1"},{"key":"k","value":"2"}]}""", "VALIDATION_FAILED", "/metadata")]
    [InlineData("""{"productId":"{product}","meterAttributes":[{"name":"m","allowedUses":-2}]}""", "VALIDATION_FAILED", "/meterAttributes")]
    [InlineData("""{"productId":"{product}","meterAttributes":[{"name":"m","allowedUses":1},{"name":"m","allowedUses":2}]}""", "VALIDATION_FAILED", "/meterAttributes")]
    [InlineData("""{"productId":"{product}","expiresAt":"soon"}""", "VALIDATION_FAILED", "/expiresAt")]
    [InlineData("""{"productId":"{product}","expiresAt":"03/04/2027"}""", "VALIDATION_FAILED", "/expiresAt")]
    [InlineData("""{"productId":"{product}","expiresAt":"5.6"}""", "VALIDATION_FAILED", "/expiresAt")]
    [InlineData("""{"productId":"{product}","userGroupIds":[]}""", "UNKNOWN_FIELD", "/userGroupIds")]
    [InlineData("""{"productId":"{product}","totalActivations":1}""", "UNKNOWN_FIELD", "/totalActivations")]
    public async Task What_is_wrong_is_refused_and_named(string body, string code, string field)
    {
        var designer = await Designer.Sold();
        var problem = await designer.Vendor.Post("/v3/licenses", body.Replace("{product}", designer.Id)).ExpectProblem(400, code);
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldContain(field);
    }

    [Theory]
    [InlineData("productId"), InlineData("type"), InlineData("userLocked"), InlineData("leasingStrategy"), InlineData("validity"), InlineData("expirationStrategy")]
    [InlineData("subscriptionInterval"), InlineData("subscriptionStartTrigger"), InlineData("expiresAt"), InlineData("createdAt"), InlineData("effectiveDate")]
    [InlineData("licenseTemplateId"), InlineData("licensePolicyId"), InlineData("userGroupIds"), InlineData("id"), InlineData("totalActivations")]
    public async Task What_a_licence_keeps_cannot_be_changed(string field)
    {
        var designer = await Designer.Sold();
        var license = await designer.License();
        await designer.Vendor.Patch($"/v3/licenses/{license.Id()}", new JsonObject { [field] = license[field]?.DeepClone() }).ExpectProblem(400, "UNKNOWN_FIELD");
        (await designer.Read(license.Id())).ToJsonString().ShouldBe(license.ToJsonString());
    }

    [Fact]
    public async Task A_change_leaves_what_it_does_not_name_and_null_leaves_what_cannot_be_absent()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("tags", new[] { "gold" }), ("notes", "n"), ("allowedActivations", 4), ("metadata", new[] { new { key = "po", value = "7" } }));
        var same = await designer.Change(license.Id(), """
            {"key":null,"revoked":null,"suspended":null,"allowedActivations":null,"tags":null,"metadata":null,"meterAttributes":null,"additionalUserIds":null,
            "fingerprintMatchingStrategy":null,"allowedIpRanges":null}
            """);
        same.ToJsonString().ShouldBe(license.ToJsonString());

        var changed = await designer.Change(license.Id(), new { notes = "m" });
        license["notes"] = "m";
        license["updatedAt"] = changed["updatedAt"]!.DeepClone();
        changed.ToJsonString().ShouldBe(license.ToJsonString());
    }

    [Fact]
    public async Task Clocks_that_are_not_looked_at_have_an_offset_of_minus_one()
    {
        var designer = await Designer.Sold();
        var license = (await designer.License(("disableClockValidation", true), ("allowedClockOffset", 60))).Id();
        (await Clock("{}")).ShouldBe((-1, true));
        (await Clock("{\"allowedClockOffset\":60}")).ShouldBe((60, false));
        (await Clock("{\"disableClockValidation\":true}")).ShouldBe((-1, true));
        (await Clock("{\"disableClockValidation\":false}")).ShouldBe((3600, false));
        (await Clock("{\"allowedClockOffset\":-1,\"disableClockValidation\":false}")).ShouldBe((-1, true));
        (await Clock("{\"allowedClockOffset\":null,\"disableClockValidation\":null}")).ShouldBe((-1, true));

        async Task<(int, bool)> Clock(string change)
        {
            var now = await designer.Change(license, change);
            return (now["allowedClockOffset"]!.GetValue<int>(), now["disableClockValidation"]!.GetValue<bool>());
        }
    }

    [Fact]
    public async Task An_empty_text_clears_what_can_be_absent_and_null_leaves_it()
    {
        var acme = await Acme.With(seats: -1);
        var (user, designer) = (await acme.User(), await Designer.For(acme.Vendor));
        string[] names = ["userId", "organizationId", "notes", "resellerId", "entitlementSetId", "productVersionId", "maintenancePolicyId", "maxAllowedReleaseVersion"];
        var license = await designer.License(
            ("userId", user), ("organizationId", acme.Id), ("notes", "n"), ("resellerId", Guid.NewGuid()), ("entitlementSetId", await designer.EntitlementSet()),
            ("productVersionId", Guid.NewGuid()), ("maintenancePolicyId", await designer.MaintenancePolicy()), ("maxAllowedReleaseVersion", "1.0"));

        var suspended = await designer.Change(license.Id(), new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)null))) { ["suspended"] = true });
        suspended["suspended"]!.GetValue<bool>().ShouldBeTrue();
        foreach (var name in names)
            suspended[name]!.ToJsonString().ShouldBe(license[name]!.ToJsonString(), name);

        var cleared = await designer.Change(license.Id(), new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)""))));
        foreach (var name in names)
            cleared[name].ShouldBeNull(name);
    }

    [Fact]
    public async Task A_change_of_several_things_is_one_event_for_each()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var license = await designer.License();
        await designer.Change(license.Id(), new { suspended = true, notes = "late", tags = new[] { "a" }, allowedActivations = 2 });
        await designer.Change(license.Id(), new { suspended = true, notes = "late", tags = new[] { "a" }, allowedActivations = 2 });
        (await host.EventsOf(license.Id())).ShouldBe(
            ["license_created_v1", "license_policy_changed_v1", "license_suspended_v1", "license_notes_changed_v1", "license_tags_changed_v1"]);
    }

    [Fact]
    public async Task A_template_may_require_metadata_and_meters()
    {
        var designer = await Designer.For(
            await (await TestHost.Shared).Vendor(), new { name = "Demanding", requiredMetadataKeys = new[] { "po" }, requiredMeterAttributes = new[] { "pages" } });
        var meters = new[] { new { name = "pages", allowedUses = 10 } };
        await designer.Vendor.Post("/v3/licenses", designer.Body(("meterAttributes", meters))).ExpectProblem(400, "REQUIRED_METADATA_MISSING");
        var metadata = new[] { new { key = "po", value = "7" } };
        await designer.Vendor.Post("/v3/licenses", designer.Body(("metadata", metadata))).ExpectProblem(400, "REQUIRED_METER_ATTRIBUTE_MISSING");
        await designer.License(("metadata", metadata), ("meterAttributes", meters));
    }

    [Fact]
    public async Task Metadata_and_meters_have_ids_that_last_and_go_by_them()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(
            ("metadata", new object[] { new { key = "po", value = "7", viewPermissions = new[] { "user" } }, new { key = "by", value = "Bob", visible = true } }),
            ("meterAttributes", new object[] { new { name = "pages", allowedUses = 10L, floating = true }, new { name = "seats", allowedUses = -1L } }));
        license["metadata"]![0]!.ShouldHaveShape("id id, createdAt dt, updatedAt dt, key str, value str?, viewPermissions list, visible bool");
        license["meterAttributes"]![0]!.ShouldHaveShape(
            "id id, createdAt dt, updatedAt dt, name str, allowedUses int, totalUses int, grossUses int, floating bool, viewPermissions list, visible bool");

        var changed = await designer.Change(license.Id(), new { metadata = new[] { new { key = "po", value = "8" } }, meterAttributes = new[] { new { name = "pages", allowedUses = 20 } } });
        changed["metadata"]!.AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(license["metadata"]![0]!.Id());
        changed["meterAttributes"]!.AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(license["meterAttributes"]![0]!.Id());

        foreach (var path in new[] { $"metadata/{license["metadata"]![0]!.Id()}", $"meter-attributes/{license["meterAttributes"]![0]!.Id()}" })
        {
            await designer.Vendor.Delete($"/v3/licenses/{path}").Expect(204);
            await designer.Vendor.Delete($"/v3/licenses/{path}").ExpectProblem(404, "NOT_FOUND");
        }

        var emptied = await designer.Read(license.Id());
        emptied["metadata"]!.AsArray().ShouldBeEmpty();
        emptied["meterAttributes"]!.AsArray().ShouldBeEmpty();
    }
}

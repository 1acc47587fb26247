using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Activations;

public class ActivationTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, os str, osVersion str?, hostname str, location obj, vmName str?, container bool, appVersion str?, releaseVersion str?,
        releaseChannel str?, releasePlatform str?, offline bool, productId id, expiresAt dt?, licenseId id, lastSyncedAt dt, meterAttributes list, leaseExpiresAt dt?, metadata list
        """;

    [Fact]
    public async Task The_token_of_a_licence_says_that_its_organization_is_suspended()
    {
        var acme = await Acme.With(seats: 1);
        var sold = await Sold.With(acme.Host, new { name = "Standard" }, ("organizationId", acme.Id));
        var device = sold.Device();
        var claims = await device.Activate();
        claims["suspended"]!.GetValue<bool>().ShouldBeFalse();

        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        (await device.Sync(claims.Text("aid")))["suspended"]!.GetValue<bool>().ShouldBeTrue();
        await acme.Vendor.Post($"{acme.Path}/reinstate").Expect(200);
        (await device.Sync(claims.Text("aid")))["suspended"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task A_sync_leaves_what_it_does_not_name_and_another_activation_tells_the_whole()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var device = sold.Device();
        var id = (await device.Activate(
            ("osVersion", "6.12"), ("vmName", "kvm"), ("container", true), ("releaseVersion", "1.4"), ("releaseChannel", "beta"), ("releasePlatform", "deb"),
            ("metadata", new[] { new { key = "room", value = "12" } }))).Text("aid");
        var before = await Read();

        await device.Sync(id);
        await device.Sync(id, ("osVersion", null), ("vmName", null), ("container", null), ("releaseVersion", null), ("releaseChannel", null), ("metadata", null));
        (await Read()).ShouldBe(before);
        await device.Sync(id, ("osVersion", ""), ("releaseVersion", "1.5"), ("container", false), ("metadata", Array.Empty<object>()));
        (await Read()).ShouldBe("kvm/False//1.5/beta/deb/0");
        await device.Activate();
        (await Read()).ShouldBe("/False/////0");

        async Task<string> Read()
        {
            var now = await sold.Designer.Vendor.Get($"/v3/activations/{id}").Expect(200);
            return $"{now["vmName"]}/{now["container"]!.GetValue<bool>()}/{now["osVersion"]}/{now["releaseVersion"]}/{now["releaseChannel"]}/{now["releasePlatform"]}/{now["metadata"]!.AsArray().Count}";
        }
    }

    [Fact]
    public async Task An_application_activates_checks_the_token_by_itself_syncs_and_deactivates()
    {
        var sold = await Sold.With(("allowedActivations", 1), ("allowedDeactivations", 1), ("metadata", new[] { new { key = "edition", value = "pro", viewPermissions = new[] { "activation" } } }));
        var publicKey = (await sold.Designer.Vendor.Get(sold.Designer.Path).Expect(200)).Text("publicKey");
        var device = sold.Device();

        var token = (await device.Ask(("releaseVersion", "1.4.2"), ("metadata", new[] { new { key = "room", value = "12" } })).Expect(200)).Text("activationToken");
        Device.IsSigned(token, publicKey).ShouldBeTrue();
        Device.IsSigned(token, (await (await Designer.Sold()).Vendor.Get((await Designer.Sold()).Path).Expect(200)).Text("publicKey")).ShouldBeFalse();
        var claims = Device.Claims(new JsonObject { ["activationToken"] = token });
        (claims.Text("lid"), claims.Text("pid"), claims.Text("key"), claims.Text("fp")).ShouldBe((sold.Id, sold.Designer.Id, sold.License.Text("key"), device.Fingerprint));
        (claims["suspended"]!.GetValue<bool>(), claims["eat"]!.GetValue<long>(), claims["leat"]!.GetValue<long>()).ShouldBe((false, 0, 0));
        claims["lmd"]!.ToJsonString().ShouldBe("""[{"key":"edition","value":"pro"}]""");
        claims["amd"]!.ToJsonString().ShouldBe("""[{"key":"room","value":"12"}]""");

        var id = claims.Text("aid");
        var activation = await sold.Designer.Vendor.Get($"/v3/activations/{id}").Expect(200);
        activation.ShouldHaveShape(Shape);
        (activation.Text("hostname"), activation.Text("os"), activation.Text("releaseVersion")).ShouldBe(("drawing-board", "linux", "1.4.2"));
        activation["location"]!.Text("ipAddress").ShouldNotBeEmpty();
        (await sold.Totals()).ShouldBe((1, 0));
        var license = await sold.Read();
        license["activatedAt"].ShouldNotBeNull();
        license["lastUsedAt"].ShouldNotBeNull();
        license.Text("currentReleaseVersion").ShouldBe("1.4.2");

        (await device.Sync(id, ("releaseVersion", "1.10.0"))).Text("aid").ShouldBe(id);
        (await sold.Read()).Text("currentReleaseVersion").ShouldBe("1.10.0");
        await device.Deactivate(id).Expect(200);
        (await sold.Totals()).ShouldBe((0, 1));
        await device.AskToSync(id).ExpectProblem(404, "NOT_FOUND");
        await device.Deactivate(id).ExpectProblem(404, "NOT_FOUND");
        await sold.Designer.Vendor.Get($"/v3/activations/{id}").ExpectProblem(404, "NOT_FOUND");

        var again = await device.Activate();
        again.Text("aid").ShouldNotBe(id);
        await device.Deactivate(again.Text("aid")).ExpectProblem(409, "DEACTIVATION_LIMIT_REACHED");
        await sold.Designer.Vendor.Delete($"/v3/activations/{again.Text("aid")}").Expect(204);
        (await sold.Totals()).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Of_fifty_at_once_exactly_as_many_get_a_place_as_there_are()
    {
        var sold = await Sold.With(("allowedActivations", 7));
        for (var n = 0; n < 2; n++)
            await sold.Device().Activate();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => sold.Device().Ask()));
        answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(5);
        foreach (var refused in answers.Where(answer => !answer.IsSuccessStatusCode))
            await Task.FromResult(refused).ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        (await sold.Totals()).ShouldBe((7, 0));
    }

    [Fact]
    public async Task Who_ask_at_once_get_each_their_own_token_and_who_asks_again_under_one_key_the_same()
    {
        var sold = await Sold.With(("allowedActivations", 25));
        var publicKey = (await sold.Designer.Vendor.Get(sold.Designer.Path).Expect(200)).Text("publicKey");
        var devices = Enumerable.Range(0, 24).Select(_ => sold.Device()).ToList();
        var tokens = (await Task.WhenAll(devices.Select(device => device.Ask().Expect(200)))).Select(answer => answer.Text("activationToken")).ToList();
        tokens.ShouldAllBe(token => Device.IsSigned(token, publicKey));
        tokens.Select(token => Device.Claims(new JsonObject { ["activationToken"] = token }).Text("fp")).ShouldBe(devices.Select(device => device.Fingerprint));

        var (mine, key) = (sold.Device(sold.Designer.Vendor), ("Idempotency-Key", Guid.NewGuid().ToString()));
        var first = await mine.Client.Post("/v3/activations", mine.Body(), key).Expect(200);
        Device.IsSigned(first.Text("activationToken"), publicKey).ShouldBeTrue();
        (await mine.Client.Post("/v3/activations", mine.Body(), key).Expect(200)).Text("activationToken").ShouldBe(first.Text("activationToken"));
    }

    [Fact]
    public async Task The_same_machine_keeps_its_place_also_when_it_asks_many_times_at_once()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var device = sold.Device();
        var ids = (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => device.Activate()))).Select(claims => claims.Text("aid")).Distinct();
        ids.ShouldHaveSingleItem();
        (await sold.Totals()).ShouldBe((1, 0));
        await sold.Device().Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
    }

    [Theory, InlineData(0), InlineData(-1)]
    public async Task Zero_and_minus_one_are_no_limit(int allowed)
    {
        var sold = await Sold.With(("allowedActivations", allowed));
        for (var n = 0; n < 3; n++)
            await sold.Device().Activate();
        (await sold.Totals()).ShouldBe((3, 0));
    }

    [Fact]
    public async Task A_subscription_may_start_with_the_first_activation()
    {
        var sold = await Sold.With(("allowedActivations", 2), ("subscriptionInterval", "P1M"), ("subscriptionStartTrigger", "activation"));
        sold.License["expiresAt"].ShouldBeNull();
        var claims = await sold.Device().Activate();
        var license = await sold.Read();
        var end = license["activatedAt"]!.GetValue<DateTimeOffset>().AddMonths(1);
        license["expiresAt"]!.GetValue<DateTimeOffset>().ShouldBe(end);
        claims["eat"]!.GetValue<long>().ShouldBe(end.ToUnixTimeSeconds());

        await sold.Device().Activate();
        (await sold.Read())["expiresAt"]!.GetValue<DateTimeOffset>().ShouldBe(end);
        (await sold.Host.EventsOf(sold.Id)).ShouldBe(["license_created_v1", "license_first_activated_v1", "license_expiry_changed_v1"]);
    }

    [Fact]
    public async Task Suspension_and_expiry_are_told_by_the_token_and_revocation_is_refused()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var device = sold.Device();
        var id = (await device.Activate()).Text("aid");
        await sold.Designer.Change(sold.Id, new { suspended = true });
        (await device.Sync(id))["suspended"]!.GetValue<bool>().ShouldBeTrue();
        await sold.Designer.Change(sold.Id, new { suspended = false });
        await sold.Designer.Vendor.Patch($"/v3/licenses/{sold.Id}/expires-at", new { expiresAt = "2020-01-01T00:00:00Z" }).Expect(200);
        (await device.Sync(id))["eat"]!.GetValue<long>().ShouldBe(DateTimeOffset.Parse("2020-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds());
        await sold.Designer.Change(sold.Id, new { revoked = true });
        await device.AskToSync(id).ExpectProblem(400, "REVOKED_LICENSE");
        await device.Ask().ExpectProblem(400, "REVOKED_LICENSE");
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_the_codes_of_the_contract()
    {
        var sold = await Sold.With(
            ("allowedActivations", 5), ("allowVmActivation", false), ("allowContainerActivation", false), ("maxAllowedReleaseVersion", "2.1"), ("userLocked", true));
        var device = sold.Device();
        var (other, id) = (sold.Device(), (await device.Activate(("releaseVersion", "2.1.9"))).Text("aid"));
        await device.Ask(("key", "NO-SUCH-KEY-ANYWHERE")).ExpectProblem(400, "INVALID_LICENSE_KEY");
        await device.Ask(("productId", (await Designer.Sold()).Id)).ExpectProblem(400, "INVALID_PRODUCT_ID");
        await device.Ask(("productId", "designer")).ExpectProblem(400, "INVALID_PRODUCT_ID");
        await device.Ask(("productId", "")).ExpectProblem(400, "VALIDATION_FAILED");
        await device.Ask(("accountId", Guid.NewGuid())).ExpectProblem(400, "INVALID_ACCOUNT_ID");
        await device.Ask(("vmName", "kvm")).ExpectProblem(400, "VM_ACTIVATION_NOT_ALLOWED");
        await device.Ask(("container", true)).ExpectProblem(400, "CONTAINER_ACTIVATION_NOT_ALLOWED");
        await device.Ask(("releaseVersion", "2.2")).ExpectProblem(400, "RELEASE_VERSION_NOT_ALLOWED");
        await other.AskToSync(id).ExpectProblem(400, "INVALID_ACTIVATION_FINGERPRINT");
        await device.AskToSync(id, ("userHash", "bob")).ExpectProblem(400, "OS_USER_CHANGED");
        await device.AskToSync(id, ("key", "NO-SUCH-KEY-ANYWHERE")).ExpectProblem(404, "NOT_FOUND"); // as if there were no such activation
        await other.Deactivate(id).ExpectProblem(400, "INVALID_ACTIVATION_FINGERPRINT");
        await device.Ask(("fingerprint", "short")).ExpectProblem(400, "VALIDATION_FAILED");

        await sold.Designer.Change(sold.Id, new { allowedIpRanges = new[] { "203.0.113.0/24" } });
        await device.Ask().ExpectProblem(400, "IP_ADDRESS_NOT_ALLOWED");
        await sold.Designer.Change(sold.Id, new { allowedIpRanges = new[] { "127.0.0.0/8" }, allowedCountries = new[] { "CH" } });
        await device.Ask().ExpectProblem(400, "COUNTRY_NOT_ALLOWED");

        var premise = await Sold.With(("type", "on-premise-floating"));
        await premise.Device().Ask().ExpectProblem(400, "INVALID_LICENSE_TYPE");
        var later = await Sold.With(("effectiveDate", "2999-01-01T00:00:00Z"));
        await later.Device().Ask().ExpectProblem(400, "LICENSE_NOT_YET_EFFECTIVE");
    }

    [Fact]
    public async Task Digits_of_other_scripts_make_no_release_and_one_that_was_stored_takes_no_answer_away()
    {
        var sold = await Sold.With(("allowedActivations", 5));
        var device = sold.Device();
        await device.Ask(("releaseVersion", "\u0661.\u0662")).ExpectProblem(400, "VALIDATION_FAILED");
        var id = (await device.Activate(("releaseVersion", "1.2"))).Text("aid");
        await Store("\u0661.\u0662");
        (await sold.Read())["currentReleaseVersion"].ShouldBeNull();
        await sold.Device().Activate(("releaseVersion", "1.1"));
        (await sold.Read()).Text("currentReleaseVersion").ShouldBe("1.1");
        await Store("1.2");
        (await sold.Read()).Text("currentReleaseVersion").ShouldBe("1.2");

        async Task Store(string version) => (await sold.Host.Scalar<long>(
            """
            with edited as (update events.mt_doc_activation set data = jsonb_set(data, '{report,machine,releaseVersion}', to_jsonb($2)) where id = $1 returning 1)
            select count(*) from edited
            """, Guid.Parse(id), version)).ShouldBe(1);
    }

    [Fact]
    public async Task Only_the_vendor_deletes_one_or_many()
    {
        var sold = await Sold.With(("allowedActivations", 5));
        var ids = new List<string>();
        for (var n = 0; n < 3; n++)
            ids.Add((await sold.Device().Activate()).Text("aid"));

        await sold.Host.Anonymous.Delete($"/v3/activations/{ids[0]}").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await sold.Host.Anonymous.Delete($"/v3/activations?licenseId={sold.Id}").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        var second = (await sold.Designer.Vendor.Get($"/v3/activations/{ids[1]}").Expect(200)).Text("createdAt");
        await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={sold.Id}&createdAt[lt]={second}").Expect(204);
        (await sold.Totals()).ShouldBe((2, 0));
        await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={sold.Id}&createdAt[lte]={second}").Expect(204);
        (await sold.Totals()).ShouldBe((1, 0));
        await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={sold.Id}").Expect(204);
        (await sold.Totals()).ShouldBe((0, 0));
        await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
        foreach (var time in new[] { "soon", "10:30", "03%2F04%2F2027" })
            await sold.Designer.Vendor.Delete($"/v3/activations?licenseId={sold.Id}&createdAt[lt]={time}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Theory]
    [InlineData("createdAt")]
    [InlineData("updatedAt")]
    [InlineData("lastSyncedAt")]
    public async Task The_vendor_deletes_all_but_those_of_one_time(string field)
    {
        var sold = await Sold.With(("allowedActivations", 5));
        var ids = new List<string>();
        for (var n = 0; n < 3; n++)
            ids.Add((await sold.Device().Activate()).Text("aid"));
        var (vendor, kept) = (sold.Designer.Vendor, (await sold.Designer.Vendor.Get($"/v3/activations/{ids[1]}").Expect(200)).Text(field));

        await vendor.Delete($"/v3/activations?licenseId={sold.Id}&{field}[ne]=soon").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await vendor.Delete($"/v3/activations?licenseId={sold.Id}&{field}[ne]={Uri.EscapeDataString(kept)}&createdAt[lt]=2020-01-01").Expect(204);
        (await sold.Totals()).ShouldBe((3, 0));
        await vendor.Delete($"/v3/activations?licenseId={sold.Id}&{field}[ne]={Uri.EscapeDataString(kept)}").Expect(204);
        (await vendor.Get($"/v3/activations?licenseId={sold.Id}&minPosition={await sold.Host.Position()}").Expect(200)).AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(ids[1]);
    }

    [Fact]
    public async Task Meters_are_counted_for_the_machine_and_the_license()
    {
        var sold = await Sold.With(("allowedActivations", 5), ("meterAttributes", new object[]
        {
            new { name = "pages", allowedUses = 10, viewPermissions = new[] { "activation" } }, new { name = "seats", allowedUses = 2, floating = true },
        }));
        var (device, other) = (sold.Device(), sold.Device());
        var claims = await device.Activate(("meterAttributes", new[] { new { name = "pages", usesIncrement = 4 }, new { name = "seats", usesIncrement = 2 } }));
        claims["ama"]!.ToJsonString().ShouldBe("""[{"name":"pages","uses":4},{"name":"seats","uses":2}]""");
        claims["lma"]!.ToJsonString().ShouldBe("""[{"name":"pages","allowedUses":10,"totalUses":4,"grossUses":4}]""");
        await other.Ask(("meterAttributes", new[] { new { name = "seats", usesIncrement = 1 } })).ExpectProblem(400, "METER_ATTRIBUTE_USES_LIMIT_REACHED");
        await other.Ask(("meterAttributes", new[] { new { name = "none", usesIncrement = 1 } })).ExpectProblem(400, "METER_ATTRIBUTE_NOT_FOUND");
        var second = (await other.Activate()).Text("aid");

        var pages = sold.License["meterAttributes"]![0]!.Id();
        Task<HttpResponseMessage> Count(int by) => sold.Host.Anonymous.Post($"/v3/activations/meter-attributes/{pages}", new { increment = by, activationId = second, accountId = (string?)null });
        (await Count(6).Expect(200)).ToJsonString().ShouldBe("""{"name":"pages","uses":6,"licenseAllowedUses":10,"licenseTotalUses":10,"licenseGrossUses":10}""");
        await Count(1).ExpectProblem(400, "METER_ATTRIBUTE_USES_LIMIT_REACHED");
        (await Count(-9).Expect(200)).ToJsonString().ShouldBe("""{"name":"pages","uses":0,"licenseAllowedUses":10,"licenseTotalUses":4,"licenseGrossUses":10}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Count(1)));
        answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(6);

        await sold.Designer.Vendor.Delete($"/v3/activations/{claims.Text("aid")}").Expect(204);
        (await sold.Read())["meterAttributes"]!.AsArray().Select(meter => (meter!["totalUses"]!.GetValue<long>(), meter["grossUses"]!.GetValue<long>()))
            .ShouldBe([(10, 16), (0, 2)]);
    }
}

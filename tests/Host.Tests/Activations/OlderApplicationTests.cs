using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Identity;
using EventSourcedOrgs.Host.Tests.Trials;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>What applications send that were built against the contract as it was, or for licences that bind devices.</summary>
[Collection(nameof(SignInHost))]
public class OlderApplicationTests
{
    [Fact]
    public async Task An_application_of_old_activates_counts_syncs_and_deactivates()
    {
        var sold = await Sold.With(("allowedActivations", 1), ("meterAttributes", new[] { new { name = "pages", allowedUses = 10, visible = true } }));
        var body = Old(sold, new { Name = "pages", Uses = 3 });

        var claims = Device.Claims(await sold.Host.Anonymous.Post("/v3/activations", body).Expect(200));
        claims["ama"]!.ToJsonString().ShouldBe("""[{"name":"pages","uses":3}]""");
        claims["lma"]!.ToJsonString().ShouldBe("""[{"name":"pages","allowedUses":10,"totalUses":3,"grossUses":3}]""");
        var activation = await sold.Designer.Vendor.Get($"/v3/activations/{claims.Text("aid")}").Expect(200);
        (activation.Text("appVersion"), activation.Text("releaseVersion")).ShouldBe(("1.4.2", "1.4.2"));

        foreach (var (uses, total, gross) in new[] { (7, 7, 7), (7, 7, 7), (2, 2, 7) })
        {
            body["MeterAttributes"]![0]!["Uses"] = uses;
            claims = Device.Claims(await sold.Host.Anonymous.Patch($"/v3/activations/{claims.Text("aid")}", body).Expect(200));
            claims["lma"]!.ToJsonString().ShouldBe($$"""[{"name":"pages","allowedUses":10,"totalUses":{{total}},"grossUses":{{gross}}}]""");
        }

        body["MeterAttributes"]![0]!["Uses"] = 11;
        await sold.Host.Anonymous.Patch($"/v3/activations/{claims.Text("aid")}", body).ExpectProblem(400, "METER_ATTRIBUTE_USES_LIMIT_REACHED");
        await sold.Host.Anonymous.Post($"/v3/activations/{claims.Text("aid")}/deactivate", new
        {
            fingerprint = (string)body["Fingerprint"]!, userHash = "ada", productId = sold.Designer.Id, os = "linux", deviceId = (string?)null, deviceChallenge = (string?)null,
            deviceChallengeSignature = (string?)null,
        }).Expect(200);
        (await sold.Totals()).ShouldBe((0, 1));
    }

    [Fact]
    public async Task An_increment_counts_whatever_uses_are_beside_it()
    {
        var sold = await Sold.With(("meterAttributes", new[] { new { name = "pages", allowedUses = 10 } }));
        var device = sold.Device();
        var id = (await device.Activate(("floating", false), ("meterAttributes", new[] { new { name = "pages", uses = 9, usesIncrement = 2 } }))).Text("aid");
        (await device.Sync(id, ("meterAttributes", new[] { new { name = "pages", uses = 0, usesIncrement = 1 } })))["ama"]!.ToJsonString().ShouldBe("""[{"name":"pages","uses":3}]""");

        var nothing = await device.AskToSync(id, ("meterAttributes", new[] { new { name = "pages" } })).ExpectProblem(400, "VALIDATION_FAILED");
        nothing["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/meterAttributes/0/usesIncrement"]);
        await device.AskToSync(id, ("meterAttributes", new[] { new { name = "pages", uses = -1 } })).ExpectProblem(400, "VALIDATION_FAILED");
        (await sold.Read())["meterAttributes"]![0]!["totalUses"]!.GetValue<long>().ShouldBe(3);
    }

    [Theory]
    [InlineData("2.0", "1.4.2", "2.0")]
    [InlineData(null, "1.4.2", "1.4.2")]
    [InlineData("", "1.4.2", "1.4.2")]
    [InlineData(null, "spring edition", null)]
    [InlineData("2.0", "spring edition", "2.0")]
    public async Task The_version_of_the_application_is_that_of_the_release_unless_one_is_named(string? release, string version, string? known)
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var id = (await sold.Device().Activate(("releaseVersion", release), ("appVersion", version), ("clientVersion", "3.30.0"))).Text("aid");
        var activation = await sold.Designer.Vendor.Get($"/v3/activations/{id}").Expect(200);
        ((string?)activation["releaseVersion"], (string?)activation["appVersion"]).ShouldBe((known, known));

        var tryout = await Tryout.With();
        var trial = await tryout.Read((await tryout.Start(Tryout.NewPrint(), ("releaseVersion", release), ("appVersion", version), ("clientVersion", "3.30.0"))).Text("aid"));
        ((string?)trial["releaseVersion"], (string?)trial["appVersion"]).ShouldBe((known, known));
    }

    [Fact]
    public async Task What_a_device_signs_is_taken_and_means_nothing()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var device = sold.Device();
        var id = (await device.Activate()).Text("aid");
        (string, object?)[] signed = [("deviceId", Guid.NewGuid()), ("deviceChallenge", "challenge"), ("deviceChallengeSignature", new string('s', 1024))];

        await device.Sync(id, ("deviceId", null), ("deviceChallenge", null), ("deviceChallengeSignature", null));
        await device.Sync(id, signed);
        await device.AskToSync(id, ("deviceId", "my device")).ExpectProblem(400, "VALIDATION_FAILED");
        await device.AskToSync(id, ("deviceChallengeSignature", new string('s', 1025))).ExpectProblem(400, "VALIDATION_FAILED");
        var give = device.Body(signed);
        foreach (var other in new[] { "key", "hostname" })
            give.Remove(other);
        await sold.Host.Anonymous.Post($"/v3/activations/{id}/deactivate", give).Expect(200);
    }

    [Fact]
    public async Task Credentials_count_at_a_sync_where_the_licence_is_for_named_users()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var sold = await Sold.With(ada.Host, new { name = "Named", requireAuthentication = true, allowedActivations = 5 }, ("organizationId", ada.Acme.Id));
        await ada.Acme.Vendor.Put($"{ada.Acme.Path}/licenses/{sold.Id}/users/{ada.Id}").Expect(204);
        var device = sold.Device();
        var id = (await device.Activate(("email", ada.Email), ("password", Acme.Password))).Text("aid");

        await device.Sync(id, ("email", ada.Email), ("password", Acme.Password));
        await device.Sync(id, ("email", ""), ("password", ""));
        await device.AskToSync(id, ("email", ada.Email), ("password", "wrong horse battery")).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await device.AskToSync(id, ("email", ada.Email)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        var bob = await SignInHost.Somebody(ada.Host);
        await device.AskToSync(id, ("email", bob.Email), ("password", Acme.Password)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await device.Sync(id);
    }

    [Fact]
    public async Task Credentials_say_nothing_at_a_sync_where_the_licence_asks_for_none()
    {
        var ada = await SignInHost.Somebody(await SignInHost.Shared);
        var sold = await Sold.With(ada.Host, new { name = "Standard", allowedActivations = 5 });
        var device = sold.Device();
        var id = (await device.Activate(("email", ""), ("password", ""))).Text("aid");

        for (var n = 0; n < 6; n++)
            await device.Sync(id, ("email", ada.Email), ("password", "wrong horse battery"));
        await ada.LogIn().Expect(200);
        await sold.Device().Ask(("email", ada.Email), ("password", "")).ExpectProblem(400, "VALIDATION_FAILED");
    }

    /// <summary>The names begin with capitals, what is not known is null, and nobody has signed in.</summary>
    private static JsonObject Old(Sold sold, object meter) => new()
    {
        ["Key"] = sold.License.Text("key"), ["Os"] = "linux", ["OsVersion"] = null, ["Fingerprint"] = Tryout.NewPrint(), ["VmName"] = "", ["Hostname"] = "drawing-board",
        ["AppVersion"] = "1.4.2", ["ClientVersion"] = "3.0.0", ["UserHash"] = "ada", ["ProductId"] = sold.Designer.Id, ["Email"] = "", ["Password"] = "",
        ["Metadata"] = new JsonArray(), ["MeterAttributes"] = new JsonArray(System.Text.Json.JsonSerializer.SerializeToNode(meter)),
    };
}

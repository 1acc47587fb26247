using System.Buffers.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Client;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>A machine without a network takes and gives back a place by texts that somebody carries.</summary>
public class OfflineTests
{
    private static readonly string[] Once = ["activation_created_v1", "offline_response_issued_v1"];

    [Fact]
    public async Task A_request_gets_a_signed_answer_and_a_place()
    {
        var sold = await Sold.With(("allowedActivations", 2));
        var carrier = await Carrier.Of(sold);
        var token = await carrier.Activated(validity: 3600);

        (token.IsOffline, token.LicenseId).ShouldBe((true, Guid.Parse(sold.Id)));
        (token.ValidUntil!.Value - token.IssuedAt).ShouldBe(TimeSpan.FromHours(1));
        token.SyncUntil.ShouldBeNull();
        Device.IsSigned(token.Text, carrier.Product.PublicKey).ShouldBeTrue();
        (await sold.Totals()).ShouldBe((1, 0));
        var activation = await sold.Designer.Vendor.Get($"/v3/activations/{token.ActivationId}").Expect(200);
        (activation["offline"]!.GetValue<bool>(), activation.Text("hostname"), activation["location"]!.Text("ipAddress")).ShouldBe((true, "drawing-board", ""));
        (await sold.Host.EventsOf($"{token.ActivationId}")).ShouldBe(Once);
    }

    [Fact]
    public async Task Lists_exports_and_the_history_tell_what_was_done_offline()
    {
        var sold = await Sold.With(("allowedActivations", 2));
        var carrier = await Carrier.Of(sold);
        var offline = (await carrier.Activated()).ActivationId.ToString();
        var online = (await sold.Device().Activate()).Text("aid");
        var (vendor, position) = (sold.Designer.Vendor, await sold.Host.Position());
        async Task<IEnumerable<string>> Found(string value) =>
            (await vendor.Get($"/v3/activations?licenseId={sold.Id}&offline[eq]={value}&minPosition={position}").Expect(200)).AsArray().Select(row => row!.Id());
        (await Found("true")).ShouldBe([offline]);
        (await Found("false")).ShouldBe([online]);

        var csv = (await (await vendor.Get($"/v3/activations/export?licenseId={sold.Id}")).Content.ReadAsStringAsync()).Split("\r\n");
        csv[0].ShouldEndWith(",offline");
        csv.Single(line => line.StartsWith(offline, StringComparison.Ordinal)).ShouldEndWith(",true");
        csv.Single(line => line.StartsWith(online, StringComparison.Ordinal)).ShouldEndWith(",false");

        await carrier.CarryBack(carrier.Client.MakeOfflineDeactivation().Value!).Expect(200);
        var history = (await vendor.Get($"/v3/licenses/{sold.Id}/activation-history?activationId={offline}&sort=position&minPosition={await sold.Host.Position()}").Expect(200)).AsArray();
        history.Select(row => (row!.Text("kind"), row!["offline"]!.GetValue<bool>())).ShouldBe([("activated", true), ("offline-response-issued", true), ("deactivated", true)]);
    }

    [Fact]
    public async Task The_same_request_again_gets_the_same_answer_for_no_longer_and_no_second_place()
    {
        var sold = await Sold.With(("allowedActivations", 5));
        var carrier = await Carrier.Of(sold);
        var request = carrier.Request();
        var first = Claims(await carrier.Answer(request, validity: 3600));
        var again = Claims(await carrier.Answer(request, validity: 999_999));
        foreach (var claim in (string[])["aid", "rid", "orv", "fp", "lid"])
            again[claim]!.ToJsonString().ShouldBe(first[claim]!.ToJsonString(), claim);
        (await sold.Totals()).ShouldBe((1, 0));
        (await sold.Host.EventsOf(first.Text("aid"))).ShouldBe(Once);
    }

    [Fact]
    public async Task Of_twenty_uploads_at_once_one_takes_a_place()
    {
        var sold = await Sold.With(("allowedActivations", 20));
        var carrier = await Carrier.Of(sold);
        var request = carrier.Request();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => carrier.Answer(request)));
        answers.Select(answer => (Claims(answer).Text("aid"), Claims(answer).Text("rid"), Claims(answer)["orv"]!.GetValue<long>())).Distinct().ShouldHaveSingleItem();
        (await sold.Totals()).ShouldBe((1, 0));
        (await sold.Host.EventsOf(Claims(answers[0]).Text("aid"))).ShouldBe(Once);
        (await carrier.Outstanding()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_new_request_of_the_same_machine_keeps_its_place()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var carrier = await Carrier.Of(sold);
        var first = await carrier.Activated();
        var second = await carrier.Activated();
        second.ActivationId.ShouldBe(first.ActivationId);
        second.RequestId.ShouldNotBe(first.RequestId);
        (await sold.Totals()).ShouldBe((1, 0));
        await (await Carrier.Of(sold)).Carry(carrier.Request()).Expect(200);
        var other = await Carrier.Of(sold);
        await other.Carry(other.Request()).ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
    }

    [Fact]
    public async Task A_machine_that_was_online_and_goes_offline_and_back_keeps_its_activation()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var carrier = await Carrier.Of(sold, sold.Host.Anonymous);
        var online = (await carrier.Client.ActivateAsync(carrier.Key)).Value!;
        (await carrier.Activated()).ActivationId.ShouldBe(online.ActivationId);
        (await sold.Designer.Vendor.Get($"/v3/activations/{online.ActivationId}").Expect(200))["offline"]!.GetValue<bool>().ShouldBeTrue();
        (await carrier.Client.SyncAsync()).Value!.IsOffline.ShouldBeFalse();
        (await carrier.Client.ActivateAsync(carrier.Key)).Value!.ActivationId.ShouldBe(online.ActivationId);
        (await sold.Designer.Vendor.Get($"/v3/activations/{online.ActivationId}").Expect(200))["offline"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task What_the_license_refuses_online_it_refuses_offline_but_for_where_the_machine_is()
    {
        var sold = await Sold.With(("allowedActivations", 5), ("allowVmActivation", false), ("allowContainerActivation", false), ("maxAllowedReleaseVersion", "2.1"));
        async Task Refused(Func<Machine, Machine> change, string code)
        {
            var carrier = await Carrier.Of(sold, change: change);
            await carrier.Carry(carrier.Request()).ExpectProblem(400, code);
        }

        await Refused(machine => machine with { VmName = "kvm" }, "VM_ACTIVATION_NOT_ALLOWED");
        await Refused(machine => machine with { Container = true }, "CONTAINER_ACTIVATION_NOT_ALLOWED");
        await Refused(machine => machine with { ReleaseVersion = "2.2" }, "RELEASE_VERSION_NOT_ALLOWED");
        await sold.Designer.Change(sold.Id, new { allowedCountries = new[] { "CH" }, allowedIpRanges = new[] { "203.0.113.0/24" } });
        await (await Carrier.Of(sold)).Activated();
        await sold.Designer.Change(sold.Id, new { revoked = true });
        await Refused(machine => machine, "REVOKED_LICENSE");
        var refused = (await sold.Designer.Vendor.Get($"/v3/licenses/{sold.Id}/activation-history?kind=activation-refused&minPosition={await sold.Host.Position()}").Expect(200)).AsArray();
        refused.Count.ShouldBe(4);
        refused.ShouldAllBe(row => row!["offline"]!.GetValue<bool>());

        foreach (var type in (string[])["hosted-floating", "on-premise-floating"])
        {
            var floating = await Carrier.Of(await Sold.With(("type", type)));
            await floating.Carry(floating.Request()).ExpectProblem(400, "INVALID_LICENSE_TYPE");
        }
    }

    [Fact]
    public async Task Suspension_and_expiry_are_told_by_the_answer()
    {
        var sold = await Sold.With(("allowedActivations", 1), ("suspended", true));
        var carrier = await Carrier.Of(sold);
        var accepted = carrier.Client.AcceptOfflineResponse(await carrier.Answer(carrier.Request()));
        accepted.Problem!.Reason.ShouldBe(Reason.LicenseSuspended);
        carrier.Client.Verify().Problem!.Reason.ShouldBe(Reason.LicenseSuspended);
    }

    [Fact]
    public async Task Texts_that_cannot_be_used_are_refused_with_what_is_wrong()
    {
        var sold = await Sold.With(("allowedActivations", 5));
        var carrier = await Carrier.Of(sold);
        var (parts, other) = (Bare(carrier.Request()).Split('.'), await Carrier.Of(await Sold.With()));
        string With(string header, string payload) => $"{header}.{payload}.{parts[2]}";
        async Task Refused(string text, string why) => (await carrier.Carry(text).ExpectProblem(400, "INVALID_OFFLINE_REQUEST")).Text("message").ShouldContain(why);

        await Refused("hello", "not the text of a request");
        await Refused($"{parts[0]}.{parts[1]}", "not all of it");
        await Refused(With("!!", parts[1]), "not the text of a request");
        await Refused(With(Encode("[]"), parts[1]), "not the text of a request");
        await Refused(With(Encode("""{"alg":"none","typ":"offline-request/1","kid":""}"""), parts[1]), "of another kind");
        await Refused(With(Encode("""{"alg":"HS256","typ":"offline-request/2","kid":""}"""), parts[1]), "version");
        await Refused(other.Request(), "another license");
        var said = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        said["fingerprint"] = new string('b', 64);
        await Refused(With(parts[0], Encode(said.ToJsonString())), "altered");
        await Refused($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[32])}", "altered");
        await Refused(new string('a', 16_000), "not the text of a request");
        await carrier.Carry(new string('a', 16_385)).ExpectProblem(400, "VALIDATION_FAILED");
        await carrier.Carry("").ExpectProblem(400, "VALIDATION_FAILED");
        await carrier.Carry(carrier.Request(), validity: 0).ExpectProblem(400, "VALIDATION_FAILED");
        await carrier.Carry(carrier.Request(), validity: long.MaxValue).Expect(200);
        await carrier.CarryBack(carrier.Request()).ExpectProblem(400, "INVALID_OFFLINE_REQUEST");

        carrier.Client.AcceptOfflineResponse(await carrier.Answer(carrier.Request())).Problem.ShouldBeNull();
        await Refused(carrier.Client.MakeOfflineDeactivation().Value!, "asks for a deactivation");
        var misbuilt = new LicenseClient(other.Product, carrier.Hardware, Carrier.StatePath());
        await carrier.Carry(misbuilt.MakeOfflineRequest(carrier.Key)).ExpectProblem(400, "INVALID_PRODUCT_ID");
        var unnamed = new LicenseClient(carrier.Product, carrier.Hardware with { Hostname = "" }, Carrier.StatePath());
        await Refused(unnamed.MakeOfflineRequest(carrier.Key), "'hostname' must have");
    }

    [Fact]
    public async Task A_machine_gives_its_place_back_and_the_proof_may_come_twice()
    {
        var sold = await Sold.With(("allowedActivations", 1), ("allowedDeactivations", 1));
        var carrier = await Carrier.Of(sold);
        var request = carrier.Request();
        var token = carrier.Client.AcceptOfflineResponse(await carrier.Answer(request)).Value!;
        var proof = carrier.Client.MakeOfflineDeactivation().Value!;
        carrier.Client.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);
        (await sold.Totals()).ShouldBe((1, 0));

        await carrier.CarryBack(proof).Expect(200);
        await carrier.CarryBack(proof).Expect(200);
        (await sold.Totals()).ShouldBe((0, 1));
        (await sold.Host.EventsOf($"{token.ActivationId}")).ShouldBe([.. Once, "activation_ended_v1"]);
        (await carrier.Carry(request).ExpectProblem(400, "INVALID_OFFLINE_REQUEST")).Text("message").ShouldContain("has ended");

        var again = await carrier.Activated();
        again.ActivationId.ShouldNotBe(token.ActivationId);
        await carrier.CarryBack(proof).Expect(200);
        (await sold.Totals()).ShouldBe((1, 1));
        await carrier.CarryBack(carrier.Client.MakeOfflineDeactivation().Value!).ExpectProblem(409, "DEACTIVATION_LIMIT_REACHED");
    }

    [Fact]
    public async Task A_proof_that_was_made_before_a_newer_answer_does_not_end_what_that_gives()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var carrier = await Carrier.Of(sold);
        var first = await carrier.Activated();
        var proof = carrier.Client.MakeOfflineDeactivation().Value!;
        var second = await carrier.Activated();
        second.ActivationId.ShouldBe(first.ActivationId);
        await carrier.CarryBack(proof).ExpectProblem(409, "OFFLINE_RESPONSE_REPLACED");
        carrier.Client.Verify().Problem.ShouldBeNull();
        (await sold.Totals()).ShouldBe((1, 0));

        await carrier.CarryBack(carrier.Client.MakeOfflineDeactivation().Value!).Expect(200);
        (await sold.Totals()).ShouldBe((0, 1));
        await carrier.CarryBack(proof).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_proof_ends_no_other_activation()
    {
        var sold = await Sold.With(("allowedActivations", 5), ("userLocked", true));
        var (ada, bob) = (await Carrier.Of(sold), await Carrier.Of(sold));
        await ada.Activated();
        var token = await bob.Activated();
        var state = Carrier.StatePath();
        var thief = new LicenseClient(ada.Product, ada.Hardware, state);
        thief.MakeOfflineRequest(ada.Key);
        var stolen = JsonNode.Parse(await File.ReadAllTextAsync(state))!;
        (stolen["key"], stolen["token"]) = (ada.Key, token.Text);
        await File.WriteAllTextAsync(state, stolen.ToJsonString());

        await ada.CarryBack(thief.MakeOfflineDeactivation().Value!).ExpectProblem(400, "INVALID_ACTIVATION_FINGERPRINT");
        var other = await Carrier.Of(await Sold.With());
        await other.Activated();
        await ada.CarryBack(other.Client.MakeOfflineDeactivation().Value!).ExpectProblem(400, "INVALID_OFFLINE_REQUEST");
        await sold.Designer.Vendor.Delete($"/v3/activations/{token.ActivationId}").Expect(204);
        await bob.CarryBack(bob.Client.MakeOfflineDeactivation().Value!).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task The_file_of_a_product_says_what_an_application_has_to_know()
    {
        var designer = await Designer.Sold();
        using var response = await designer.Vendor.Get($"{designer.Path}/product.dat");
        (response.Content.Headers.ContentDisposition!.FileName, response.Content.Headers.ContentType!.MediaType).ShouldBe(("product.dat", "application/json"));
        var file = ProductFile.Parse(await response.Content.ReadAsStringAsync());
        file.ProductId.ToString().ShouldBe(designer.Id);
        file.PublicKey.ShouldBe((await designer.Vendor.Get(designer.Path).Expect(200)).Text("publicKey"));
        await designer.Vendor.Get($"/v3/products/{Guid.NewGuid()}/product.dat").ExpectProblem(404, "NOT_FOUND");
    }

    private static string Bare(string request) => string.Concat(request.Split('\n').Where(line => !line.StartsWith('-')));

    private static string Encode(string json) => Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(json));

    private static JsonNode Claims(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
}

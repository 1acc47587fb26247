using System.Text.Json.Nodes;
using EventSourcedOrgs.Client;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>Answers that were carried away and are still good are seen and revoked; what that does to a machine that never comes online is nothing.</summary>
public class OfflineResponseTests
{
    private const string Shape = "id id, createdAt dt, validUntil dt, licenseId id, activationId id, activationEnded bool, revoked bool, os str, hostname str, userId id?";

    [Fact]
    public async Task Answers_are_listed_as_long_as_they_are_good()
    {
        var acme = await Acme.With(seats: -1);
        var sold = await Sold.With(("organizationId", acme.Id), ("allowedActivations", 5));
        var (laptop, server) = (await Carrier.Of(sold), await Carrier.Of(sold, change: machine => machine with { Hostname = "press", Os = "windows" }));
        var (first, second) = (await laptop.Activated(validity: 3600), await server.Activated(validity: 86_400));
        var listed = await laptop.Outstanding();
        listed.Select(row => row.Id()).ShouldBe([$"{second.RequestId}", $"{first.RequestId}"]);
        listed[0].ShouldHaveShape(Shape);
        (listed[0].Text("hostname"), listed[0].Text("os"), listed[0].Text("activationId"), listed[0]["revoked"]!.GetValue<bool>()).ShouldBe(("press", "windows", $"{second.ActivationId}", false));
        listed[0]["validUntil"]!.GetValue<DateTimeOffset>().ToUnixTimeSeconds().ShouldBe(second.ValidUntil!.Value.ToUnixTimeSeconds());

        using var admin = await acme.Admin();
        var own = (await admin.Get($"{acme.Path}/licenses/{sold.Id}/offline-responses?sort=validUntil&limit=1").Expect(200)).AsArray();
        own.Select(row => row!.Id()).ShouldBe([$"{first.RequestId}"]);
        await admin.Get($"/v3/licenses/{sold.Id}/offline-responses").ExpectProblem(403, "FORBIDDEN");
        var other = await Acme.With(seats: -1);
        await (await other.Admin()).Get($"{other.Path}/licenses/{sold.Id}/offline-responses").ExpectProblem(404, "NOT_FOUND");
        await (await other.Admin()).Delete($"{other.Path}/licenses/{sold.Id}/offline-responses/{first.RequestId}").ExpectProblem(404, "NOT_FOUND");
        await (await acme.SignedIn("user")).Get($"{acme.Path}/licenses/{sold.Id}/offline-responses").ExpectProblem(403, "FORBIDDEN");
        await sold.Designer.Vendor.Get($"/v3/licenses/{Guid.NewGuid()}/offline-responses").ExpectProblem(404, "NOT_FOUND");

        await (await Carrier.Of(sold)).Activated(validity: 1);
        await Task.Delay(1100);
        (await laptop.Outstanding()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_revoked_answer_is_not_given_again_and_its_activation_has_ended()
    {
        var sold = await Sold.With(("allowedActivations", 1), ("allowedDeactivations", 0));
        var carrier = await Carrier.Of(sold, sold.Host.Anonymous);
        var request = carrier.Request();
        var token = carrier.Client.AcceptOfflineResponse(await carrier.Answer(request)).Value!;
        var path = $"/v3/licenses/{sold.Id}/offline-responses/{token.RequestId}";
        await sold.Designer.Vendor.Delete(path).Expect(204);
        await sold.Designer.Vendor.Delete(path).Expect(204);

        (await sold.Totals()).ShouldBe((0, 0));
        (await sold.Host.EventsOf($"{token.ActivationId}")).ShouldBe(["activation_created_v1", "offline_response_issued_v1", "activation_ended_v1", "offline_response_revoked_v1"]);
        await carrier.Carry(request).ExpectProblem(400, "OFFLINE_RESPONSE_REVOKED");
        var listed = (await carrier.Outstanding()).ShouldHaveSingleItem();
        (listed["revoked"]!.GetValue<bool>(), listed["activationEnded"]!.GetValue<bool>()).ShouldBe((true, true));

        carrier.Client.Verify().Problem.ShouldBeNull("nobody can tell a machine that asks nobody");
        (await carrier.Client.SyncAsync()).Problem!.Reason.ShouldBe(Reason.ActivationEnded);
        carrier.Client.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);
        await sold.Designer.Vendor.Delete($"/v3/licenses/{sold.Id}/offline-responses/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
        (await carrier.Activated()).ActivationId.ShouldNotBe(token.ActivationId);
        var kinds = (await sold.Designer.Vendor.Get($"/v3/licenses/{sold.Id}/activation-history?activationId={token.ActivationId}&sort=position&minPosition={await sold.Host.Position()}").Expect(200)).AsArray();
        kinds.Select(row => row!.Text("kind")).ShouldBe(["activated", "offline-response-issued", "activation-deleted", "offline-response-revoked", "sync-refused"]);
    }

    [Fact]
    public async Task What_an_organization_revokes_counts_as_a_deactivation()
    {
        var acme = await Acme.With(seats: -1);
        var sold = await Sold.With(("organizationId", acme.Id), ("allowedActivations", 1), ("allowedDeactivations", 1));
        var carrier = await Carrier.Of(sold);
        using var admin = await acme.Admin();
        var first = await carrier.Activated();
        await admin.Delete($"{acme.Path}/licenses/{sold.Id}/offline-responses/{first.RequestId}").Expect(204);
        (await sold.Totals()).ShouldBe((0, 1));
        var second = await carrier.Activated();
        await admin.Delete($"{acme.Path}/licenses/{sold.Id}/offline-responses/{second.RequestId}").ExpectProblem(409, "DEACTIVATION_LIMIT_REACHED");
        await acme.Vendor.Delete($"{acme.Path}/licenses/{sold.Id}/offline-responses/{second.RequestId}").Expect(204);
        (await sold.Totals()).ShouldBe((0, 1));
    }

    [Fact]
    public async Task An_organization_that_the_license_comes_to_is_told_nothing_of_the_people_and_the_former_machines_of_the_other()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var sold = await Sold.With(("organizationId", acme.Id), ("allowedActivations", 5));
        var (gone, stays) = (await Carrier.Of(sold, change: machine => machine with { Hostname = "gone" }), await Carrier.Of(sold));
        using var admin = await acme.Admin();
        using var foreigner = await other.Admin();
        var me = (await admin.Get("/v3/me").Expect(200)).Id();
        var (ended, live) = (await gone.Activated(admin), await stays.Activated(admin));
        await acme.Vendor.Delete($"/v3/activations/{ended.ActivationId}").Expect(204);
        var own = (await admin.Get($"{acme.Path}/licenses/{sold.Id}/offline-responses").Expect(200)).AsArray();
        own.Select(row => row!.Text("userId")).ShouldBe([me, me]);

        await sold.Designer.Change(sold.Id, new { organizationId = other.Id });
        var told = (await foreigner.Get($"{other.Path}/licenses/{sold.Id}/offline-responses").Expect(200)).AsArray().ShouldHaveSingleItem()!;
        told.Id().ShouldBe($"{live.RequestId}");
        told["userId"].ShouldBeNull();
        (await stays.Outstanding()).Select(row => row.Text("userId")).ShouldBe([me, me]);
        await acme.Vendor.Delete($"/v3/activations/{live.ActivationId}").Expect(204);
        told = (await foreigner.Get($"{other.Path}/licenses/{sold.Id}/offline-responses").Expect(200)).AsArray().ShouldHaveSingleItem()!;
        told["activationEnded"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task An_answer_that_has_run_out_is_not_given_again()
    {
        var carrier = await Carrier.Of(await Sold.With(("allowedActivations", 1)));
        var request = carrier.Request();
        await carrier.Answer(request, validity: 1);
        await Task.Delay(1100);
        (await carrier.Carry(request).ExpectProblem(400, "INVALID_OFFLINE_REQUEST")).Text("message").ShouldContain("no longer good");
        await carrier.Activated();
    }

    [Fact]
    public async Task A_machine_with_twenty_good_answers_gets_no_further_one()
    {
        var carrier = await Carrier.Of(await Sold.With(("allowedActivations", 1)));
        var first = carrier.Request();
        var answer = await carrier.Answer(first);
        for (var n = 1; n < 20; n++)
            await carrier.Answer(carrier.Request());

        await carrier.Carry(carrier.Request()).ExpectProblem(400, "OFFLINE_RESPONSE_LIMIT_REACHED");

        (await carrier.Outstanding()).Count.ShouldBe(20);
        Device.Claims(new JsonObject { ["offlineResponse"] = await carrier.Answer(first) }, "offlineResponse").Text("rid")
            .ShouldBe(Device.Claims(new JsonObject { ["offlineResponse"] = answer }, "offlineResponse").Text("rid"));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_happen_and_gives_nothing()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var carrier = await Carrier.Of(sold);
        var body = new { offlineRequest = carrier.Request(), responseValidity = 60, licenseId = sold.Id };
        var foreseen = await sold.Designer.Vendor.Post("/v3/activations/offline-activate?dryRun=true", body).Expect(200);
        foreseen["offlineResponse"].ShouldBeNull();
        (await sold.Totals()).ShouldBe((0, 0));
        var first = await (await sold.Designer.Vendor.Post("/v3/activations/offline-activate", body, ("Idempotency-Key", sold.Id))).Content.ReadAsStringAsync();
        (await (await sold.Designer.Vendor.Post("/v3/activations/offline-activate", body, ("Idempotency-Key", sold.Id))).Content.ReadAsStringAsync()).ShouldBe(first);
    }
}

using EventSourcedOrgs.Client;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Applications;

/// <summary>An application that knows the HTTP contract and the file of its product, and nothing else of the server.</summary>
public class OnlineClientTests
{
    [Fact]
    public async Task It_activates_checks_by_itself_syncs_and_deactivates()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var carrier = await Carrier.Of(sold, sold.Host.Anonymous, machine => machine with { ReleaseVersion = "1.4.2", OsVersion = "6.12" });
        var app = carrier.Client;
        app.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);
        (await app.SyncAsync()).Problem!.Reason.ShouldBe(Reason.NotActivated);
        (await app.DeactivateAsync()).Problem!.Reason.ShouldBe(Reason.NotActivated);

        var activated = await app.ActivateAsync($" {carrier.Key} ");
        activated.Problem.ShouldBeNull();
        (activated.Value!.IsOffline, $"{activated.Value.LicenseId}").ShouldBe((false, sold.Id));
        app.Verify().Value!.ActivationId.ShouldBe(activated.Value.ActivationId);
        (await sold.Read()).Text("currentReleaseVersion").ShouldBe("1.4.2");
        (await app.SyncAsync()).Value!.ActivationId.ShouldBe(activated.Value.ActivationId);
        (await app.ActivateAsync(carrier.Key)).Value!.ActivationId.ShouldBe(activated.Value.ActivationId);

        (await app.DeactivateAsync()).Problem.ShouldBeNull();
        app.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);
        (await sold.Totals()).ShouldBe((0, 1));
    }

    [Fact]
    public async Task It_learns_at_the_next_sync_what_the_vendor_did()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var app = (await Carrier.Of(sold, sold.Host.Anonymous)).Client;
        var activated = (await app.ActivateAsync(sold.License.Text("key"))).Value!;
        await sold.Designer.Change(sold.Id, new { suspended = true });
        app.Verify().Problem.ShouldBeNull();
        (await app.SyncAsync()).Problem!.Reason.ShouldBe(Reason.LicenseSuspended);
        app.Verify().Problem!.Reason.ShouldBe(Reason.LicenseSuspended);
        await sold.Designer.Change(sold.Id, new { suspended = false });
        (await app.SyncAsync()).Problem.ShouldBeNull();

        await sold.Designer.Vendor.Delete($"/v3/activations/{activated.ActivationId}").Expect(204);
        (await app.SyncAsync()).Problem!.Reason.ShouldBe(Reason.ActivationEnded);
        app.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);
    }

    [Fact]
    public async Task It_tells_refusals_and_a_server_that_is_not_there_apart()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        var (first, second) = (await Carrier.Of(sold, sold.Host.Anonymous), await Carrier.Of(sold, sold.Host.Anonymous));
        (await first.Client.ActivateAsync(first.Key)).Problem.ShouldBeNull();
        var refused = (await second.Client.ActivateAsync(second.Key)).Problem!;
        (refused.Reason, refused.Code, refused.ServerCode).ShouldBe((Reason.Refused, "refused", "ACTIVATION_LIMIT_REACHED"));
        (await second.Client.ActivateAsync("NO-SUCH-KEY")).Problem!.ServerCode.ShouldBe("INVALID_LICENSE_KEY");

        using var nowhere = new HttpClient { BaseAddress = new("http://127.0.0.1:9") };
        (await (await Carrier.Of(sold, nowhere)).Client.ActivateAsync(first.Key)).Problem!.Reason.ShouldBe(Reason.Unreachable);
        (await (await Carrier.Of(sold)).Client.ActivateAsync(first.Key)).Problem!.Reason.ShouldBe(Reason.Unreachable);
    }

    [Fact]
    public async Task A_named_user_signs_in()
    {
        var acme = await Acme.With(seats: -1);
        var sold = await Sold.With(acme.Host, new { name = "Named", requireAuthentication = true, allowedActivations = 5 }, ("organizationId", acme.Id));
        using var ada = await acme.SignedIn("user");
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{(await ada.Get("/v3/me").Expect(200)).Id()}").Expect(204);
        (await (await Carrier.Of(sold, sold.Host.Anonymous)).Client.ActivateAsync(sold.License.Text("key"))).Problem!.ServerCode.ShouldBe("AUTHENTICATION_FAILED");
        (await (await Carrier.Of(sold, ada)).Client.ActivateAsync(sold.License.Text("key"))).Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_server_with_another_key_is_not_believed()
    {
        var (sold, other) = (await Sold.With(("allowedActivations", 1)), await Carrier.Of(await Sold.With()));
        var carrier = await Carrier.Of(sold);
        var app = new LicenseClient(carrier.Product with { PublicKey = other.Product.PublicKey }, carrier.Hardware, Carrier.StatePath(), sold.Host.Anonymous);
        (await app.ActivateAsync(carrier.Key)).Problem!.Reason.ShouldBe(Reason.Altered);
        app.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);
    }
}

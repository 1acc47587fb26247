namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>Licences for named users: who uses one proves to be somebody who may, and may no longer when access is gone.</summary>
public class NamedUserTests
{
    private static readonly object Named = new { name = "Named", requireAuthentication = true, allowedActivations = 5 };

    [Fact]
    public async Task Who_is_in_a_group_of_the_license_activates_and_loses_it_with_the_group()
    {
        var acme = await Acme.With(seats: -1);
        var sold = await Sold.With(acme.Host, Named, ("organizationId", acme.Id));
        var group = await acme.Group();
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/user-groups/{group}").Expect(204);
        using var ada = await acme.SignedIn("user");
        var me = (await ada.Get("/v3/me").Expect(200)).Id();

        await sold.Device().Ask().ExpectProblem(400, "AUTHENTICATION_FAILED");
        await sold.Device().Ask(("userId", me)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        var device = sold.Device(ada);
        (await device.Ask().ExpectProblem(400, "AUTHENTICATION_FAILED")).Text("message").ShouldContain("assigned");

        await acme.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { me } }).Expect(204);
        await device.Ask(("userId", Guid.NewGuid())).ExpectProblem(400, "AUTHENTICATION_FAILED");
        var claims = await device.Activate();
        claims.Text("name").ShouldBe("Ada Lovelace");
        var id = claims.Text("aid");
        (await acme.Vendor.Get($"/v3/activations/{id}").Expect(200))["user"]!.Id().ShouldBe(me);

        var silent = new Device(acme.Host, sold.Designer.Id, sold.License.Text("key")) { Fingerprint = device.Fingerprint };
        await silent.Sync(id);
        var list = (await ada.Get($"/v3/me/activations?minPosition={await acme.Host.Position()}").Expect(200)).AsArray();
        list.Select(row => row!.Id()).ShouldBe([id]);
        (await ada.Get($"/v3/me/activations/{id}").Expect(200)).Id().ShouldBe(id);
        using var bob = await acme.SignedIn("user");
        await bob.Get($"/v3/me/activations/{id}").ExpectProblem(404, "NOT_FOUND");

        await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}/users/{me}").Expect(204);
        await silent.AskToSync(id).ExpectProblem(400, "AUTHENTICATION_FAILED");
        await device.Ask().ExpectProblem(400, "AUTHENTICATION_FAILED");
    }

    [Fact]
    public async Task The_vendor_activates_for_a_user()
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.User();
        var sold = await Sold.With(acme.Host, Named, ("organizationId", acme.Id));
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{user}").Expect(204);
        var device = sold.Device(acme.Vendor);
        await device.Ask().ExpectProblem(400, "AUTHENTICATION_FAILED");
        (await device.Activate(("userId", user))).Text("lid").ShouldBe(sold.Id);
    }

    [Fact]
    public async Task A_limited_token_of_the_vendor_activates_for_others_only_where_it_may_write_activations()
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.User();
        var sold = await Sold.With(acme.Host, Named, ("organizationId", acme.Id));
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{user}").Expect(204);
        async Task<Device> By(string scope) => sold.Device(acme.Host.Client(
            (await acme.Vendor.Post("/v3/personal-access-tokens", new { name = "Script", scopes = new[] { scope } }).Expect(201)).Text("accessToken")));

        await (await By("license:read")).Ask(("userId", user)).ExpectProblem(400, "AUTHENTICATION_FAILED");
        (await (await By("activation:write")).Activate(("userId", user))).Text("lid").ShouldBe(sold.Id);
    }

    [Fact]
    public async Task A_revoked_license_says_so_before_it_asks_who_one_is()
    {
        var sold = await Sold.With(await TestHost.Shared, Named, ("revoked", true));
        await sold.Device().Ask().ExpectProblem(400, "REVOKED_LICENSE");
    }
}

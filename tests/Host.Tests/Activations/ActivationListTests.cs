using System.Globalization;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Activations;

public class ActivationListTests
{
    private static async Task<(Acme Acme, Sold Sold)> World(params (string Name, object? Value)[] members)
    {
        var acme = await Acme.With(seats: -1);
        return (acme, await Sold.With([("organizationId", acme.Id), ("allowedActivations", 9), .. members]));
    }

    private static async Task<JsonArray> List(TestHost host, HttpClient client, string path)
    {
        var position = await host.Position();
        return (await client.Get($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}minPosition={position}").Expect(200)).AsArray();
    }

    private static IEnumerable<string> Ids(JsonArray rows) => rows.Select(row => row!.Id());

    [Fact]
    public async Task The_vendor_and_the_organization_see_the_live_ones_and_filter_them()
    {
        var (acme, sold) = await World();
        var (one, two) = (sold.Device(), sold.Device());
        var (first, second) = ((await one.Activate(("releaseVersion", "1.0"), ("metadata", new[] { new { key = "room", value = "12" } }))).Text("aid"), (await two.Activate(("os", "macos"), ("hostname", "easel"))).Text("aid"));
        var third = (await sold.Device().Activate()).Text("aid");
        await sold.Designer.Vendor.Delete($"/v3/activations/{third}").Expect(204);
        using var admin = await acme.Admin();

        var vendor = sold.Designer.Vendor;
        string Vendor(string filter) => $"/v3/activations?licenseId={sold.Id}&{filter}";
        Ids(await List(sold.Host, vendor, Vendor("limit=100"))).ShouldBe([first, second]);
        foreach (var (filter, found) in new (string, string)[]
        {
            ("os=macos", second), ("hostname[cn]=EAS", second), ("search=easel", second), ("releaseVersion[sw]=1.", first), ("metadata.key=room&metadata.value=12", first),
            ($"productId={sold.Designer.Id}&organizationId={acme.Id}&license.key={sold.License.Text("key")}&id={second}", second), ($"organization.name=Acme&id[ne]={first}", second),
            ("sort=-lastSyncedAt&limit=1", second), ("lastSyncedAt[gt]=2020-01-01T00:00:00Z&os=linux", first),
        })
            Ids(await List(sold.Host, vendor, Vendor(filter))).ShouldBe([found], filter);

        Ids(await List(sold.Host, admin, $"{acme.Path}/activations")).ShouldBe([first, second]);
        Ids(await List(sold.Host, admin, $"{acme.Path}/activations?license.key={sold.License.Text("key")}&os=linux&include=user")).ShouldBe([first]);
        (await admin.Get($"{acme.Path}/activations/{first}").Expect(200)).Id().ShouldBe(first);
        await admin.Get($"{acme.Path}/activations/{third}").ExpectProblem(404, "NOT_FOUND");
        await admin.Get("/v3/activations").ExpectProblem(403, "FORBIDDEN");
        await vendor.Get("/v3/activations?include=everything").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        Ids(await List(sold.Host, vendor, $"/v3/licenses?id={sold.Id}&totalActivations=2&totalDeactivations=0&lastUsedAt[gt]=2020-01-01T00:00:00Z")).ShouldBe([sold.Id]);
    }

    [Fact]
    public async Task Another_organization_sees_nothing_of_them()
    {
        var (_, sold) = await World();
        var id = (await sold.Device().Activate()).Text("aid");
        var globex = await Acme.With(seats: -1);
        using var admin = await globex.Admin();
        (await List(sold.Host, admin, $"{globex.Path}/activations")).ShouldBeEmpty();
        await admin.Get($"{globex.Path}/activations/{id}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Whoever_has_moved_away_is_no_longer_shown_to_the_organization()
    {
        var (acme, sold) = await World();
        var (other, user) = (await Acme.With(seats: -1), await acme.User());
        using var admin = await acme.Admin();
        var id = (await sold.Device(acme.Vendor).Activate(("userId", user))).Text("aid");
        (await admin.Get($"{acme.Path}/activations/{id}").Expect(200))["user"]!.Id().ShouldBe(user);
        foreach (var include in new[] { "include=user", "include[]=user", "include%5B%5D=user" })
            (await List(sold.Host, admin, $"{acme.Path}/activations?{include}")).ShouldHaveSingleItem()!["user"]!.Id().ShouldBe(user);
        var shown = (await List(sold.Host, acme.Vendor, $"/v3/activations?id={id}&include[]=user&include[]=organization")).ShouldHaveSingleItem()!;
        (shown["user"]!.Id(), shown["organization"]!.Id()).ShouldBe((user, acme.Id));
        await acme.Vendor.Get("/v3/activations?include[]=everything").ExpectProblem(400, "INVALID_QUERY_PARAMETER");

        await acme.Vendor.Patch($"/v3/users/{user}", new { organizationId = other.Id }).Expect(200);
        (await admin.Get($"{acme.Path}/activations/{id}").Expect(200))["user"].ShouldBeNull();
        (await List(sold.Host, admin, $"{acme.Path}/activations?include=user")).ShouldHaveSingleItem()!["user"].ShouldBeNull();
        (await acme.Vendor.Get($"/v3/activations/{id}").Expect(200))["user"]!.Id().ShouldBe(user);
    }

    [Fact]
    public async Task Uses_of_meters_are_shown_to_those_to_whom_the_licence_shows_the_meters()
    {
        object Meter(string name, params string[] seenBy) => new { name, allowedUses = 10, viewPermissions = seenBy };
        var (acme, sold) = await World(("meterAttributes", new[] { Meter("pages", "organization"), Meter("plots", "user"), Meter("costs") }));
        using var admin = await acme.Admin();
        var email = Acme.NewEmail();
        var user = (await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email)).Expect(201)).Id();
        using var ada = await acme.Host.SignIn(email, Acme.Password);
        var uses = new[] { new { name = "pages", usesIncrement = 1 }, new { name = "plots", usesIncrement = 2 }, new { name = "costs", usesIncrement = 3 } };
        var id = (await sold.Device(acme.Vendor).Activate(("userId", user), ("meterAttributes", uses))).Text("aid");

        foreach (var (client, path, shown) in new (HttpClient, string, string)[]
        {
            (acme.Vendor, "/v3/activations", "pages 1, plots 2, costs 3"), (admin, $"{acme.Path}/activations", "pages 1"), (ada, "/v3/me/activations", "plots 2"),
        })
        {
            foreach (var activation in new[] { await client.Get($"{path}/{id}").Expect(200), (await List(sold.Host, client, $"{path}?id={id}")).ShouldHaveSingleItem()! })
                string.Join(", ", activation["meterAttributes"]!.AsArray().Select(meter => $"{meter!.Text("name")} {meter!["uses"]}")).ShouldBe(shown, path);
        }
    }

    [Fact]
    public async Task A_list_is_walked_at_one_position_and_asked_of_the_past()
    {
        var (_, sold) = await World();
        var ids = new List<string>();
        for (var n = 0; n < 5; n++)
            ids.Add((await sold.Device().Activate()).Text("aid"));
        var position = await sold.Host.Position();
        var vendor = sold.Designer.Vendor;
        using var page = await vendor.Get($"/v3/activations?licenseId={sold.Id}&limit=3&minPosition={position}");
        var next = page.Headers.GetValues("Link").Single().Split('<', '>')[1];

        await vendor.Delete($"/v3/activations/{ids[4]}").Expect(204);
        await sold.Device().Activate();
        Ids((await vendor.Get(next).Expect(200)).AsArray()).ShouldBe([ids[3], ids[4]]);
        Ids(await List(sold.Host, vendor, $"/v3/activations?licenseId={sold.Id}&asOf={position}")).ShouldBe(ids);
        (await vendor.Get($"/v3/activations/{ids[4]}?asOf={position}").Expect(200)).Id().ShouldBe(ids[4]);
        (await vendor.Get($"/v3/licenses/{sold.Id}?asOf={position}").Expect(200))["totalActivations"]!.GetValue<int>().ShouldBe(5);
    }

    [Fact]
    public async Task They_are_exported_as_csv()
    {
        var (_, sold) = await World();
        await sold.Device().Activate(("hostname", "=cmd()"));
        await sold.Device().Activate();
        using var answer = await sold.Designer.Vendor.Get($"/v3/activations/export?licenseId={sold.Id}&minPosition={await sold.Host.Position()}");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3);
        lines[0].ShouldStartWith("id,createdAt,updatedAt,licenseId,");
        lines[1].ShouldContain(",'=cmd(),");
    }

    [Fact]
    public async Task An_export_has_columns_of_what_is_to_be_shown_with_each()
    {
        var (acme, sold) = await World();
        var email = Acme.NewEmail();
        var user = (await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email)).Expect(201)).Id();
        await sold.Device(acme.Vendor).Activate(("userId", user));
        var path = $"/v3/activations/export?licenseId={sold.Id}&minPosition={await sold.Host.Position()}";

        var bare = await Lines("");
        var full = await Lines("&include=user,organization");
        full[0].ShouldBe($"{bare[0]},organizationId,organization.name,user.name,user.email");
        full[1].ShouldBe($"{bare[1]},{acme.Id},Acme,Ada Lovelace,{email}");
        (await Lines("&include=user"))[1].ShouldBe($"{bare[1]},Ada Lovelace,{email}");
        await sold.Designer.Vendor.Get($"{path}&include=everything").ExpectProblem(400, "INVALID_QUERY_PARAMETER");

        async Task<string[]> Lines(string include) =>
            (await (await sold.Designer.Vendor.Get(path + include)).Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task What_machines_did_and_what_they_were_refused_is_history()
    {
        var (acme, sold) = await World(("allowedActivations", 1));
        var (device, other) = (sold.Device(), sold.Device());
        var id = (await device.Activate()).Text("aid");
        await device.Activate();
        await device.Activate(("osVersion", "7.0"));
        for (var n = 0; n < 3; n++)
            await other.Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        await device.Deactivate(id).Expect(200);
        using var admin = await acme.Admin();

        foreach (var (client, path) in new[] { (sold.Designer.Vendor, $"/v3/licenses/{sold.Id}/activation-history"), (admin, $"{acme.Path}/activation-history") })
        {
            var lines = await List(sold.Host, client, path);
            lines.Select(line => line!.Text("kind")).ShouldBe(["deactivated", "activation-refused", "reactivated", "activated", "first-activated", "created"], ignoreOrder: true);
            lines[1]!.Text("code").ShouldBe("ACTIVATION_LIMIT_REACHED");
            lines[0]!.Text("activationId").ShouldBe(id);
        }

        (await List(sold.Host, admin, $"{acme.Path}/activation-history?kind=activation-refused&code=ACTIVATION_LIMIT_REACHED")).Count.ShouldBe(1);
        (await List(sold.Host, admin, $"{acme.Path}/activation-history?activationId={id}")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_summary_counts_them()
    {
        var (acme, sold) = await World();
        var id = (await sold.Device().Activate()).Text("aid");
        await sold.Device().Activate();
        await sold.Designer.Vendor.Delete($"/v3/activations/{id}").Expect(204);
        (await acme.Vendor.Get($"{acme.Path}/summary?minPosition={await sold.Host.Position()}").Expect(200))["activations"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Syncs_that_say_nothing_new_are_noted_and_not_recorded()
    {
        var (_, sold) = await World();
        var device = sold.Device();
        var id = (await device.Activate()).Text("aid");
        var first = (await sold.Designer.Vendor.Get($"/v3/activations/{id}").Expect(200)).Text("lastSyncedAt");
        for (var n = 0; n < 3; n++)
            await device.Sync(id);
        (await sold.Host.EventsOf(id)).ShouldBe(["activation_created_v1"]);
        var synced = (await sold.Designer.Vendor.Get($"/v3/activations/{id}").Expect(200)).Text("lastSyncedAt");
        DateTimeOffset.Parse(synced, CultureInfo.InvariantCulture).ShouldBeGreaterThan(DateTimeOffset.Parse(first, CultureInfo.InvariantCulture));
        Ids(await List(sold.Host, sold.Designer.Vendor, $"/v3/activations?licenseId={sold.Id}&lastSyncedAt[gt]={first}")).ShouldBe([id]);
        foreach (var field in new[] { "lastUsedAt", "activation.lastSyncedAt" })
            Ids(await List(sold.Host, sold.Designer.Vendor, $"/v3/licenses?id={sold.Id}&{field}[gt]={first}")).ShouldBe([sold.Id]);
        Ids(await List(sold.Host, sold.Designer.Vendor, $"/v3/licenses?id={sold.Id}&lastUsedAt[gt]={first}&asOf={await sold.Host.Position()}")).ShouldBeEmpty();
        await device.Sync(id, ("osVersion", "7.0"));
        (await sold.Host.EventsOf(id)).ShouldBe(["activation_created_v1", "activation_synced_v1"]);
    }
}

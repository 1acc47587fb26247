using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Monitoring;

/// <summary>What happened to activations: the history of a licence, an organization and a user, and how many places were taken at once.</summary>
public class UseTests
{
    private static readonly string[] Log = ["activated", "synced", "sync-refused", "activation-refused", "deactivated"];

    [Fact]
    public async Task Everything_that_machines_do_and_are_refused_is_a_line()
    {
        var (acme, sold) = await Sale(("allowedActivations", 1));
        var device = sold.Device();
        var id = (await device.Activate()).Text("aid");
        await device.Sync(id, ("osVersion", "7.0"));
        await device.AskToSync(id, ("userHash", "bob"), ("fingerprint", new string('f', 64))).ExpectProblem(400, "INVALID_ACTIVATION_FINGERPRINT");
        await sold.Device().Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        await device.Deactivate(id).Expect(200);
        await device.AskToSync(id).ExpectProblem(404, "NOT_FOUND");
        for (var n = 0; n < 3; n++)
            await device.AskToSync(id).ExpectProblem(404, "NOT_FOUND");

        var lines = await Lines(acme, $"/v3/licenses/{sold.Id}/activation-history?kind[in]={string.Join(',', Log)}");
        lines.Select(line => line!.Text("kind")).ShouldBe(["sync-refused", "deactivated", "activation-refused", "sync-refused", "synced", "activated"]);
        lines.Select(line => (string?)line!["code"]).ShouldBe(["NOT_FOUND", null, "ACTIVATION_LIMIT_REACHED", "INVALID_ACTIVATION_FINGERPRINT", null, null]);
        (lines[0]!.Text("activationId"), lines[0]!.Text("fingerprint"), lines[0]!.Text("productId")).ShouldBe((id, device.Fingerprint, sold.Designer.Id));
        lines[3]!.Text("activationId").ShouldBe(id);

        (await Lines(acme, $"/v3/licenses/{sold.Id}/activation-history?code=NOT_FOUND")).Count.ShouldBe(1);
        (await Lines(acme, $"/v3/licenses/{sold.Id}/activation-history?fingerprint={device.Fingerprint}")).Select(line => line!.Text("kind"))
            .ShouldBe(["sync-refused", "deactivated", "synced", "activated"]);
        (await Lines(acme, $"{acme.Path}/activation-history?activationId={id}&kind=sync-refused")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_sync_leaves_the_activation_as_it_is()
    {
        var (acme, sold) = await Sale();
        var device = sold.Device();
        var id = (await device.Activate()).Text("aid");
        var before = await acme.Vendor.Get($"/v3/activations/{id}").Expect(200);
        await device.AskToSync(id, ("fingerprint", new string('f', 64))).ExpectProblem(400, "INVALID_ACTIVATION_FINGERPRINT");
        (await acme.Vendor.Get($"/v3/activations/{id}").Expect(200)).ToJsonString().ShouldBe(before.ToJsonString());
        (await acme.Host.EventsOf(id)).ShouldBe(["activation_created_v1"]);
    }

    [Fact]
    public async Task A_user_has_a_history_and_sees_no_other()
    {
        var (acme, sold) = await Sale(("allowedActivations", 9));
        using var ada = await acme.SignedIn("user");
        using var bob = await acme.SignedIn("user");
        var me = (await ada.Get("/v3/me").Expect(200)).Id();
        await sold.Device(ada).Activate();
        await sold.Device(bob).Activate();
        await acme.Vendor.Put($"{acme.Path}/licenses/{sold.Id}/users/{me}").Expect(204);

        var mine = await Lines(acme, "/v3/me/activation-history", ada);
        mine.Select(line => (line!.Text("kind"), line!.Text("userId"))).ShouldBe([("user-assigned", me), ("activated", me)]);
        mine.Select(line => line!.Text("actor")).ShouldBe(["vendor", $"user:{me}"]);
        (await Lines(acme, $"/v3/users/{me}/activation-history")).Select(line => line!.Id()).ShouldBe(mine.Select(line => line!.Id()));
        (await Lines(acme, $"/v3/users/{me}/activation-history?kind=activated")).Count.ShouldBe(1);
        await ada.Get($"/v3/users/{me}/activation-history").ExpectProblem(403, "FORBIDDEN");
        await acme.Vendor.Get($"/v3/users/{Guid.NewGuid()}/activation-history").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task An_activation_without_sign_in_is_the_licences_own_users()
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.User();
        var sold = await Sold.With(acme.Host, new { name = "Standard" }, ("organizationId", acme.Id), ("userId", user));
        await sold.Device().Activate();
        (await Lines(acme, $"/v3/users/{user}/activation-history?kind=activated")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task It_is_walked_by_cursor_and_streamed_whole()
    {
        var (acme, sold) = await Sale(("allowedActivations", 0));
        for (var n = 0; n < 7; n++)
            await sold.Device().Activate();
        var all = await Lines(acme, $"/v3/licenses/{sold.Id}/activation-history?limit=100");

        var (walked, next) = (new List<string>(), $"/v3/licenses/{sold.Id}/activation-history?limit=2");
        while (next is not null)
        {
            using var page = await acme.Vendor.Get(next);
            walked.AddRange(JsonNode.Parse(await page.Content.ReadAsStringAsync())!.AsArray().Select(line => line!.Id()));
            next = page.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
            await sold.Device().Activate();
        }

        walked.ShouldBe(all.Select(line => line!.Id()));
        using var csv = await acme.Vendor.Get($"/v3/licenses/{sold.Id}/activation-history?format=csv&kind=activated");
        var rows = (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        rows[0].ShouldStartWith("id,position,at,kind,licenseId");
        rows.Length.ShouldBeGreaterThan(7);
        using var ndjson = await acme.Vendor.Get($"{acme.Path}/activation-history?format=ndjson&licenseId={sold.Id}&kind=created");
        JsonNode.Parse((await ndjson.Content.ReadAsStringAsync()).Trim())!.Text("kind").ShouldBe("created");
        await acme.Vendor.Get($"/v3/licenses/{sold.Id}/activation-history?format=xml").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task Utilisation_counts_what_came_and_went_and_the_most_at_once()
    {
        var (acme, sold) = await Sale(("allowedActivations", 2));
        var (first, second) = (sold.Device(), sold.Device());
        var id = (await first.Activate()).Text("aid");
        await second.Activate();
        await sold.Device().Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        var middle = await acme.Host.Position();
        await first.Deactivate(id).Expect(200);

        using var admin = await acme.Admin();
        foreach (var (client, path) in new[] { (acme.Vendor, $"/v3/licenses/{sold.Id}"), (admin, $"/v3/licenses/{sold.Id}"), (admin, acme.Path) })
        {
            var used = await client.Get($"{path}/utilisation?interval=hour&minPosition={await acme.Host.Position()}").Expect(200);
            var total = used["total"]!;
            (Number(total, "allowed"), Number(total, "liveAtStart"), Number(total, "liveAtEnd"), Number(total, "peak")).ShouldBe((2, 0, 1, 2));
            (Number(total, "activations"), Number(total, "deactivations"), Number(total, "refused"), Number(total, "machines")).ShouldBe((2, 1, 1, 2));
            used["intervals"]!.AsArray().Count.ShouldBeInRange(720, 722);
            used["intervals"]!.AsArray()[^1]!.Text("to").ShouldBe(used.Text("to"));
        }

        var past = await acme.Vendor.Get($"/v3/licenses/{sold.Id}/utilisation?asOf={middle}").Expect(200);
        (Number(past["total"]!, "liveAtEnd"), Number(past["total"]!, "deactivations"), past["position"]!.GetValue<long>()).ShouldBe((2, 0, middle));
        past["intervals"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Wrong_questions_about_utilisation_say_what_is_wrong()
    {
        var (acme, sold) = await Sale();
        foreach (var query in new[] { "interval=minute", "from=soon", "from=2026-02-01&to=2026-01-01", "from=2999-01-01", "from=2001-01-01&interval=hour", "to=17" })
            await acme.Vendor.Get($"/v3/licenses/{sold.Id}/utilisation?{query}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await acme.Vendor.Get($"/v3/licenses/{sold.Id}/utilisation?nonsense=1").ExpectProblem(400, "UNKNOWN_FILTER");
        await acme.Vendor.Get($"/v3/licenses/{Guid.NewGuid()}/utilisation").ExpectProblem(404, "NOT_FOUND");
        var globex = await Acme.With(seats: 5);
        using var admin = await globex.Admin();
        await admin.Get($"/v3/licenses/{sold.Id}/utilisation").ExpectProblem(404, "NOT_FOUND");
        await admin.Get($"{acme.Path}/utilisation").ExpectProblem(404, "NOT_FOUND");
    }

    private static async Task<(Acme Acme, Sold Sold)> Sale(params (string Name, object? Value)[] members)
    {
        var acme = await Acme.With(seats: -1);
        return (acme, await Sold.With(acme.Host, new { name = "Standard" }, [("organizationId", acme.Id), .. members]));
    }

    private static int Number(JsonNode node, string member) => node[member]!.GetValue<int>();

    private static async Task<JsonArray> Lines(Acme acme, string path, HttpClient? client = null) =>
        (await (client ?? acme.Vendor).Get($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}minPosition={await acme.Host.Position()}").Expect(200)).AsArray();
}

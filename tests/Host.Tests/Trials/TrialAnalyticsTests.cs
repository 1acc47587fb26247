using System.Text.Json.Nodes;
using static EventSourcedOrgs.Host.Tests.Trials.Tryout;

namespace EventSourcedOrgs.Host.Tests.Trials;

public class TrialAnalyticsTests
{
    private static async Task<JsonNode> Count(Tryout tryout, string aspect, string query = "") => await tryout.Vendor
        .Get($"/v3/analytics/trial-activations{aspect}?productId={tryout.Designer.Id}&minPosition={await tryout.Host.Position()}{query}").Expect(200);

    [Fact]
    public async Task Trials_are_counted_by_day_and_by_what_machines_tell()
    {
        var tryout = await With();
        await tryout.Start(NewPrint(), ("osVersion", "6.12"));
        await tryout.Start(NewPrint(), ("osVersion", "6.12"), ("vmName", "kvm"));
        await tryout.Start(NewPrint(), ("os", "windows"));
        var deleted = (await tryout.Start(NewPrint())).Text("aid");
        await tryout.Vendor.Delete($"/v3/trial-activations/{deleted}").Expect(204);

        (await Count(tryout, "/os")).ToJsonString().ShouldBe("""[{"activations":2,"os":"linux"},{"activations":1,"os":"windows"}]""");
        (await Count(tryout, "/os-version")).ToJsonString().ShouldBe("""[{"activations":2,"osVersion":"6.12"},{"activations":1,"osVersion":""}]""");
        (await Count(tryout, "/vm-name")).ToJsonString().ShouldBe("""[{"activations":2,"vmName":""},{"activations":1,"vmName":"kvm"}]""");
        (await Count(tryout, "/geo-location")).ToJsonString().ShouldBe("""[{"activations":3,"countryCode":""}]""");
        var days = (await Count(tryout, "")).AsArray();
        days.Sum(day => day!["activations"]!.GetValue<int>()).ShouldBe(3);
        days.ShouldAllBe(day => day!["activatedAt"]!.GetValue<DateTimeOffset>().TimeOfDay == TimeSpan.Zero);
    }

    [Fact]
    public async Task Of_a_time_and_of_products()
    {
        var tryout = await With();
        var first = (await tryout.Read((await tryout.Start(NewPrint())).Text("aid"))).Text("createdAt");
        var second = (await tryout.Read((await tryout.Start(NewPrint())).Text("aid"))).Text("createdAt");
        async Task Counts(string query, int count) => (await Count(tryout, "/os", query)).AsArray().Sum(row => row!["activations"]!.GetValue<int>()).ShouldBe(count, query);

        await Counts($"&startDate={first}", 2);
        await Counts($"&startDate={second}", 1);
        await Counts($"&endDate={first}", 1);
        await Counts($"&startDate={first}&endDate={second}", 2);
        await Counts("&startDate=2999-01-01", 0);
        await Counts($"&productId[nin]={tryout.Designer.Id}", 0);
        await tryout.Vendor.Get("/v3/analytics/trial-activations/os?startDate=soon").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await tryout.Vendor.Get("/v3/analytics/trial-activations/os?page=2").ExpectProblem(400, "UNKNOWN_FILTER");
    }
}

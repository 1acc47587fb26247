using static EventSourcedOrgs.Host.Tests.Trials.Tryout;

namespace EventSourcedOrgs.Host.Tests.Trials;

public class TrialListTests
{
    [Fact]
    public async Task Trials_are_listed_by_what_machines_tell()
    {
        var tryout = await With();
        var linux = (await tryout.Start(NewPrint(), ("hostname", "workbench"), ("metadata", new[] { new { key = "campaign", value = "fair" } }))).Text("aid");
        var windows = (await tryout.Start(NewPrint(), ("os", "windows"))).Text("aid");
        async Task Finds(string query, params string[] ids) => (await tryout.List(query)).Select(trial => trial!.Id()).ShouldBe(ids, query);

        await Finds("", linux, windows);
        await Finds("&sort=-createdAt", windows, linux);
        await Finds("&os=windows", windows);
        await Finds("&os[nin]=windows,macos", linux);
        await Finds("&metadata.key=campaign&metadata.value=fair", linux);
        await Finds("&search=workb", linux);
        await Finds("&location.countryCode=CH");
        await Finds("&expired=false", linux, windows);
        await Finds($"&expiresAt[lt]={DateTimeOffset.UtcNow.AddDays(13):yyyy-MM-dd}");
        await Finds($"&id={windows}", windows);
        await tryout.Vendor.Get("/v3/trial-activations?licenseId=1").ExpectProblem(400, "UNKNOWN_FILTER");
    }

    [Fact]
    public async Task The_export_has_a_line_for_each_and_no_formulas()
    {
        var tryout = await With();
        await tryout.Start(NewPrint(), ("hostname", "=cmd()"));
        await tryout.Start(NewPrint(), ("os", "macos"));
        using var answer = await tryout.Vendor.Get($"/v3/trial-activations/export?productId={tryout.Designer.Id}&minPosition={await tryout.Host.Position()}");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3);
        lines[0].ShouldBe("id,createdAt,updatedAt,productId,os,osVersion,hostname,ipAddress,countryCode,vmName,container,releaseVersion,releaseChannel,releasePlatform,expiresAt");
        lines[1].ShouldContain(",'=cmd(),");
        lines[2].ShouldContain(",macos,");
    }

    [Fact]
    public async Task What_was_is_still_told_of_a_moment_in_the_past()
    {
        var tryout = await With();
        var id = (await tryout.Start(NewPrint())).Text("aid");
        var end = EndOf(await tryout.Read(id));
        var then = await tryout.Host.Position();
        await tryout.Vendor.Post($"/v3/trial-activations/{id}/extend", new { extensionLength = 60 }).Expect(200);
        await tryout.Vendor.Delete($"/v3/trial-activations/{id}").Expect(204);
        EndOf(await tryout.Vendor.Get($"/v3/trial-activations/{id}?asOf={then}").Expect(200)).ShouldBe(end);
        (await tryout.List($"&asOf={then}")).ShouldHaveSingleItem()!.Id().ShouldBe(id);
        (await tryout.Vendor.Get($"{tryout.Designer.Path}?asOf={then}").Expect(200))["totalTrialActivations"]!.GetValue<int>().ShouldBe(1);
        (await tryout.Vendor.Get(tryout.Designer.Path).Expect(200))["totalTrialActivations"]!.GetValue<int>().ShouldBe(0);
    }
}

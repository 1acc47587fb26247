using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>What people take away: releases that they are entitled to, and lists as files.</summary>
[Collection(OnDemo.Name)]
public partial class Files(DemoSite site)
{
    [Fact]
    public async Task A_release_is_downloaded_by_those_whose_licence_entitles_to_it_and_by_nobody_else()
    {
        await using var user = await site.Visit(DemoSite.User, scripts: false);
        await user.Go("/portal/my/downloads");
        var download = await user.Page.RunAndWaitForDownloadAsync(() => user.Follow("workbench.tar.gz"));
        await using var stream = await download.CreateReadStreamAsync();
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync()).ShouldStartWith("not really a program\n");

        var (_, email) = await site.NewOrganization("Bystanders");
        using var admin = await site.Caller(email);
        var bystander = $"bystander-{Guid.NewGuid():N}@example.com";
        await Site.Post(admin, $"/v3/organizations/{(await Site.Get(admin, "/v3/me"))["organizationId"]}/users", new { firstName = "By", email = bystander, role = "user", password = Site.Password });
        await using var other = await site.Visit(bystander, scripts: false);
        await other.Go("/portal/my/downloads");
        await other.Sees("There is nothing to download yet.");
        (await other.Context.APIRequest.GetAsync($"/portal/download/{site.Release}/workbench.tar.gz")).Status.ShouldBeOneOf(403, 404);
    }

    [Fact]
    public async Task Every_list_is_exported_as_it_is_narrowed()
    {
        await using var super = await site.Visit(Site.SuperAdmin);
        await using var admin = await site.Visit(DemoSite.Admin);
        await using var user = await site.Visit(DemoSite.User);
        await Exports(super, "/admin/export/", atLeast: 17, [.. Atlas.OfCustomers(site), .. Atlas.OfLicensing(site), .. Atlas.OfTheAccount(site), .. Atlas.OfAuditorsAndOperators(site)]);
        await Exports(admin, "/portal/export/", atLeast: 11, Atlas.OfOrganizationAdmins(site));
        await Exports(user, "/portal/export/", atLeast: 3, Atlas.OfUsers(site));

        var narrowed = await super.Context.APIRequest.GetAsync("/admin/export/products.csv?search=workbench");
        (await narrowed.TextAsync()).ShouldContain("Workbench");
        (await (await super.Context.APIRequest.GetAsync("/admin/export/products.csv?search=nothing-like-that")).TextAsync()).ShouldNotContain("Workbench");
    }

    [Fact]
    public async Task A_list_of_the_past_is_exported_as_it_was()
    {
        var (_, email) = await site.NewOrganization("Archivists");
        await using var olga = await site.Visit(email);
        using var api = await site.Caller(email);
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        var before = DateTime.UtcNow;
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        await Site.Post(api, $"/v3/organizations/{(await Site.Get(api, "/v3/me"))["organizationId"]}/user-groups", new { name = "Newcomers" });
        await site.Settled();
        (await Groups()).ShouldContain("Newcomers");

        await Task.Delay(TimeSpan.FromSeconds(2));
        await olga.Go("/portal/moment");
        await olga.Fill("Moment (UTC)", before);
        await olga.Press("Show it");
        await olga.Sees("This is how it was at");
        (await Groups()).ShouldNotContain("Newcomers");
        (await (await olga.Context.APIRequest.GetAsync("/portal/export/history.csv")).TextAsync()).ShouldNotContain("Newcomers");

        async Task<string> Groups() => await (await olga.Context.APIRequest.GetAsync("/portal/export/groups.csv")).TextAsync();
    }

    /// <summary>Follows the exports of all lists; each is a table of values with a first line of names.</summary>
    private static async Task Exports(Visitor visitor, string folder, int atLeast, string[] addresses)
    {
        var exports = new HashSet<string>();
        foreach (var address in addresses.Where(address => !Forms().IsMatch(address)))
        {
            var page = await (await visitor.Context.APIRequest.GetAsync(address)).TextAsync();
            exports.UnionWith(Links().Matches(page).Select(link => System.Net.WebUtility.HtmlDecode(link.Groups["to"].Value)).Where(link => link.StartsWith(folder, StringComparison.Ordinal)));
        }

        exports.Count.ShouldBeGreaterThanOrEqualTo(atLeast, string.Join(' ', exports));
        foreach (var export in exports)
        {
            var answer = await visitor.Context.APIRequest.GetAsync(export);
            answer.Status.ShouldBe(200, export);
            answer.Headers["content-type"].ShouldStartWith("text/csv", Case.Insensitive, export);
            (await answer.TextAsync()).Split('\n')[0].ShouldContain(",", Case.Sensitive, export);
        }
    }

    [GeneratedRegex("href=\"(?<to>[^\"]*/export/[^\"]*)\"")]
    private static partial Regex Links();

    [GeneratedRegex("/(new|edit|delete|remove|suspend|reinstate|invite|move|extend|assign|publish|archive|rotate|revoke|import|rebuild|verify)$")]
    private static partial Regex Forms();
}

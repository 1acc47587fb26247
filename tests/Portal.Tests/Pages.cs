using System.Globalization;
using EventSourcedOrgs.Tests;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>
/// Every page of both portals: it answers, fits, and keeps nobody out. With PORTAL_PICTURES=1 the pages are also drawn into docs/portal, at the widths of a desk and of a phone,
/// and their time on the server is written down beside.
/// </summary>
[Collection(OnDemo.Name)]
public class Pages(DemoSite site, ITestOutputHelper output)
{
    private static readonly bool Pictures = Environment.GetEnvironmentVariable("PORTAL_PICTURES") == "1";
    private static readonly string Folder = Path.Combine(Approved.Root, "docs", "portal");

    private readonly List<(string Page, double Milliseconds)> times = [];

    [Fact]
    public Task Of_organization_admins() => Look("admin of an organization", DemoSite.Admin,
        "/portal", "/portal/users", "/portal/users/new", "/portal/users/import", $"/portal/users/{site.Person}", $"/portal/users/{site.Person}/edit", $"/portal/users/{site.Person}/invite",
        $"/portal/users/{site.Person}/suspend", $"/portal/users/{site.Person}/remove", "/portal/groups", "/portal/groups/new", $"/portal/groups/{site.Group}", $"/portal/groups/{site.Group}/edit",
        $"/portal/groups/{site.Group}/members", $"/portal/groups/{site.Group}/delete", "/portal/licenses", $"/portal/licenses/{site.License}", $"/portal/licenses/{site.License}/groups",
        $"/portal/licenses/{site.License}/users", "/portal/activations", $"/portal/activations/{site.Activation}", "/portal/activations/log", "/portal/releases", "/portal/offline",
        "/portal/offline/deactivate", "/portal/history", "/portal/history/refused", "/portal/access-diff", "/portal/search?search=ada", "/portal/moment");

    [Fact]
    public Task Of_users() => Look("user", DemoSite.User, "/portal/my/licenses", $"/portal/my/licenses/{site.LicenseOfUser}", "/portal/my/activations", "/portal/my/downloads", "/portal/profile", "/portal/security", "/portal/sessions");

    [Fact]
    public Task Of_the_vendor() => Look("vendor", Site.SuperAdmin,
        "/admin", "/admin/organizations", "/admin/organizations/new", $"/admin/organizations/{site.Organization}", $"/admin/organizations/{site.Organization}/users", $"/admin/organizations/{site.Organization}/groups",
        $"/admin/organizations/{site.Organization}/licenses", $"/admin/organizations/{site.Organization}/suspend", "/admin/users", "/admin/users/new", $"/admin/users/{site.Person}", "/admin/products",
        "/admin/products/new", "/admin/templates", "/admin/templates/new", "/admin/licenses", "/admin/licenses/new", $"/admin/licenses/{site.License}", "/admin/activations",
        $"/admin/activations/{site.Activation}", "/admin/releases", $"/admin/releases/{site.Release}", "/admin/roles", "/admin/roles/new", "/admin/tokens", "/admin/tokens/new", "/admin/search?search=acme",
        "/admin/moment");

    [Fact]
    public Task Of_auditors_and_operators() => Look("auditor", Site.SuperAdmin,
        "/admin/history", "/admin/history?resource=license", "/admin/history/refused", "/admin/access-diff", "/admin/proof", "/admin/projections", "/admin/projections/EffectiveAccess/rebuild");

    [Fact]
    public async Task In_the_dark_and_in_the_past()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        await admin.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await See(admin, "dark", "/portal");
        await See(admin, "dark", $"/portal/licenses/{site.License}");
        await admin.Go("/portal/moment");
        await admin.Fill("Moment (UTC)", $"{DateTime.UtcNow.AddSeconds(-3):yyyy-MM-dd'T'HH:mm:ss}");
        await admin.Press("Show it");
        await admin.Sees("This is how it was at");
        await See(admin, "past", $"/portal/licenses/{site.License}");
    }

    private async Task Look(string who, string email, params string[] paths)
    {
        await using var visitor = await site.Visit(email);
        foreach (var path in paths)
            await See(visitor, who, path);
        foreach (var (page, milliseconds) in times)
            output.WriteLine($"{milliseconds,6:0} ms {page}");
        if (Pictures)
            await File.WriteAllLinesAsync(Path.Combine(Folder, $"times-{who.Replace(' ', '-')}.txt"), times.Select(time => string.Create(CultureInfo.InvariantCulture, $"{time.Milliseconds,6:0} ms {Named(time.Page)}")));
    }

    private async Task See(Visitor visitor, string who, string path)
    {
        var answer = await visitor.Page.GotoAsync(path);
        answer!.Status.ShouldBe(200, path);
        await visitor.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(part => part.open = part.open)");
        await visitor.IsAccessible();
        times.Add((path, await Time(answer)));
        foreach (var (width, height, suffix) in ((int, int, string)[])[(1280, 900, ""), (390, 844, "-phone")])
        {
            await visitor.Page.SetViewportSizeAsync(width, height);
            (await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0, $"{path} is wider than a screen of {width}");
            if (Pictures)
                await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{Named($"{(who is "dark" or "past" ? $"{who}/" : "")}{path}")}{suffix}.png"), FullPage = true });
        }

        await visitor.Page.SetViewportSizeAsync(1280, 900);
    }

    private static async Task<double> Time(IResponse answer) =>
        (await answer.AllHeadersAsync()).TryGetValue("server-timing", out var timing) ? double.Parse(timing.Split("dur=")[1], CultureInfo.InvariantCulture) : 0;

    /// <summary>A page by its address, without ids.</summary>
    private static string Named(string path) => string.Join('-', path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => Guid.TryParse(part, out _) ? "one" : part));
}

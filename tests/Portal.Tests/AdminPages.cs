using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using EventSourcedOrgs.Tests;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>
/// Every page of the admin portal: it answers, keeps nobody out, has enough contrast in the light and in the dark, and fits a phone. With PORTAL_PICTURES=1 they are also drawn into docs/portal.
/// </summary>
[Collection(OnDemo.Name)]
public class AdminPages(DemoSite site)
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PORTAL_PICTURES") == "1" ? Path.Combine(Approved.Root, "docs", "portal") : null;

    [Fact]
    public Task Of_customers() => Look(sale =>
    {
        var (organization, user) = ($"/admin/organizations/{sale.Organization}", $"/admin/users/{sale.User}");
        return
        [
            "/admin", "/admin/organizations", "/admin/organizations/new", organization, $"{organization}/edit", $"{organization}/users", $"{organization}/users/new?role=organization-admin", $"{organization}/groups",
            $"{organization}/groups/{sale.Group}", $"{organization}/groups/{sale.Group}/delete", $"{organization}/groups/{sale.Group}/members/{sale.User}/remove", $"{organization}/licenses",
            $"{organization}/activations", $"{organization}/suspend", $"{organization}/delete", "/admin/users", "/admin/users/new", user, $"{user}/edit", $"{user}/move", $"{user}/invite", $"{user}/suspend",
            $"{user}/delete", "/admin/search", $"/admin/search?q={Uri.EscapeDataString(sale.Name)}",
        ];
    });

    [Fact]
    public Task Of_licensing() => Look(sale =>
    {
        var (license, release) = ($"/admin/licenses/{sale.License}", $"/admin/releases/{sale.Release}");
        return
        [
            "/admin/products", "/admin/products/new", $"/admin/products/{sale.Product}", $"/admin/products/{sale.Product}/edit", $"/admin/products/{sale.Product}/delete", "/admin/templates", "/admin/templates/new",
            $"/admin/templates/{sale.Template}", $"/admin/templates/{sale.Template}/edit", $"/admin/templates/{sale.Template}/delete", "/admin/licenses", "/admin/licenses/new", license, $"{license}/edit",
            $"{license}/assign", $"{license}/extend", $"{license}/change/suspend", $"{license}/change/revoke", $"{license}/delete", "/admin/activations", $"/admin/activations/{sale.Activation}",
            $"/admin/activations/{sale.Activation}/delete", "/admin/releases", "/admin/releases/new", "/admin/releases/channels", $"/admin/releases/channels/{sale.Channel}/delete", release, $"{release}/edit",
            $"{release}/publish", $"{release}/delete",
        ];
    });

    [Fact]
    public async Task Of_the_account()
    {
        using var vendor = await site.Caller();
        var made = new AdminSale(vendor);
        var role = (string)(await made.Send(HttpMethod.Post, "/v3/roles", new { name = made.Name, claims = new[] { "license:read" } }))["id"]!;
        await made.Send(HttpMethod.Post, "/v3/personal-access-tokens", new { name = made.Name, scopes = new[] { "license:read" } });
        var token = (string)(await made.Send(HttpMethod.Get, $"/v3/personal-access-tokens?search={Uri.EscapeDataString(made.Name)}"))[0]!["id"]!;
        await See(
        [
            "/admin/roles", "/admin/roles/new", $"/admin/roles/{role}", $"/admin/roles/{role}/edit", $"/admin/roles/{role}/delete", "/admin/tokens", "/admin/tokens/new", $"/admin/tokens/{token}",
            $"/admin/tokens/{token}/rotate", $"/admin/tokens/{token}/revoke", $"/admin/tokens/{token}/delete",
        ]);
    }

    private async Task Look(Func<AdminSale, string[]> paths)
    {
        using var vendor = await site.Caller();
        await See(paths(await AdminSale.Make(vendor)));
    }

    private async Task See(string[] paths)
    {
        await using var visitor = await site.Visit(Site.SuperAdmin);
        await visitor.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        foreach (var path in paths)
        {
            (await visitor.Page.GotoAsync(path))!.Status.ShouldBe(200, path);
            await visitor.IsAccessible();
            await Draw(visitor.Page, path, "");
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await HasContrast(visitor.Page, path);
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            await visitor.Page.SetViewportSizeAsync(390, 844);
            (await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0, $"{path} is wider than a phone");
            await Draw(visitor.Page, path, "-phone");
            await visitor.Page.SetViewportSizeAsync(1280, 900);
        }
    }

    private static async Task HasContrast(IPage page, string path)
    {
        var result = await page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "rule", Values = ["color-contrast"] } });
        result.Violations.SelectMany(violation => violation.Nodes).Select(node => $"{path} in the dark: {node.Html}").ShouldBeEmpty();
    }

    private static async Task Draw(IPage page, string path, string suffix)
    {
        if (Pictures is null)
            return;
        var name = string.Join('-', path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => Guid.TryParse(part, out _) ? "one" : part));
        await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}{suffix}.png"), FullPage = true });
    }
}

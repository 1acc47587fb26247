using EventSourcedOrgs.Tests;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>
/// Every page of both portals, at the widths of a desk and of a phone, in the light and in the dark: it answers, fits, has enough contrast, and keeps nobody out. With PORTAL_PICTURES=1 the
/// pages are also drawn into docs/portal.
/// </summary>
[Collection(OnDemo.Name)]
public class Pages(DemoSite site)
{
    private static readonly bool Pictures = Environment.GetEnvironmentVariable("PORTAL_PICTURES") == "1";

    [Fact]
    public void No_page_is_left_out()
    {
        var seen = Atlas.OfEverybody(site).ToList();
        Atlas.Routes.Where(route => !seen.Exists(address => Atlas.IsOf(route, address))).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_keeps_people_out_is_noticed()
    {
        await using var visitor = await site.Visit();
        await visitor.Go("/portal/sign-in");
        await visitor.IsAccessible();
        await visitor.Page.EvaluateAsync("() => document.querySelectorAll('label').forEach(label => label.replaceWith(label.querySelector('input') ?? ''))");
        (await Assert.ThrowsAsync<ShouldAssertException>(() => visitor.IsAccessible())).Message.ShouldContain("label");
        await visitor.Page.EvaluateAsync("() => { document.querySelector('h1').style.color = 'rgb(250, 250, 250)'; }");
        (await Assert.ThrowsAsync<ShouldAssertException>(() => visitor.IsAccessible("color-contrast"))).Message.ShouldContain("h1");
    }

    [Fact]
    public Task Of_strangers() => Look(null, Atlas.OfStrangers);

    [Fact]
    public Task Of_users() => Look(DemoSite.User, Atlas.OfUsers(site));

    [Fact]
    public Task Of_organization_admins() => Look(DemoSite.Admin, Atlas.OfOrganizationAdmins(site));

    [Fact]
    public Task Of_customers() => Look(Site.SuperAdmin, Atlas.OfCustomers(site));

    [Fact]
    public Task Of_licensing() => Look(Site.SuperAdmin, Atlas.OfLicensing(site));

    [Fact]
    public Task Of_the_account() => Look(Site.SuperAdmin, Atlas.OfTheAccount(site));

    [Fact]
    public Task Of_auditors_and_operators() => Look(Site.SuperAdmin, Atlas.OfAuditorsAndOperators(site));

    [Fact]
    public async Task In_the_dark_and_in_the_past()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        await admin.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        await See(admin, "/portal", "dark-");
        await See(admin, $"/portal/licenses/{site.License}", "dark-");
        await admin.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await admin.Go("/portal/moment");
        await admin.Fill("Moment (UTC)", DateTime.UtcNow.AddSeconds(-3));
        await admin.Press("Show it");
        await admin.Sees("This is how it was at");
        await See(admin, $"/portal/licenses/{site.License}", "past-");
    }

    private async Task Look(string? email, string[] addresses)
    {
        await using var visitor = email is null ? await site.Visit() : await site.Visit(email);
        foreach (var address in addresses)
        {
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            await See(visitor, address);
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await visitor.IsAccessible("color-contrast");
        }
    }

    private static async Task See(Visitor visitor, string address, string prefix = "")
    {
        await visitor.Page.SetViewportSizeAsync(1280, 900);
        (await visitor.Page.GotoAsync(address))!.Status.ShouldBe(200, address);
        (await visitor.Page.Locator(".list[data-live]:not(:has(.list-tools a[download])), .list:has(.pager, .total):not(:has(.list-tools a[download]))").CountAsync()).ShouldBe(0, $"{address} has a list without an export");
        (await visitor.Page.Locator("form[method=post]:not(:has([name=__RequestVerificationToken]))").CountAsync()).ShouldBe(0, $"{address} has a form that others could send");
        foreach (var (width, height, suffix) in ((int, int, string)[])[(1280, 900, ""), (390, 844, "-phone")])
        {
            await visitor.Page.SetViewportSizeAsync(width, height);
            (await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0, $"{address} is wider than a screen of {width}");
            await visitor.IsAccessible();
            if (Pictures)
                await Draw(visitor.Page, width, Path.Combine(Approved.Root, "docs", "portal", $"{prefix}{Atlas.NameOf(address)}{suffix}.png"));
        }
    }

    /// <summary>The whole page; of one that goes on and on, how it begins.</summary>
    private static async Task Draw(IPage page, int width, string path)
    {
        var height = await page.EvaluateAsync<int>("() => document.documentElement.scrollHeight");
        await page.ScreenshotAsync(new() { Path = path, FullPage = true, Clip = new() { Width = width, Height = Math.Min(height, 4000) } });
    }
}

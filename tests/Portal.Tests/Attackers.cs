using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>People who want what is not theirs, and people whose browser, patience or luck is not the usual.</summary>
[Collection(OnDemo.Name)]
public class Attackers(DemoSite site)
{
    private const string Evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

    [Fact]
    public async Task What_people_write_is_shown_as_it_was_written_wherever_it_is_shown()
    {
        using var vendor = await site.Caller();
        var organization = (string)(await Site.Post(vendor, "/v3/organizations", new { name = Evil, email = "it@example.com", description = Evil, allowedUsers = 5, metadata = new[] { new { key = Evil, value = Evil } } }))["id"]!;
        var own = $"/v3/organizations/{organization}";
        var group = (string)(await Site.Post(vendor, $"{own}/user-groups", new { name = Evil, description = Evil }))["id"]!;
        var email = $"evil-{Guid.NewGuid():N}@example.com";
        var user = (string)(await Site.Post(vendor, $"{own}/users", new { firstName = Evil, lastName = Evil, email, role = "organization-admin", password = Site.Password, userGroupIds = new[] { group } }))["id"]!;
        var product = (string)(await Site.Post(vendor, "/v3/products", new { name = $"{Evil} {Guid.NewGuid():N}", displayName = Evil, description = Evil, licenseTemplateId = site.Template, metadata = new[] { new { key = Evil, value = Evil } } }))["id"]!;
        var license = (string)(await Site.Post(vendor, "/v3/licenses", new { productId = product, organizationId = organization, notes = Evil, metadata = new[] { new { key = "k", value = Evil, visible = true } } }))["id"]!;
        await Site.Send(vendor, HttpMethod.Patch, $"{own}/licenses/{license}", new { userGroupIds = new[] { group } });
        var release = (string)(await Site.Post(vendor, "/v3/releases", new { name = Evil, version = "1.0", channel = "stable", platforms = new[] { "linux" }, productId = product, notes = Evil }))["id"]!;

        await site.Settled();
        await using var super = await site.Visit(Site.SuperAdmin);
        await ShowsText(super, "/admin", $"/admin/organizations/{organization}", $"/admin/organizations/{organization}/groups/{group}", $"/admin/organizations/{organization}/users", $"/admin/users/{user}", $"/admin/users/{user}/invite",
            $"/admin/products/{product}", $"/admin/licenses/{license}", $"/admin/licenses/{license}/assign", $"/admin/releases/{release}", "/admin/releases", $"/admin/search?search={Uri.EscapeDataString("<img")}", "/admin/history");
        await using var admin = await site.Visit(email);
        await ShowsText(admin, "/portal", "/portal/users", "/portal/groups", $"/portal/groups/{group}", $"/portal/users/{user}/remove", $"/portal/licenses/{license}", "/portal/my/licenses", "/portal/history",
            $"/portal/search?search={Uri.EscapeDataString(Evil)}");
    }

    [Fact]
    public async Task No_form_is_taken_without_the_proof_that_it_is_of_ours()
    {
        await using var super = await site.Visit(Site.SuperAdmin);
        await using var admin = await site.Visit(DemoSite.Admin);
        string[] addresses = [.. Atlas.OfCustomers(site), .. Atlas.OfLicensing(site), .. Atlas.OfTheAccount(site), .. Atlas.OfAuditorsAndOperators(site), .. Atlas.OfStrangers, "/portal/theme", "/portal/moment", "/portal/sign-out"];
        foreach (var (who, address) in addresses.Select(address => (super, address)).Concat(Atlas.OfOrganizationAdmins(site).Select(address => (admin, address))))
        {
            var form = who.Context.APIRequest.CreateFormData().Append("_handler", "confirm").Append("name", "forged");
            (await who.Context.APIRequest.PostAsync(address, new() { Form = form, MaxRedirects = 0 })).Status.ShouldBe(400, address);
        }

        await super.Go("/admin/organizations");
        await Assertions.Expect(super.Heading).ToHaveTextAsync("Organizations");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/portal/\\\\evil.example")]
    [InlineData("/portal\r\nRefresh: 0;url=https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_to_another_site_after_signing_in(string back)
    {
        await using var somebody = await site.Visit(scripts: false);
        await somebody.Go($"/portal/sign-in?back={Uri.EscapeDataString(back)}");
        await somebody.Fill("E-mail address", DemoSite.User);
        await somebody.Fill("Password", Site.Password);
        await somebody.Press("Sign in");
        await Assertions.Expect(somebody.Heading).ToHaveTextAsync("My licences");
        somebody.Page.Url.ShouldStartWith(site.Address);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_is_done_once()
    {
        var name = $"Twice {Guid.NewGuid():N}";
        await using var super = await site.Visit(Site.SuperAdmin);
        await super.Go("/admin/organizations/new");
        await super.Fill("Name", name);
        await super.Fill("E-mail address", "it@example.com");
        await super.Page.EvaluateAsync("""
            () => {
                const body = () => new URLSearchParams(new FormData(document.querySelector("main form[method=post]")));
                return Promise.all([1, 2, 3].map(() => fetch(location.href, { method: "POST", body: body() })));
            }
            """);
        await super.Go($"/admin/organizations?search={Uri.EscapeDataString(name)}");
        await super.Sees("1 row");
    }

    [Fact]
    public async Task Who_is_signed_out_while_filling_in_a_form_is_told_that_it_was_not_sent_and_comes_back_to_it()
    {
        await using var admin = await site.Visit(DemoSite.Admin, scripts: false);
        await admin.Go("/portal/groups/new");
        await admin.Fill("Name", $"Late {Guid.NewGuid():N}");
        await admin.Context.ClearCookiesAsync(new() { Name = "portal" });
        await admin.Press("Create group");
        await admin.Sees("what you sent was not done");
        await admin.Fill("E-mail address", DemoSite.Admin);
        await admin.Fill("Password", Site.Password);
        await admin.Press("Sign in");
        await Assertions.Expect(admin.Heading).ToHaveTextAsync("New group");
        await admin.Go("/portal/groups?search=Late");
        await admin.Sees("Nothing matches.");
    }

    [Fact]
    public async Task After_signing_out_the_way_back_shows_nothing()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        await admin.Go("/portal/users");
        await admin.Sees("acme.example");
        await admin.Page.Locator(".user-menu summary").ClickAsync();
        await admin.Press("Sign out");
        await admin.Sees("You are signed out.");
        await admin.Page.GoBackAsync();
        await Assertions.Expect(admin.Heading).ToHaveTextAsync("Sign in");
        await admin.SeesNot("acme.example");
    }

    [Fact]
    public async Task Somebody_of_no_organization_finds_nothing_where_there_is_one_of_others()
    {
        using var vendor = await site.Caller();
        var email = $"alone-{Guid.NewGuid():N}@example.com";
        await Site.Post(vendor, "/v3/users", new { firstName = "Alone", email, password = Site.Password, role = "user" });
        await using var alone = await site.Visit(email);
        foreach (var path in (string[])["/portal/export/users.csv", "/portal/export/history.csv", "/portal/export/access-diff.csv?from=1", "/portal/changes", "/portal/changes?after=1"])
            (await alone.Context.APIRequest.GetAsync(path)).Status.ShouldBeOneOf([403, 404], path);
    }

    /// <summary>Text that says what to do stays text, and nothing that it says is done.</summary>
    private static async Task ShowsText(Visitor visitor, params string[] addresses)
    {
        foreach (var address in addresses)
        {
            await visitor.Go(address);
            (await visitor.Page.Locator("img[src=x], main script, [onerror]").CountAsync()).ShouldBe(0, address);
            (await visitor.Page.TitleAsync()).ShouldNotBe("owned", address);
            (await visitor.Page.ContentAsync()).ShouldContain("&lt;img src", Case.Insensitive, address);
        }
    }
}

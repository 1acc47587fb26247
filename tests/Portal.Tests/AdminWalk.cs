using System.Net;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>A vendor's day at the admin portal.</summary>
[Collection(OnDemo.Name)]
public class AdminWalk(DemoSite site)
{
    [Fact]
    public async Task A_vendor_sells_to_a_new_customer()
    {
        var name = $"Walk {Guid.NewGuid().ToString("N")[..8]}";
        await using var vendor = await site.Visit(Site.SuperAdmin);
        await NewOrganization(vendor, name, seats: "3");
        await vendor.Sees("0 / 3");

        await vendor.Follow("New organization-admin");
        await vendor.Fill("First name", "Olga");
        await vendor.Fill("E-mail address", $"olga-{Guid.NewGuid():N}@example.com");
        await vendor.Press("Create user");
        await vendor.Sees("Now hand over the invitation.");
        await vendor.Press("Make the link");
        await vendor.Sees("/portal/welcome?user=");
        await vendor.Follow("Done");
        await vendor.Sees("Organization admin");

        await vendor.Go("/admin/templates/new");
        await vendor.Fill("Name", name);
        await vendor.Press("Create template");
        await vendor.Sees("365 days");

        await vendor.Go("/admin/products/new");
        await vendor.Fill("Name", name);
        await vendor.Fill("Shown to customers as", $"{name} for everybody");
        await Choose(vendor, "Licence template", name);
        await vendor.Press("Create product");
        await vendor.Sees("Public key");

        await vendor.Follow("New licence");
        await Choose(vendor, "Organization", name);
        await vendor.Press("Create licence");
        await vendor.Sees("it opens nothing before it is assigned");

        await vendor.Follow("Assign");
        await vendor.Page.GetByRole(AriaRole.Combobox, new() { Name = "User" }).SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await vendor.Press("Show what it gives");
        await vendor.Sees("1 access gained");
        await vendor.Press("Assign");
        await vendor.Sees("given directly");
        await vendor.IsAccessible();

        await vendor.Page.Keyboard.PressAsync("Control+k");
        await vendor.Page.Keyboard.TypeAsync(name);
        await vendor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(vendor.Heading).ToContainTextAsync("Search");
        foreach (var kind in (string[])["Organizations", "Products", "Templates"])
            await Assertions.Expect(vendor.Page.Locator("section.card", new() { Has = vendor.Page.GetByRole(AriaRole.Heading, new() { Name = kind, Exact = true }) }).GetByRole(AriaRole.Link, new() { Name = name, Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_refused_is_told_beside_the_field_and_what_was_typed_stays()
    {
        await using var vendor = await site.Visit(Site.SuperAdmin, scripts: false);
        await vendor.Go("/admin/organizations/new");
        await vendor.Fill("Name", "Careless");
        await vendor.Fill("E-mail address", "it@example.com");
        await vendor.Fill("Seats", "-2");
        await vendor.Press("Create organization");
        var seats = vendor.Page.GetByLabel("Seats");
        await Assertions.Expect(seats).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(vendor.Page.Locator($"#{await seats.GetAttributeAsync("aria-describedby")}")).ToBeVisibleAsync();
        (await seats.InputValueAsync()).ShouldBe("-2");
        (await vendor.Page.Locator("main").GetByLabel("Name").First.InputValueAsync()).ShouldBe("Careless");
    }

    [Fact]
    public async Task Nothing_is_destroyed_before_it_was_shown_what_that_does()
    {
        using var caller = await site.Caller();
        var sale = await AdminSale.Make(caller);
        await using var vendor = await site.Visit(Site.SuperAdmin, scripts: false);
        await vendor.Go($"/admin/licenses/{sale.License}");
        await vendor.Follow("Suspend");
        await vendor.Sees("1 access lost");
        await vendor.Press("Suspend licence");
        await vendor.Sees("suspended");

        await vendor.Go($"/admin/organizations/{sale.Organization}/delete");
        await vendor.Fill("Name of the organization", "something else");
        await vendor.Press("Delete organization and users");
        await vendor.Sees("This is not the name of the organization.");
        await vendor.Fill("Name of the organization", sale.Name);
        await vendor.Press("Delete organization and users");
        await vendor.Sees($"{sale.Name} was deleted.");
        await vendor.Go($"/admin/organizations?search={Uri.EscapeDataString(sale.Name)}");
        await vendor.Sees("Nothing matches.");
    }

    [Fact]
    public async Task A_licence_of_an_organization_that_was_deleted_is_shown_and_goes_to_another_one()
    {
        using var caller = await site.Caller();
        var sale = await AdminSale.Make(caller);
        await site.Settled();
        using var vendor = await site.Read(Site.SuperAdmin);
        (await vendor.Get($"/admin/organizations/{sale.Organization}/delete")).Text.ShouldContain("can be given to another organization");
        await sale.Send(HttpMethod.Delete, $"/v3/organizations/{sale.Organization}?cascade=true");
        await site.Settled();
        var (status, text) = await vendor.Get($"/admin/licenses/{sale.License}");
        status.ShouldBe(HttpStatusCode.OK);
        text.ShouldContain("it was deleted");

        var other = (await site.NewOrganization("Heirs")).Id;
        await sale.Send(HttpMethod.Patch, $"/v3/licenses/{sale.License}", new { organizationId = other });
        await site.Settled();
        (await vendor.Get($"/admin/licenses/{sale.License}")).Text.ShouldContain("Heirs");
    }

    [Fact]
    public async Task Who_loses_access_is_shown_before_a_licence_ends_earlier_or_goes_to_somebody_else()
    {
        using var caller = await site.Caller();
        var sale = await AdminSale.Make(caller);
        await using var vendor = await site.Visit(Site.SuperAdmin);
        await vendor.Go($"/admin/licenses/{sale.License}/extend");
        await vendor.Sees("It has no end that could be moved.");
        await vendor.Fill("Ends (UTC)", DateTime.UtcNow.AddDays(100));
        await vendor.Press("Set the end");
        await vendor.Sees("had no end so far");
        await vendor.Press("Set the end");
        await vendor.Sees("The end was set.");
        await vendor.Go($"/admin/licenses/{sale.License}/extend");
        await vendor.Fill("Days", "-400");
        await vendor.Press("Extend");
        await vendor.Sees("it will end");
        await vendor.Sees("1 access lost");
        await vendor.IsAccessible();
        (await Site.Get(caller, $"/v3/licenses/{sale.License}/access?allowed=true")).AsArray().Count.ShouldBe(1);

        await vendor.Go($"/admin/licenses/{sale.License}/edit");
        await vendor.Fill("Notes", "Harmless");
        await vendor.Press("Save");
        await vendor.Sees("Saved.");
        await vendor.Go($"/admin/licenses/{sale.License}/edit");
        await vendor.Fill("Notes", "First line\nSecond line");
        await vendor.Choose("Organization", "No organization");
        await vendor.Press("Save");
        await vendor.Sees("1 access lost");
        await vendor.Press("Save");
        await vendor.Sees("Saved.");
        await vendor.Sees("It is not an organization's.");
        await vendor.Sees("Second line");

        await vendor.Go($"/admin/licenses/{sale.License}/extend");
        await vendor.Fill("Days", "30");
        await vendor.Press("Extend");
        await vendor.Sees("Nobody gains or loses access");
        await vendor.Press("Extend");
        await vendor.Sees("The licence was extended.");
    }

    [Fact]
    public async Task A_file_is_uploaded_published_and_comes_back_as_it_was()
    {
        using var caller = await site.Caller();
        var sale = await AdminSale.Make(caller);
        await using var vendor = await site.Visit(Site.SuperAdmin, scripts: false);
        await vendor.Go($"/admin/releases/{sale.Release}");
        await vendor.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "setup.bin", MimeType = "application/octet-stream", Buffer = [1, 2, 3, 4, 5] });
        await vendor.Press("Upload");
        await vendor.Sees("setup.bin was uploaded.");
        await vendor.Follow("Publish");
        await vendor.Press("Publish release");
        await vendor.Sees("published");
        var download = await vendor.Page.RunAndWaitForDownloadAsync(() => vendor.Follow("setup.bin"));
        await using var stream = await download.CreateReadStreamAsync();
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        bytes.ToArray().ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task A_token_is_shown_once_and_ends_when_it_is_revoked()
    {
        var name = $"Token {Guid.NewGuid():N}";
        await using var vendor = await site.Visit(Site.SuperAdmin, scripts: false);
        await vendor.Go("/admin/tokens/new");
        await vendor.Fill("Name", name);
        await vendor.Page.GetByLabel("organization:read", new() { Exact = true }).CheckAsync();
        await vendor.Press("Create token");
        var secret = await vendor.Page.Locator("[data-secret] code").InnerTextAsync();
        using var script = new HttpClient { BaseAddress = new(site.Address), DefaultRequestHeaders = { Authorization = new("Bearer", secret) } };
        (await script.GetAsync("/v3/organizations")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await vendor.Follow("Done");
        await vendor.Sees(name);
        await vendor.Follow(name);
        (await vendor.Page.ContentAsync()).ShouldNotContain(secret);
        await vendor.Follow("Revoke");
        await vendor.Press("Revoke token");
        await vendor.Sees("revoked");
        (await script.GetAsync("/v3/organizations")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static Task Choose(Visitor vendor, string label, string option) =>
        vendor.Page.GetByRole(AriaRole.Combobox, new() { Name = label }).SelectOptionAsync(new SelectOptionValue { Label = option });

    private static async Task NewOrganization(Visitor vendor, string name, string seats)
    {
        await vendor.Go("/admin/organizations/new");
        await vendor.Fill("Name", name);
        await vendor.Fill("E-mail address", "it@example.com");
        await vendor.Fill("Seats", seats);
        await vendor.Press("Create organization");
        await vendor.Sees($"{name} was created.");
    }
}

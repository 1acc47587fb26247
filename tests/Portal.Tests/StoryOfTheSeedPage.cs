using System.Diagnostics;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>Everything the portals are for, by people at browsers, from an empty installation.</summary>
public sealed class StoryOfTheSeedPage(EmptySite site) : IClassFixture<EmptySite>, IDisposable
{
    private const string Grace = "grace@rockets.example";
    private const string Ada = "ada@rockets.example";

    private readonly DirectoryInfo laptop = Directory.CreateTempSubdirectory("portal-laptop-");

    public void Dispose() => laptop.Delete(recursive: true);

    [Fact]
    public async Task An_organization_comes_to_life()
    {
        await using var vendor = await site.Visit(Site.SuperAdmin);
        await TheVendorSellsALicence(vendor);

        await using var grace = await site.Visit(Grace);
        await grace.Sees("Seats taken");
        await grace.Go("/portal/groups/new");
        await grace.Fill("Name", "Engineers");
        await grace.Press("Create group");
        await grace.Sees("The group Engineers was created.");
        await Creates(grace, "Ada", "Lovelace", Ada, "Engineers");
        await Creates(grace, "Edsger", "Dijkstra", "edsger@rockets.example");
        await AFourthIsRefused(grace);
        var before = DateTimeOffset.UtcNow;
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        await TheGroupGetsTheLicence(grace);

        await using var ada = await site.Visit(Ada);
        await Assertions.Expect(ada.Heading).ToHaveTextAsync("My licences");
        await ada.Sees("you may use it");
        await ada.Sees("through Engineers");
        await ada.IsAccessible();
        await AMachineWithoutANetwork(vendor, ada);

        await grace.Go("/portal/activations");
        await grace.Sees("offline");
        await TheAuditorSlidesBack(vendor, before);
        await grace.Go("/portal/history");
        await grace.Sees("License group assigned");
    }

    private static async Task TheVendorSellsALicence(Visitor vendor)
    {
        await vendor.Go("/admin/organizations/new");
        await vendor.Fill("Name", "Rockets");
        await vendor.Fill("E-mail address", "it@rockets.example");
        await vendor.Fill("Seats", "3");
        await vendor.Press("Create organization");
        await vendor.Sees("Rockets was created.");
        await vendor.Go($"{new Uri(vendor.Page.Url).AbsolutePath}/users/new?role=organization-admin");
        await vendor.Fill("First name", "Grace");
        await vendor.Fill("Last name", "Hopper");
        await vendor.Fill("E-mail address", Grace);
        await vendor.Choose("Role", "Organization-admin");
        await vendor.Fill("Password", Site.Password);
        await vendor.Press("Create user");
        await vendor.Sees("Grace was created.");

        await vendor.Go("/admin/templates/new");
        await vendor.Fill("Name", "Yearly");
        await vendor.Press("Create template");
        await vendor.Sees("Yearly was created.");
        await vendor.Go("/admin/products/new");
        await vendor.Fill("Name", "pro");
        await vendor.Fill("Shown to customers as", "Pro");
        await vendor.Choose("Licence template", "Yearly");
        await vendor.Press("Create product");
        await vendor.Sees("pro was created.");
        await vendor.Go("/admin/licenses/new");
        await vendor.Choose("Product", "pro");
        await vendor.Choose("Organization", "Rockets");
        await vendor.Press("Create licence");
        await vendor.Sees("The licence was created.");
    }

    private static async Task Creates(Visitor admin, string first, string last, string email, string? group = null)
    {
        await admin.Go("/portal/users/new");
        await admin.Fill("First name", first);
        await admin.Fill("Last name", last);
        await admin.Fill("E-mail address", email);
        if (group is not null)
            await admin.Tick(group);
        await admin.Fill("Password", Site.Password);
        await admin.Press("Create user");
        await admin.Sees($"{first} was created.");
    }

    private static async Task AFourthIsRefused(Visitor admin)
    {
        await admin.Go("/portal/users/new");
        await admin.Sees("All 3 seats are taken.");
        await admin.Fill("First name", "Barbara");
        await admin.Fill("E-mail address", "barbara@rockets.example");
        await admin.Fill("Password", Site.Password);
        await admin.Press("Create user");
        await Assertions.Expect(admin.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("seat", new() { IgnoreCase = true });
        (await admin.Page.GetByLabel("First name").InputValueAsync()).ShouldBe("Barbara");
        await admin.IsAccessible();
        await admin.Go("/portal/users");
        await admin.SeesNot("Barbara");
    }

    private static async Task TheGroupGetsTheLicence(Visitor admin)
    {
        await admin.Go("/portal/licenses");
        await admin.Page.Locator("tbody a").First.ClickAsync();
        await admin.Sees("Nobody");
        await admin.Follow("Assign groups");
        await admin.Tick("Engineers");
        await admin.Press("Show who gains and loses");
        await admin.Sees("1 access gained");
        await admin.Sees("Ada Lovelace");
        await admin.IsAccessible();
        await admin.Press("Assign");
        await admin.Sees("The groups are assigned.");
        await admin.Sees("through Engineers");
    }

    /// <summary>The laptop writes a request with the tool of the vendor; Ada carries it to the portal and the response back.</summary>
    private async Task AMachineWithoutANetwork(Visitor vendor, Visitor ada)
    {
        using var api = await site.Caller();
        var product = (string)(await Site.Get(api, "/v3/products"))[0]!["id"]!;
        var key = (string)(await Site.Get(api, "/v3/licenses"))[0]!["key"]!;
        await File.WriteAllTextAsync(At("product.dat"), await api.GetStringAsync($"/v3/products/{product}/product.dat"));
        await Tool("offline", "request", "--key", key, "--out", "request.txt");

        await ada.Go("/portal/offline");
        await ada.Page.GetByLabel("Licence").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await ada.Page.GetByLabel("Request file").SetInputFilesAsync(At("request.txt"));
        await ada.Press("Make the response");
        await ada.Sees("The machine is activated.");
        await ada.IsAccessible();
        var download = await ada.Page.RunAndWaitForDownloadAsync(() => ada.Follow("Download the response"));
        await download.SaveAsAsync(At("response.txt"));
        (await Tool("offline", "accept", "response.txt")).ShouldStartWith("Activated: activation ");
        (await Tool("verify")).ShouldStartWith("Licensed: ");
        await site.Settled();
        await vendor.Go("/admin/activations");
        await vendor.Sees(Environment.MachineName);
    }

    private static async Task TheAuditorSlidesBack(Visitor vendor, DateTimeOffset before)
    {
        await vendor.Go("/admin/licenses");
        await vendor.Page.Locator("tbody a").First.ClickAsync();
        await vendor.Sees("Engineers");
        var license = new Uri(vendor.Page.Url).AbsolutePath;
        await vendor.Go("/admin/moment");
        await vendor.Fill("Moment (UTC)", before.UtcDateTime);
        await vendor.Press("Show it");
        await vendor.Sees("This is how it was at");
        await vendor.Go(license);
        await vendor.SeesNot("Engineers");
        await vendor.IsAccessible();
        await vendor.Press("Back to now");
        await vendor.Sees("Engineers");
    }

    private string At(string name) => Path.Combine(laptop.FullName, name);

    private async Task<string> Tool(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EventSourcedOrgs.LicenseTool.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = laptop.FullName,
        };
        using var tool = Process.Start(start)!;
        var (output, error) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.WaitForExitAsync();
        tool.ExitCode.ShouldBe(0, await error);
        return await output;
    }
}

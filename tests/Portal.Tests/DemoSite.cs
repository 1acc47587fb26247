using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Client;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>The demo with some life in it: machines, one of them offline, a release, and a few changes. Tests that share it change only what is their own.</summary>
public sealed class DemoSite() : Site(withDemo: true)
{
    public const string Admin = "admin@acme.example";
    public const string User = "user@acme.example";

    private static readonly (string Host, string System)[] Machines = [("drawing-board", "linux"), ("wind-tunnel", "windows"), ("launch-pad", "linux"), ("front-desk", "macos"), ("anvil", "windows")];

    public string Product { get; } = "01900000-0000-7000-8000-000000000002";

    public string Template { get; } = "01900000-0000-7000-8000-000000000001";

    public string Organization { get; private set; } = "";

    public string License { get; private set; } = "";

    /// <summary>One that the user may use.</summary>
    public string LicenseOfUser { get; private set; } = "";

    public string Group { get; private set; } = "";

    public string Person { get; private set; } = "";

    public string Activation { get; private set; } = "";

    public string Release { get; private set; } = "";

    public string File { get; private set; } = "";

    public string Channel { get; private set; } = "";

    public string Platform { get; private set; } = "";

    /// <summary>Somebody in the group.</summary>
    public string Member { get; private set; } = "";

    /// <summary>What a machine without a network got.</summary>
    public string Response { get; private set; } = "";

    public string Role { get; private set; } = "";

    public string Token { get; private set; } = "";

    /// <summary>A verification of a read model.</summary>
    public string Work { get; private set; } = "";

    protected override async Task PrepareAsync()
    {
        using var vendor = await Caller();
        using var admin = await Caller(Admin);
        using var user = await Caller(User);
        Organization = (string)(await Get(admin, "/v3/me"))["organizationId"]!;
        var own = $"/v3/organizations/{Organization}";
        var license = (await Get(admin, $"{own}/licenses?type=node-locked&sort=%2BcreatedAt"))[0]!;
        (License, Group, Person) = ((string)license["id"]!, await First(admin, $"{own}/user-groups"), await First(admin, $"{own}/users?search=user@acme"));
        foreach (var (host, system) in Machines)
        {
            await Post(Http, "/v3/activations", new
            {
                key = (string)license["key"]!, productId = Product, fingerprint = Fingerprint(host), hostname = host, os = system, userHash = "somebody", releaseVersion = "2.1.0",
            });
        }

        LicenseOfUser = await First(user, "/v3/me/licenses");
        Activation = await First(admin, $"{own}/activations?sort=%2BcreatedAt");
        Channel = (string)(await Post(vendor, "/v3/release-channels", new { name = "stable", displayName = "Stable", @private = false }))["id"]!;
        await Post(vendor, "/v3/release-platforms", new { name = "windows", displayName = "Windows" });
        Platform = (string)(await Post(vendor, "/v3/release-platforms", new { name = "linux", displayName = "Linux" }))["id"]!;
        Release = (string)(await Post(vendor, "/v3/releases", new { name = "Workbench 2.1", version = "2.1.0", channel = "stable", platforms = new[] { "linux", "windows" }, productId = Product, notes = "Faster, and quieter." }))["id"]!;
        await Send(vendor, HttpMethod.Put, $"/v3/{Release}/workbench.tar.gz", new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat("not really a program", 5000)))));
        File = (string)(await Get(vendor, $"/v3/releases/{Release}"))["files"]![0]!["id"]!;
        await Post(vendor, $"/v3/releases/{Release}/publish");
        Member = await First(admin, $"{own}/user-groups/{Group}/users");
        await Carry(admin, (string)license["key"]!);
        Role = (string)(await Post(vendor, "/v3/roles", new { name = "Support", description = "Looks, and changes nothing", claims = new[] { "license:read", "user:read", "organization:read" } }))["id"]!;
        await Post(vendor, "/v3/personal-access-tokens", new { name = "Nightly import", scopes = new[] { "organization:read", "user:read", "user:write" } });
        Token = await First(vendor, "/v3/personal-access-tokens");
        Work = (string)(await Post(vendor, "/v3/operations/projections/EffectiveAccess/verify"))["id"]!;
        await Settled();
    }

    /// <summary>Another organization, with a licence and an organization-admin of its own.</summary>
    public async Task<(string Id, string Admin)> NewOrganization(string name)
    {
        using var vendor = await Caller();
        var organization = (string)(await Post(vendor, "/v3/organizations", new { name, email = "it@example.com", allowedUsers = 5 }))["id"]!;
        var admin = $"admin-{Guid.NewGuid():N}@example.com";
        await Post(vendor, $"/v3/organizations/{organization}/users", new { firstName = "Olga", lastName = "Ladyzhenskaya", email = admin, role = "organization-admin", password = Password });
        await Post(vendor, "/v3/licenses", new { productId = Product, organizationId = organization });
        return (organization, admin);
    }

    /// <summary>A machine without a network writes a request, which is answered.</summary>
    private async Task Carry(HttpClient admin, string key)
    {
        var laptop = Directory.CreateTempSubdirectory("portal-laptop-");
        var product = ProductFile.Parse(await (await Caller()).GetStringAsync($"/v3/products/{Product}/product.dat"));
        var request = new LicenseClient(product, new(Fingerprint("far-away"), "somebody", "far-away", "linux"), Path.Combine(laptop.FullName, "state")).MakeOfflineRequest(key);
        await Post(admin, "/v3/activations/offline-activate", new { licenseId = License, offlineRequest = request, responseValidity = 30 * 86400 });
        laptop.Delete(recursive: true);
        Response = await First(admin, $"/v3/organizations/{Organization}/licenses/{License}/offline-responses");
    }

    private static string Fingerprint(string host) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(host)));

    private async Task<string> First(HttpClient client, string path)
    {
        await Settled();
        return (string)((JsonArray)await Get(client, path))[0]!["id"]!;
    }
}

/// <summary>Tests that share the demo.</summary>
[CollectionDefinition(Name)]
public sealed class OnDemo : ICollectionFixture<DemoSite>
{
    public const string Name = "demo";
}

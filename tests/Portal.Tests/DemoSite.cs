using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>The demo with some life in it: machines, one of them offline, a release, and a few changes. Tests that share it change only what is their own.</summary>
public sealed class DemoSite() : Site(withDemo: true)
{
    public const string Admin = "admin@acme.example";
    public const string User = "user@acme.example";
    private const string Product = "01900000-0000-7000-8000-000000000002";

    private static readonly (string Host, string System)[] Machines = [("drawing-board", "linux"), ("wind-tunnel", "windows"), ("launch-pad", "linux"), ("front-desk", "macos"), ("anvil", "windows")];

    public string Organization { get; private set; } = "";

    public string License { get; private set; } = "";

    /// <summary>One that the user may use.</summary>
    public string LicenseOfUser { get; private set; } = "";

    public string Group { get; private set; } = "";

    public string Person { get; private set; } = "";

    public string Activation { get; private set; } = "";

    public string Release { get; private set; } = "";

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
        Release = (string)(await Post(vendor, "/v3/releases", new { name = "Workbench 2.1", version = "2.1.0", channel = "stable", platforms = new[] { "linux", "windows" }, productId = Product, notes = "Faster, and quieter." }))["id"]!;
        await Send(vendor, HttpMethod.Put, $"/v3/{Release}/workbench.tar.gz", new ByteArrayContent(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat("not really a program", 5000)))));
        await Post(vendor, $"/v3/releases/{Release}/publish");
        await Get(vendor, $"/v3/users?limit=1&minPosition={await Position(vendor)}");
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

    private static string Fingerprint(string host) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(host)));

    private static async Task<string> First(HttpClient client, string path) => (string)((JsonArray)await Get(client, path))[0]!["id"]!;

    private static async Task<string> Position(HttpClient client)
    {
        using var response = await client.GetAsync("/v3/history?limit=1");
        return response.Headers.GetValues("X-Position").First();
    }
}

/// <summary>Tests that share the demo.</summary>
[CollectionDefinition(Name)]
public sealed class OnDemo : ICollectionFixture<DemoSite>
{
    public const string Name = "demo";
}

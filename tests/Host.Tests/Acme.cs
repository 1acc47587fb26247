using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>A customer organization of a test's own, made by real commands, and the words tests use to speak of it.</summary>
internal sealed class Acme
{
    public const string Password = "correct horse battery";

    private static int people;

    private Acme(TestHost host, HttpClient vendor, string id) => (Host, Vendor, Id) = (host, vendor, id);

    public TestHost Host { get; }

    public HttpClient Vendor { get; }

    public string Id { get; }

    public string Path => $"/v3/organizations/{Id}";

    public static async Task<Acme> With(int seats, TestHost? host = null)
    {
        host ??= await TestHost.Shared;
        var vendor = await host.Vendor();
        var organization = await vendor.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = seats }).Expect(201);
        return new(host, vendor, organization.Id());
    }

    public static string NewEmail() => $"person{Interlocked.Increment(ref people)}-{Guid.NewGuid():N}@acme.example";

    public static object Person(string? email = null, string role = "user", params string[] groups) => new
    {
        firstName = "Ada", lastName = "Lovelace", email = email ?? NewEmail(), role, password = Password, allowCustomerPortalAccess = true, userGroupIds = groups,
    };

    /// <summary>Made by the vendor, who may go past the seats.</summary>
    public async Task<string> User(params string[] groups) => (await Vendor.Post($"{Path}/users", Person(groups: groups)).Expect(201)).Id();

    /// <summary>A signed-in organization-admin.</summary>
    public Task<HttpClient> Admin() => SignedIn("organization-admin");

    public async Task<HttpClient> SignedIn(string role)
    {
        var email = NewEmail();
        await Vendor.Post($"{Path}/users", Person(email, role)).Expect(201);
        return await Host.SignIn(email, Password);
    }

    public async Task<string> Group(string name = "Engineers") => (await Vendor.Post($"{Path}/user-groups", new { name }).Expect(201)).Id();

    public async Task<JsonNode> Read(string path = "") => await Vendor.Get(Path + path).Expect(200);

    /// <summary>Lists show everything that was done so far.</summary>
    public async Task Settled() => await Vendor.Get($"/v3/organizations?limit=1&minPosition={await Host.Scalar<long>("select max(seq_id) from events.mt_events")}").Expect(200);
}

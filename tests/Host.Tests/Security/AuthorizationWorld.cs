using EventSourcedOrgs.Host.Tests.BadInput;
using EventSourcedOrgs.Host.Tests.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Security;

/// <summary>Somebody who asks. <see cref="Denial"/> is what every address but an open one answers, whoever it is.</summary>
internal sealed record Asker(string Name, HttpClient Client, (int Status, string Code)? Denial = null);

/// <summary>Whose the resources are that a request names.</summary>
internal enum Target
{
    Own,
    AbsentInOwn,
    ForeignInOwn,
    Foreign,
    Absent,
    Deleted,
}

/// <summary>A Host with three organizations, one of them deleted, each with a resource of every kind, and somebody of every kind who asks.</summary>
public sealed class AuthorizationWorld : IAsyncLifetime
{
    private const string Claim = "organization:user:read";

    private readonly SetClock clock = new();
    private readonly (World Own, World Foreign, World Deleted) worlds = (new(), new(), new());

    internal TestHost Host { get; private set; } = null!;

    internal IReadOnlyList<Asker> Askers { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Host = await TestHost.StartAsync(services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            RequestWitness.Add(services);
        });
        foreach (var world in (World[])[worlds.Own, worlds.Foreign, worlds.Deleted])
            await world.Fill(Host);

        var expired = await Customer("organization-admin");
        clock.Advance(TimeSpan.FromHours(2));
        var vendor = await Host.Vendor();
        await vendor.Delete($"/v3/organizations/{worlds.Deleted["organizationId"]}?cascade=true").Expect(204);
        Askers =
        [
            new("anonymous", Host.Anonymous, (401, "AUTHENTICATION_REQUIRED")),
            new("expired token", expired, (401, "AUTHENTICATION_REQUIRED")),
            new("signed out", await SignedOut(), (401, "AUTHENTICATION_REQUIRED")),
            new("revoked token", await Revoked(), (401, "AUTHENTICATION_REQUIRED")),
            new("suspended user", await Suspended(), (403, "USER_SUSPENDED")),
            new("user of a suspended organization", await OfSuspended(), (403, "ORGANIZATION_SUSPENDED")),
            new("user", await Customer("user")),
            new("reseller-admin", await Customer("reseller-admin")),
            new("organization-admin", await Customer("organization-admin")),
            new("organization-token", await OrganizationToken()),
            new("auditor", await Member("auditor")),
            new("operator", await Member("operator")),
            new("custom", await Custom()),
            new("admin", await Member("admin")),
            new("super-admin", vendor),
        ];
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    internal string PathOf(Operation operation, Target target)
    {
        var names = operation.Parameters("path").Select(parameter => (string)parameter["name"]!).ToList();
        return target switch
        {
            Target.Own => worlds.Own.PathOf(operation),
            Target.Foreign => worlds.Foreign.PathOf(operation),
            Target.Deleted => worlds.Deleted.PathOf(operation),
            Target.Absent => worlds.Own.PathOf(operation, [.. names.Select(name => (name, Nothing))]),
            Target.AbsentInOwn => worlds.Own.PathOf(operation, [.. names.Where(name => name != "organizationId").Select(name => (name, Nothing))]),
            _ => worlds.Foreign.PathOf(operation, ("organizationId", worlds.Own["organizationId"])),
        };
    }

    /// <summary>What an address cannot be asked without.</summary>
    internal IEnumerable<string> QueryOf(AuthorizationRow row) => row.Name switch
    {
        "GET /v3/organizations/{organizationId}/access/diff" => ["from=1"],
        "GET /v3/releases/update" => [$"productId={worlds.Own["productId"]}", "platform=linux", "version=1.0", "key=nobodys"],
        "GET /v3/releases/latest" => [$"productId={worlds.Own["productId"]}", "platform=linux", "key=nobodys"],
        "GET /v3/releases/{releaseId}/allowed" => ["key=nobodys"],
        "DELETE /v3/activations" => [$"licenseId={worlds.Own["licenseId"]}"],
        "GET /v3/activations/{activationId}/feature-entitlements" => [$"licenseId={worlds.Own["licenseId"]}"],
        _ => [],
    };

    internal string? BodyOf(Operation operation) => operation.Body is null ? null : worlds.Own.BodyOf(operation).ToJsonString();

    private static string Nothing => Guid.CreateVersion7().ToString();

    private string OwnPath => $"/v3/organizations/{worlds.Own["organizationId"]}";

    private Task<HttpClient> Customer(string role) => Person($"{OwnPath}/users", role);

    private Task<HttpClient> Member(string role) => Person("/v3/users", role);

    private async Task<HttpClient> Person(string path, string role) => (await Made(path, role)).Client;

    private async Task<(HttpClient Client, string Id)> Made(string path, string role)
    {
        var (vendor, email) = (await Host.Vendor(), Acme.NewEmail());
        var made = await vendor.Post(path, path == "/v3/users"
            ? new { firstName = "Grace", email, role, password = Acme.Password }
            : Acme.Person(email, role)).Expect(201);
        return (await Host.SignIn(email, Acme.Password), made.Id());
    }

    private async Task<HttpClient> Custom()
    {
        var name = $"reader {Guid.NewGuid():N}";
        await (await Host.Vendor()).Post("/v3/roles", new { name, claims = new[] { Claim } }).Expect(201);
        return await Member(name);
    }

    private async Task<HttpClient> OrganizationToken() => Host.Client(
        (await (await Host.Vendor()).Post($"{OwnPath}/access-tokens", new { name = "script", scopes = new[] { Claim } }).Expect(201)).Text("accessToken"));

    private async Task<HttpClient> SignedOut()
    {
        var client = await Customer("organization-admin");
        await client.Post("/v3/accounts/logout").Expect(200);
        return client;
    }

    private async Task<HttpClient> Revoked()
    {
        var client = await Member("admin");
        var secret = (await client.Post("/v3/personal-access-tokens", new { name = "script", scopes = new[] { "user:read" } }).Expect(201)).Text("accessToken");
        var id = (await client.Get("/v3/personal-access-tokens").Expect(200))[0]!.Id();
        await client.Patch($"/v3/personal-access-tokens/{id}", new { revoked = true }).Expect(200);
        return Host.Client(secret);
    }

    private async Task<HttpClient> Suspended()
    {
        var (client, id) = await Made($"{OwnPath}/users", "organization-admin");
        await (await Host.Vendor()).Post($"/v3/users/{id}/suspend").Expect(200);
        return client;
    }

    private async Task<HttpClient> OfSuspended()
    {
        var acme = await Acme.With(seats: -1, Host);
        var client = await acme.Admin();
        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        return client;
    }
}

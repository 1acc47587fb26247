using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>Everything the vendor has pages for, one of each, made by the API: an organization, its people and groups, what it bought, a machine, a release.</summary>
internal sealed class AdminSale(HttpClient vendor)
{
    /// <summary>By it the search finds what belongs together.</summary>
    public string Name { get; } = $"Sale {Guid.NewGuid().ToString("N")[..8]}";

    public string Organization { get; private set; } = "";

    public string Group { get; private set; } = "";

    public string User { get; private set; } = "";

    public string Template { get; private set; } = "";

    public string Product { get; private set; } = "";

    public string License { get; private set; } = "";

    public string Activation { get; private set; } = "";

    public string Channel { get; private set; } = "";

    public string Release { get; private set; } = "";

    public static async Task<AdminSale> Make(HttpClient vendor)
    {
        var sale = new AdminSale(vendor);
        await sale.MakeCustomer();
        await sale.MakeLicense();
        await sale.MakeRelease();
        return sale;
    }

    public async Task<JsonNode> Send(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)) };
        using var response = await vendor.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    private async Task MakeCustomer()
    {
        Organization = await New("/v3/organizations", new { name = Name, email = "it@example.com", allowedUsers = 3 });
        Group = await New($"/v3/organizations/{Organization}/user-groups", new { name = "Engineers" });
        User = await New($"/v3/organizations/{Organization}/users", new
        {
            firstName = "Ada", lastName = Name, email = $"{Guid.NewGuid():N}@example.com", role = "organization-admin", password = "correct horse battery", userGroupIds = new[] { Group },
        });
    }

    private async Task MakeLicense()
    {
        Template = await New("/v3/license-templates", new { name = Name, type = "node-locked", allowedActivations = 3, fingerprintMatchingStrategy = "exact" });
        Product = await New("/v3/products", new { name = Name, displayName = Name, licenseTemplateId = Template });
        var license = await Send(HttpMethod.Post, "/v3/licenses", new { productId = Product, organizationId = Organization });
        License = (string)license["id"]!;
        await Send(HttpMethod.Patch, $"/v3/organizations/{Organization}/licenses/{License}", new { userGroupIds = new[] { Group } });
        await Send(HttpMethod.Post, "/v3/activations", new
        {
            key = (string)license["key"]!, productId = Product, fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Name))), hostname = "drawing-board", os = "linux", userHash = "ada",
        });
        JsonNode listed;
        while ((listed = await Send(HttpMethod.Get, $"/v3/activations?licenseId={License}")) is JsonArray { Count: 0 })
            await Task.Delay(50);
        Activation = (string)listed[0]!["id"]!;
    }

    private async Task MakeRelease()
    {
        var line = $"line-{Guid.NewGuid().ToString("N")[..8]}";
        Channel = await New("/v3/release-channels", new { name = line, displayName = line, @private = false });
        await New("/v3/release-platforms", new { name = line, displayName = line });
        Release = await New("/v3/releases", new { name = Name, version = "1.2.3", channel = line, platforms = new[] { line }, productId = Product });
    }

    private async Task<string> New(string path, object body) => (string)(await Send(HttpMethod.Post, path, body))["id"]!;
}

using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>A product of a test's own with its template, and licences of it.</summary>
internal sealed class Designer
{
    private Designer(HttpClient vendor, string template, string id) => (Vendor, Template, Id) = (vendor, template, id);

    public HttpClient Vendor { get; }

    public string Template { get; }

    public string Id { get; }

    public string Path => $"/v3/products/{Id}";

    public static async Task<Designer> For(HttpClient vendor, object? template = null)
    {
        var made = await vendor.Post("/v3/license-templates", template ?? new { name = "Standard" }).Expect(201);
        var product = await vendor.Post("/v3/products", new { name = "designer", displayName = "Designer", description = "Draws", licenseTemplateId = made.Id() }).Expect(201);
        return new(vendor, made.Id(), product.Id());
    }

    public static async Task<Designer> Sold() => await For(await (await TestHost.Shared).Vendor());

    /// <summary>The body of a new licence, with these members besides the product.</summary>
    public JsonObject Body(params (string Name, object? Value)[] members)
    {
        var body = new JsonObject { ["productId"] = Id };
        foreach (var (name, value) in members)
            body[name] = System.Text.Json.JsonSerializer.SerializeToNode(value);
        return body;
    }

    public Task<JsonNode> License(params (string Name, object? Value)[] members) => Vendor.Post("/v3/licenses", Body(members)).Expect(201);

    public async Task<string> MaintenancePolicy() => (await Vendor.Post("/v3/maintenance-policies", new
    {
        name = "Yearly", allowMajorVersionUpdates = false, allowMinorVersionUpdates = true, subscriptionInterval = "P1Y",
    }).Expect(201)).Id();

    public Task<JsonNode> Read(string license) => Vendor.Get($"/v3/licenses/{license}").Expect(200);

    public Task<JsonNode> Change(string license, object body) => Vendor.Patch($"/v3/licenses/{license}", body).Expect(200);
}

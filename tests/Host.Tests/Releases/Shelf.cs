using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>A product of a test's own, and the releases that the test puts out of it.</summary>
internal sealed class Shelf(TestHost host, HttpClient vendor, Designer product)
{
    public const string Setup = "setup.exe";

    public TestHost Host => host;

    public HttpClient Vendor => vendor;

    public Designer Product => product;

    public static async Task<Shelf> Empty(TestHost? host = null)
    {
        host ??= await TestHost.Shared;
        var vendor = await host.Vendor();
        return new(host, vendor, await Designer.For(vendor));
    }

    public Task<HttpResponseMessage> Ask(string version, params (string Name, object? Value)[] members)
    {
        var body = new JsonObject { ["name"] = $"Designer {version}", ["version"] = version, ["channel"] = "stable", ["platforms"] = new JsonArray("windows"), ["productId"] = product.Id };
        foreach (var (name, value) in members)
            body[name] = System.Text.Json.JsonSerializer.SerializeToNode(value);
        return vendor.Post("/v3/releases", body);
    }

    public Task<JsonNode> Prepare(string version, params (string Name, object? Value)[] members) => Ask(version, members).Expect(201);

    /// <summary>A published release with a secured file.</summary>
    public async Task<JsonNode> PutOut(string version, params (string Name, object? Value)[] members)
    {
        var release = await Prepare(version, members);
        await Upload(release.Id(), "bytes"u8.ToArray()).Expect(201);
        return await vendor.Post($"/v3/releases/{release.Id()}/publish").Expect(200);
    }

    public Task<HttpResponseMessage> Upload(string release, byte[] bytes, string name = Setup, string query = "") => Upload(release, new ByteArrayContent(bytes), name, query);

    public Task<HttpResponseMessage> Upload(string release, HttpContent content, string name = Setup, string query = "") =>
        vendor.PutAsync($"/v3/{release}/{Uri.EscapeDataString(name)}{query}", content);

    public static Task<HttpResponseMessage> Download(HttpClient client, string release, string query = "", string name = Setup) =>
        client.GetAsync($"/v3/{release}/{Uri.EscapeDataString(name)}{query}", HttpCompletionOption.ResponseHeadersRead);

    public static async Task<HttpResponseMessage> DownloadPart(HttpClient client, string release, RangeHeaderValue range, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v3/{release}/{Setup}{query}") { Headers = { Range = range } };
        return await client.SendAsync(request);
    }

    /// <summary>The contents that are kept on the disk of the Host, finished or not.</summary>
    public static IReadOnlyList<string> Kept(TestHost host) =>
        Directory.Exists(Folder(host)) ? [.. Directory.GetFiles(Folder(host), "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "history")] : [];

    public static string Folder(TestHost host) => Path.Combine(host.Data, "release-files");
}

using System.Text.Json.Nodes;
using EventSourcedOrgs.Client;
using Microsoft.Extensions.Time.Testing;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>A machine without a network that was sold a licence, and whoever carries its requests to the Host and the answers back.</summary>
internal sealed class Carrier
{
    private static readonly DirectoryInfo Folder = Temporary();

    private Carrier(Sold sold, ProductFile product, LicenseClient client, Machine machine, FakeTimeProvider clock) =>
        (Sold, Product, Client, Hardware, Clock) = (sold, product, client, machine, clock);

    public Sold Sold { get; }

    public ProductFile Product { get; }

    public LicenseClient Client { get; }

    public Machine Hardware { get; }

    public FakeTimeProvider Clock { get; }

    public string Key => Sold.License.Text("key");

    public string Request() => Client.MakeOfflineRequest(Key);

    /// <summary>A machine whose fingerprint is that of no other.</summary>
    public static async Task<Carrier> Of(Sold sold, HttpClient? server = null, Func<Machine, Machine>? change = null)
    {
        var product = ProductFile.Parse(await (await sold.Designer.Vendor.Get($"{sold.Designer.Path}/product.dat")).Content.ReadAsStringAsync());
        var machine = new Machine(sold.Device().Fingerprint, "ada", "drawing-board", "linux");
        machine = change?.Invoke(machine) ?? machine;
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        return new(sold, product, new(product, machine, StatePath(), server, clock), machine, clock);
    }

    /// <summary>A machine with an application of this product, always with the same fingerprint.</summary>
    public static LicenseClient Machine(JsonNode product) =>
        new(new(Guid.Parse(product.Id()), Guid.Empty, product.Text("publicKey")), new(new string('a', 64), "4f2d", "drawing-board", "linux"), StatePath());

    public Task<HttpResponseMessage> Carry(string request, HttpClient? by = null, long validity = 86_400, string? license = null) =>
        (by ?? Sold.Designer.Vendor).Post("/v3/activations/offline-activate", new { offlineRequest = request, responseValidity = validity, licenseId = license ?? Sold.Id });

    public async Task<string> Answer(string request, HttpClient? by = null, long validity = 86_400) => (await Carry(request, by, validity).Expect(200)).Text("offlineResponse");

    public Task<HttpResponseMessage> CarryBack(string proof, HttpClient? by = null, string? license = null) =>
        (by ?? Sold.Designer.Vendor).Post("/v3/activations/offline-deactivate", new { offlineRequest = proof, licenseId = license ?? Sold.Id });

    /// <summary>Activates as people do: request, answer, accepted.</summary>
    public async Task<LicenseToken> Activated(HttpClient? by = null, long validity = 86_400)
    {
        var accepted = Client.AcceptOfflineResponse(await Answer(Request(), by, validity));
        accepted.Problem.ShouldBeNull();
        return accepted.Value!;
    }

    public async Task<IReadOnlyList<JsonNode>> Outstanding() =>
        [.. (await Sold.Designer.Vendor.Get($"/v3/licenses/{Sold.Id}/offline-responses").Expect(200)).AsArray().Select(row => row!)];

    public static string StatePath() => Path.Combine(Folder.FullName, $"{Guid.NewGuid():N}.state");

    private static DirectoryInfo Temporary()
    {
        var folder = Directory.CreateTempSubdirectory("carrier");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Bench.Data;

namespace EventSourcedOrgs.Bench.Lines;

/// <summary>P11: machines activate and sync. Each answer is signed with the key of the product, which is its limit.</summary>
internal static class ActivationLines
{
    private const int Clients = 8;
    private static long machine;

    public static async Task MeasureAsync(Installation installation, Report report, Sizes sizes)
    {
        var template = await IdOf(installation, "/v3/license-templates", """{"name":"Bench","type":"node-locked"}""");
        var product = await IdOf(installation, "/v3/products", $$"""{"name":"Bench","displayName":"Bench","licenseTemplateId":"{{template}}"}""");
        var keys = new List<string>();
        for (var n = 0; n <= (sizes.IsQuick ? 4 : 100); n++)
            keys.Add((string)(await Made(installation, "/v3/licenses", $$"""{"productId":"{{product}}","allowedActivations":1000000}"""))["key"]!);

        var (signed, many, one, syncs) = (new List<double>(), new List<Round>(), new List<Round>(), new List<Round>());
        var activated = ((string)(await Activate(installation, product, keys[1]))["activationToken"]!).Split('.')[1];
        var (first, id) = (machine, (string)JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(activated))!["aid"]!);
        foreach (var _ in sizes.RoundsAfterWarmUp(() => { signed.Clear(); Array.ForEach([many, one, syncs], line => line.Clear()); }))
        {
            signed.Add(Signatures(sizes.Duration));
            many.Add(await LoadAsync("POST", "/v3/activations", n => keys[1 + (int)(n % (keys.Count - 1))], () => Interlocked.Increment(ref machine)));
            one.Add(await LoadAsync("POST", "/v3/activations", _ => keys[0], () => Interlocked.Increment(ref machine)));
            syncs.Add(await LoadAsync("PATCH", $"/v3/activations/{id}", _ => keys[1], () => first));
        }

        var taken = await installation.Source.ScalarAsync<long>($"select count(*) from events.mt_events where type = 'activation_created_v1' and data ->> 'product' = '{product}'");
        if (taken != machine)
            throw new InvalidOperationException($"{machine} activations were acknowledged, there are {taken}.");
        report.Add(Figure.Of("P11", "SIGN: signatures by RSA of 2048 bits alone, one core", "ops/s", signed));
        var free = report.Add(Figure.Of("P11", $"activate machines, of {keys.Count - 1} licences in turn, c={Clients}", many));
        var contended = report.Add(Figure.Of("P11", $"activate machines of one licence: its places are counted under one lock, c={Clients}", one));
        report.Add(Figure.Of("P11", $"sync a machine, c={Clients}", syncs));
        report.Add(new Ratio("P11", "machines of one licence to those of many", contended.Value / free.Value, 0.5));

        Task<Round> LoadAsync(string method, string path, Func<long, string> key, Func<long> which) =>
            Load.ClosedAsync(installation.Server, installation.Charged, Clients, sizes.Duration, n => HttpConnection.Request(method, path, null, Body(product, key(n), which())), 200);
    }

    private static async Task<JsonNode> Activate(Installation installation, string product, string key) =>
        await Made(installation, "/v3/activations", Body(product, key, Interlocked.Increment(ref machine)));

    private static string Body(string product, string key, long machine) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"key":"{{key}}","productId":"{{product}}","fingerprint":"{{machine:x64}}","hostname":"drawing-board","os":"linux","osVersion":"6.12","userHash":"4f2d"}""");

    private static async Task<string> IdOf(Installation installation, string path, string json) => (string)(await Made(installation, path, json))["id"]!;

    private static async Task<JsonNode> Made(Installation installation, string path, string json) => JsonNode.Parse((await installation.SendAsync("POST", path, json)).Body)!;

    private static double Signatures(TimeSpan duration)
    {
        using var key = RSA.Create(2048);
        var (text, done) = (new byte[1000], 0);
        key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1); // makes the key, too
        var watch = Stopwatch.StartNew();
        for (; watch.Elapsed < duration; done++)
            key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return done / watch.Elapsed.TotalSeconds;
    }
}

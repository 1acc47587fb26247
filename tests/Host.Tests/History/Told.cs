using System.Globalization;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.History;

/// <summary>History as tests read it.</summary>
internal static class Told
{
    /// <summary>The events of an address, the newest first, with everything that was committed.</summary>
    public static async Task<IReadOnlyList<JsonNode>> History(this HttpClient client, TestHost host, string path, string query = "limit=1000") =>
        [.. (await client.Get($"{path}/history?{query}&minPosition={await host.Position()}").Expect(200)).AsArray().Select(e => e!)];

    public static JsonNode Of(this IEnumerable<JsonNode> events, string type) => events.First(e => e.Text("type") == type);

    /// <summary>What became of a field: <c>before -> after</c> as JSON.</summary>
    public static string? Change(this JsonNode e, string field) => e["changes"]!.AsArray().FirstOrDefault(change => change!.Text("field") == field) is { } change
        ? $"{change["before"]?.ToJsonString() ?? "null"} -> {change["after"]?.ToJsonString() ?? "null"}"
        : null;

    public static IEnumerable<string> Fields(this JsonNode e) => e["changes"]!.AsArray().Select(change => change!.Text("field"));

    public static long Position(this JsonNode e) => (long)e["position"]!;

    /// <summary>What comes after a position, and from where to go on.</summary>
    public static async Task<(IReadOnlyList<JsonNode> Events, long Next)> After(this HttpClient client, string path, long from, string query)
    {
        using var response = await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{path}?from={from}&{query}"));
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return ([.. JsonNode.Parse(text)!.AsArray().Select(e => e!)], long.Parse(response.Headers.GetValues("X-Next").Single(), CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the feed from a position on until there is nothing more up to another.</summary>
    public static async Task<(List<JsonNode> Events, long Next)> Feed(this HttpClient client, string path, long from, long upTo)
    {
        var events = new List<JsonNode>();
        for (var next = from; ;)
        {
            (var part, next) = await client.After(path, next, "limit=1000&wait=5");
            events.AddRange(part);
            if (next >= upTo)
                return (events, next);
        }
    }
}

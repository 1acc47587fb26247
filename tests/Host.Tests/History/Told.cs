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

    /// <summary>Reads the feed from a position on until there is nothing more up to another.</summary>
    public static async Task<(List<JsonNode> Events, long Next)> Feed(this HttpClient client, string path, long from, long upTo, int limit = 1000)
    {
        var events = new List<JsonNode>();
        for (var next = from; ;)
        {
            var part = await client.Get(string.Create(CultureInfo.InvariantCulture, $"{path}?from={next}&limit={limit}&wait=5")).Expect(200);
            events.AddRange(part["events"]!.AsArray().Select(e => e!.DeepClone()));
            next = (long)part["next"]!;
            if (next >= upTo)
                return (events, next);
        }
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Waits for what was asked of the projections.</summary>
internal static class OperationProgress
{
    /// <summary>How a rebuild, a verification or a repair ended, within five minutes unless more is given.</summary>
    public static async Task<JsonNode> Ended(this HttpClient client, JsonNode started, TimeSpan? longest = null)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var now = await client.Get($"/v3/operations/rebuilds/{started.Id()}").Expect(200);
            if (now.Text("state") != "running")
                return now;
            watch.Elapsed.ShouldBeLessThan(longest ?? TimeSpan.FromMinutes(5), now.ToJsonString());
            await Task.Delay(50);
        }
    }
}

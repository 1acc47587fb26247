using System.Diagnostics;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>A pause is a wish in the database: it is nobody's own, and nobody forgets it.</summary>
public class PauseTests
{
    [Fact]
    public async Task A_pause_holds_for_another_host_that_takes_over_and_for_one_that_starts_later()
    {
        var first = await TestHost.StartAsync();
        var owner = first.Owner;
        var acme = await Acme.With(seats: 1, first);
        await acme.Settled();
        await TestHost.AlongsideAsync(first, TimeProvider.System, async second =>
        {
            var vendor = await second.Vendor();
            await vendor.Post("/v3/operations/projections/Directory/pause").Expect(200);
            await Until(await first.Vendor(), now => now.Text("state") == "paused");
            var position = await Changed(vendor, acme, "by the second");

            await first.DisposeAsync();
            await Until(vendor, now => now.Text("state") == "paused", "EffectiveAccess", now => (long)now["position"]! >= position);
            await StandsAt(vendor, position);
        });

        await using var later = await TestHost.StartAsync(owner: owner);
        var again = await later.Vendor();
        var stood = (long)(await Directory(again))["position"]!;
        var renamed = await Changed(again, acme, "by the third");
        await Until(again, now => now.Text("state") == "paused", "EffectiveAccess", now => now.Text("state") == "running" && (long)now["eventsBehind"]! == 0);
        await StandsAt(again, renamed);
        ((long)(await Directory(again))["position"]!).ShouldBe(stood);

        await again.Post("/v3/operations/projections/Directory/resume").Expect(200);
        await Until(again, now => now.Text("state") == "running" && (long)now["eventsBehind"]! == 0);
        var listed = await again.Get($"/v3/organizations?id={acme.Id}").Expect(200);
        listed.AsArray().ShouldHaveSingleItem()!.Text("name").ShouldBe("by the third");
    }

    /// <summary>Renames; answers the position of that.</summary>
    private static async Task<long> Changed(HttpClient vendor, Acme acme, string name)
    {
        await vendor.Patch(acme.Path, new { name }).Expect(200);
        return await acme.Host.Position();
    }

    private static async Task StandsAt(HttpClient vendor, long position)
    {
        var now = await Directory(vendor);
        now.Text("state").ShouldBe("paused");
        ((long)now["position"]!).ShouldBeLessThan(position);
        ((long)now["eventsBehind"]!).ShouldBeGreaterThan(0);
    }

    private static Task<JsonNode> Directory(HttpClient vendor, string name = "Directory") => vendor.Get($"/v3/operations/projections/{name}").Expect(200);

    private static async Task Until(HttpClient vendor, Func<JsonNode, bool> holds, string? other = null, Func<JsonNode, bool>? holdsToo = null)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var (now, too) = (await Directory(vendor), other is null ? null : await Directory(vendor, other));
            if (holds(now) && (too is null || holdsToo!(too)))
                return;
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), $"{now.ToJsonString()} {too?.ToJsonString()}");
            await Task.Delay(100);
        }
    }
}

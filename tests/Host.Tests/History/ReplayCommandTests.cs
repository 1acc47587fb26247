using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Cli;
using EventSourcedOrgs.Projections;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.History;

/// <summary><c>history replay</c> on the command line.</summary>
public class ReplayCommandTests
{
    [Fact]
    public async Task A_state_of_any_moment_with_what_every_event_changed()
    {
        var acme = await Acme.With(seats: 3);
        var then = await acme.Host.Position();
        await acme.Vendor.Patch(acme.Path, new { name = "Acme Ltd", allowedUsers = 9 }).Expect(200);

        var now = JsonNode.Parse(await Run(acme.Host, 0, "organization", acme.Id, json: true))!;
        now["state"]!.Text("name").ShouldBe("Acme Ltd");
        now["version"]!.GetValue<long>().ShouldBe(3);
        var before = JsonNode.Parse(await Run(acme.Host, 0, "organization", acme.Id, asOf: $"{then}", json: true))!;
        before["state"]!.Text("name").ShouldBe("Acme");

        var told = await Run(acme.Host, 0, "organization", acme.Id, events: true);
        told.ShouldContain("organization_renamed_v1  user:");
        told.ShouldContain("    /name: \"Acme\" -> \"Acme Ltd\"");
        told.ShouldContain("    /allowedUsers: 3 -> 9");
        told.ShouldContain("version 3");

        await Run(acme.Host, 1, "organization", Guid.NewGuid().ToString());
        await Run(acme.Host, 1, "moon", acme.Id);
        await Run(acme.Host, 1, "organization", acme.Id, asOf: "yesterday");
        await Run(acme.Host, 1, "organization", acme.Id, asOf: "2001-01-01");
    }

    [Fact]
    public async Task A_read_model_is_what_its_tables_hold()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: 3, host);
        await acme.User(await acme.Group());
        var position = await host.Position();
        await acme.Vendor.Get($"/v3/history?limit=1&minPosition={position}").Expect(200);

        var lines = (await Run(host, 0, "read-model", "History", asOf: $"{position}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(line => line.Split("  ")[..2]).ShouldBe(
        [
            [HistoryFeed.Entries.Name, $"{await host.Scalar<long>($"select count(*) from {HistoryFeed.Entries.Name}")} rows"],
            [HistoryFeed.Owners.Name, $"{await host.Scalar<long>($"select count(*) from {HistoryFeed.Owners.Name}")} rows"],
        ]);
        (await Run(host, 0, "read-model", "history", asOf: $"{position}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(lines);
        foreach (var model in host.Services.GetServices<ReadModel>())
            (await Run(host, 0, "read-model", model.Name)).ShouldNotBeEmpty();
        var rows = (await Run(host, 0, "read-model", "History", json: true)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        rows.ShouldContain(row => row.Text("table") == HistoryFeed.Entries.Name && row["row"]!.Text("type") == "organization_created_v1");
        await Run(host, 1, "read-model", "Nothing");
    }

    private static async Task<string> Run(TestHost host, int code, string resource, string id, string? asOf = null, bool events = false, bool json = false)
    {
        await using var output = new StringWriter();
        (await ReplayCommand.RunAsync(host.Services, resource, id, asOf, events, json, output, CancellationToken.None)).ShouldBe(code);
        return output.ToString();
    }
}

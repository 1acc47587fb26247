using System.Collections.Concurrent;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>A Host in a process of its own that is killed while it works.</summary>
public sealed class CrashTests
{
    private const int Writers = 12;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_host_is_killed_under_load()
    {
        await using var host = await TestHost.StartAsync();
        var acknowledged = new ConcurrentBag<string>();
        for (var kill = 0; kill < 2; kill++)
        {
            var (process, address) = await HostProcess.ServeAsync(HostProcess.Of(host.Connection, "serve"));
            using var ended = process;
            using var client = host.Client((await Login(address)).Text("accessToken"));
            client.BaseAddress = address;
            var writing = Enumerable.Range(0, Writers).Select(_ => Write(client, acknowledged)).ToArray();
            var enough = acknowledged.Count + 100;
            while (acknowledged.Count < enough)
                await Task.Delay(10);
            process.Kill();
            await Task.WhenAll(writing);
            await process.WaitForExitAsync();
        }

        var (restarted, again) = await HostProcess.ServeAsync(HostProcess.Of(host.Connection, "serve"));
        using var last = restarted;
        using var reader = host.Client((await Login(again)).Text("accessToken"));
        reader.BaseAddress = again;
        foreach (var id in acknowledged)
            (await reader.Get($"/v3/organizations/{id}").Expect(200)).Text("name").ShouldBe("Acme");

        (await host.Scalar<long>("select count(*) from events.mt_doc_organization where data ->> 'name' = 'Acme'")).ShouldBeInRange(acknowledged.Count, acknowledged.Count + (3 * Writers));
        (await host.Scalar<long>("""
            select count(*) from events.mt_streams s where s.type = 'organization' and not exists (select 1 from events.mt_doc_organization d where d.id = s.id)
            """)).ShouldBe(0, "every stream has its state");
        restarted.Kill();
    }

    private static async Task Write(HttpClient client, ConcurrentBag<string> acknowledged)
    {
        try
        {
            while (true)
                acknowledged.Add((await client.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = 1 }).Expect(201)).Id());
        }
        catch (HttpRequestException)
        {
            // The Host is gone, and with it this writer.
        }
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> Login(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        return await client.Post("/v3/accounts/login", new { email = TestHost.SuperAdmin, password = TestHost.SuperAdminPassword }).Expect(200);
    }
}

using System.Net;
using System.Net.Sockets;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>What a Host does when its database goes and comes back, as the same one or as another.</summary>
public sealed class TakeOverTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"eventsourcedorgs-takeover-{Guid.NewGuid():N}");

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_goes_on_with_the_database_that_it_knows_and_ends_with_one_that_was_promoted()
    {
        var server = await StartAsync();
        await using var address = new Address(server.Port);
        await using var host = await TestHost.StartAsync(owner: new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = address.Port }.ConnectionString);
        var vendor = await host.Vendor();
        await vendor.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = 1 }).Expect(201);
        var (stopping, follower) = (host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping, host.Services.GetRequiredService<Follower>());

        await server.DisposeAsync();
        server = await StartAsync();
        address.Target = server.Port;
        using (var patience = new CancellationTokenSource(Patience))
        {
            while (!follower.IsLeading || !await IsTakenAsync(vendor))
                await Task.Delay(50, patience.Token);
        }

        stopping.IsCancellationRequested.ShouldBeFalse();
        await server.DisposeAsync();
        await File.AppendAllTextAsync(Path.Combine(server.DataDirectory, "postgresql.auto.conf"), "restore_command = 'false'\n");
        await File.WriteAllTextAsync(Path.Combine(server.DataDirectory, "recovery.signal"), "");
        server = await StartAsync();
        address.Target = server.Port;

        await Should.ThrowAsync<OperationCanceledException>(() => Task.Delay(Patience, stopping));
        follower.IsForked.ShouldBeTrue();
        await server.DisposeAsync();
    }

    private static async Task<bool> IsTakenAsync(HttpClient vendor)
    {
        using var answer = await vendor.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = 1 });
        return answer.StatusCode == HttpStatusCode.Created;
    }

    private Task<EmbeddedPostgres> StartAsync() => EmbeddedPostgres.StartAsync(new() { DataRoot = folder, Durable = false }, CancellationToken.None);

    /// <summary>One address for a server that has another port at each start.</summary>
    private sealed class Address : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();
        private readonly Task accepting;

        public Address(int target)
        {
            Target = target;
            listener.Start();
            accepting = AcceptAsync();
        }

        public int Target { get; set; }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await accepting;
            listener.Dispose();
            stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            var pairs = new List<Task>();
            try
            {
                while (true)
                    pairs.Add(JoinAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(pairs);
            }
        }

        private async Task JoinAsync(TcpClient client)
        {
            using var server = new TcpClient();
            using (client)
            {
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, Target, stop.Token);
                    await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), stop.Token), server.GetStream().CopyToAsync(client.GetStream(), stop.Token));
                }
                catch (Exception gone) when (gone is SocketException or IOException or OperationCanceledException)
                {
                    // Whoever is left sees that the other one has gone.
                }
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Services start side by side, so the port may be open before all of them have.</summary>
public sealed class StartTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_comes_before_everything_has_started_waits_for_it()
    {
        var owner = await TestPostgres.CreateDatabaseAsync();
        var late = new Late();
        var address = $"http://127.0.0.1:{FreePort()}";
        await using var app = await HostApplication.OpenAsync(new()
        {
            Connection = TestPostgres.RuntimeNameOf(owner),
            Owner = owner,
            MasterKey = new byte[Secrets.KeySize],
            Urls = address,
            Replace = services => services.AddSingleton<IHostedService>(late),
        });
        var starting = app.StartAsync();
        using var client = new HttpClient { BaseAddress = new(address), Timeout = Patience };

        (await OnceOpen(client, "/health/startup")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        var question = client.GetAsync("/v3/users");
        var page = client.GetAsync("/admin/sign-in");
        (await Task.WhenAny(question, page, Task.Delay(TimeSpan.FromMilliseconds(300)))).ShouldNotBeOneOf(question, page);

        late.Starts.SetResult();
        await starting;
        (await question).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await page).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/health/startup")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await app.StopAsync();
    }

    private static async Task<HttpStatusCode> OnceOpen(HttpClient client, string address)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                return (await client.GetAsync(address, patience.Token)).StatusCode;
            }
            catch (HttpRequestException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(20, patience.Token);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Late : IHostedService
    {
        public TaskCompletionSource Starts { get; } = new();

        public Task StartAsync(CancellationToken cancellationToken) => Starts.Task;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

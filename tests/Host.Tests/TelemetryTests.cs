using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>What a Host tells a collector, in a process of its own, as an operator would start it.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_collector_gets_traces_metrics_and_logs_and_nothing_personal_or_secret()
    {
        await using var host = await TestHost.StartAsync();
        await using var collector = await Collector.StartAsync();
        var proof = System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-proof-");
        var (process, address) = await StartAsync(host.Connection, collector.Address, proof.FullName);
        using var ended = process;
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("TellTale/1.0");
        var token = (await client.Post("/v3/accounts/login", new { email = TestHost.SuperAdmin, password = TestHost.SuperAdminPassword }).Expect(200)).Text("accessToken");
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var organization = (await client.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = 1 }).Expect(201)).Id();
        var user = (await client.Post($"/v3/organizations/{organization}/users", new { firstName = "Wilhelmina", email = "mina@acme.example", role = "user", password = Acme.Password }).Expect(201)).Id();
        await client.Get($"/v3/organizations/{organization}/users?search=Wilhelmina").Expect(200);
        await client.Post("/v3/access/check", new { checks = new[] { new { userId = user, productId = Guid.NewGuid() } } }).Expect(200);
        await client.Patch($"/v3/organizations/{Guid.NewGuid()}", new { name = "Nobody" }).ExpectProblem(404, "NOT_FOUND");

        await collector.Gets("traces", "eventsourcedorgs", "command CreateOrganization", "query CheckAccess", "query ListOrganizationUsers", "Npgsql", "Microsoft.AspNetCore", "NOT_FOUND", "/v3/organizations/{organizationId}");
        await collector.Gets("metrics", "eventsourcedorgs.command.duration", "eventsourcedorgs.query.duration", "eventsourcedorgs.access_check.duration", "eventsourcedorgs.refusals",
            "eventsourcedorgs.projection.lag.time", "eventsourcedorgs.sealing.lag", "eventsourcedorgs.sealing.lag.time", "eventsourcedorgs.outbox.age", "http.server.request.duration", "eventsourcedorgs.events", "eventsourcedorgs.commit.units");
        await collector.Gets("logs", "eventsourcedorgs");

        var told = collector.Everything;
        foreach (var secret in new[] { token, Acme.Password, TestHost.SuperAdminPassword, TestHost.SuperAdmin, "mina@acme.example", "Wilhelmina", "TellTale", "client.address", "user_agent.original", "url.query", Convert.ToBase64String(new byte[32]) })
            told.Contains(secret, StringComparison.Ordinal).ShouldBeFalse($"{secret} was told to the collector");
        process.Kill();
        await process.WaitForExitAsync();
        proof.Delete(recursive: true);
    }

    private static Task<(Process Process, Uri Address)> StartAsync(string connection, Uri collector, string proof)
    {
        var start = HostProcess.Of(connection, "serve");
        start.Environment["EVENTSOURCEDORGS_PROOF"] = proof;
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.ToString();
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        start.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        start.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        start.Environment["OTEL_BLRP_SCHEDULE_DELAY"] = "200";
        start.Environment["Serilog__MinimumLevel__Default"] = "Debug";
        return HostProcess.ServeAsync(start);
    }

    /// <summary>Takes what comes by OTLP over HTTP. Texts stand in protobuf as they are, so what was told can be looked for in the bytes.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> got = new();

        private Collector(WebApplication app) => this.app = app;

        public Uri Address => new(app.Urls.First());

        public string Everything => string.Concat(got.Values.SelectMany(bodies => bodies));

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            collector.app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
            {
                request.ContentType.ShouldBe("application/x-protobuf");
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                collector.got.GetOrAdd(signal, _ => new()).Enqueue(Encoding.UTF8.GetString(body.ToArray()));
                return Results.Bytes([], "application/x-protobuf");
            });
            await collector.app.StartAsync();
            return collector;
        }

        public async Task Gets(string signal, params string[] texts)
        {
            for (var watch = Stopwatch.StartNew(); ;)
            {
                var told = string.Concat(got.GetValueOrDefault(signal) ?? []);
                var missing = texts.Where(text => !told.Contains(text, StringComparison.Ordinal)).ToList();
                if (missing.Count == 0)
                    return;
                watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), $"{signal} lack {string.Join(", ", missing)} of {told.Length} characters");
                await Task.Delay(100);
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}

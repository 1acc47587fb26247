using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Host and PostgreSQL are killed while writers race; afterwards no audit finds anything: what a crash leaves behind is gaps, and gaps are no damage.</summary>
public sealed class CrashAuditTests : IAsyncLifetime
{
    private const int Writers = 8;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("RELIABILITY") == "long" ? 6 : 1;

    /// <summary>What commands that lose races or break off leave behind: positions without events, and positions that say that there is none.</summary>
    private const string GapAndTombstone =
        """
        select nextval('events.mt_events_sequence') + nextval('events.mt_events_sequence');
        insert into events.mt_streams (id, version, tenant_id) values ('0194a1a1-0000-7000-8000-00000000dead', 0, '*DEFAULT*') on conflict do nothing;
        insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type)
        select nextval('events.mt_events_sequence'), gen_random_uuid(), '0194a1a1-0000-7000-8000-00000000dead', -nextval('events.mt_events_sequence'), '{}', 'tombstone', now(), '*DEFAULT*',
            'JasperFx.Events.Tombstone, JasperFx.Events'
        """;

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"eventsourcedorgs-crash-{Guid.NewGuid():N}");
    private EmbeddedPostgres? server;
    private Uri? address;
    private long written;

    private string ProofFolder => Path.Combine(folder, "proof");

    public Task InitializeAsync() => StartServerAsync();

    public async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task After_kills_of_host_and_database_history_projections_and_states_verify_without_a_false_alarm()
    {
        await (await TestHost.StartAsync(owner: server!.ConnectionString)).DisposeAsync();
        for (var round = 0; round < Rounds; round++)
        {
            if (Rounds > 1)
            {
                using var first = await StartAsync();
                await WriteUntilAsync(first, first.Kill);
            }

            using (var process = await StartAsync())
            {
                await WriteUntilAsync(process, () =>
                {
                    using var postmaster = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(server!.DataDirectory, "postmaster.pid")).First(), null));
                    postmaster.Kill();
                });
                process.Kill();
                await process.WaitForExitAsync();
            }

            await server!.DisposeAsync();
            await StartServerAsync();
            await ScalarAsync(GapAndTombstone);
        }

        using var last = await StartAsync();
        using var client = await SignedInAsync();
        var position = await ScalarAsync("select max(seq_id) from events.mt_events");
        (await ScalarAsync("select max(seq_id) - count(*) from events.mt_events")).ShouldBeGreaterThan(0, "there are gaps");
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var (all, sealing) = (await client.Get("/v3/operations/projections").Expect(200), await client.Get("/v3/operations/sealing").Expect(200));
            if (all.AsArray().All(model => (long)model!["position"]! >= position) && (long)sealing["position"]! >= position && sealing["signedSize"] is not null)
                break;
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(120), all.ToJsonString() + sealing.ToJsonString());
            await Task.Delay(200);
        }

        foreach (var audit in new string[][] { ["history", "verify", "--proof", ProofFolder], ["projections", "verify"] })
        {
            var (code, output) = await RunAsync(audit);
            code.ShouldBe(0, $"{string.Join(' ', audit)}: {output}");
        }

        last.Kill();
        await last.WaitForExitAsync();
    }

    private async Task WriteUntilAsync(Process process, Action kill)
    {
        using var client = await SignedInAsync();
        var shared = (await client.Post("/v3/organizations", new { name = "Shared", email = "it@acme.example", allowedUsers = -1 }).Expect(201)).Id();
        var writing = Enumerable.Range(0, Writers).Select(_ => WriteAsync(client, shared)).ToArray();
        var enough = Interlocked.Read(ref written) + 80;
        for (var watch = Stopwatch.StartNew(); Interlocked.Read(ref written) < enough; await Task.Delay(10))
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(120));
        kill();
        await Task.WhenAll(writing);
        if (process.HasExited)
            await process.WaitForExitAsync();
    }

    /// <summary>Creates, and races for one organization, until somebody is gone.</summary>
    private async Task WriteAsync(HttpClient client, string shared)
    {
        try
        {
            while (true)
            {
                using var created = await client.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = 1 });
                using var changed = await client.Patch($"/v3/organizations/{shared}", new { description = Guid.NewGuid().ToString() });
                if (!created.IsSuccessStatusCode || (int)changed.StatusCode >= 500)
                    return;
                Interlocked.Increment(ref written);
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            // The Host is gone, and with it this writer.
        }
    }

    private async Task<HttpClient> SignedInAsync()
    {
        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        var token = (await client.Post("/v3/accounts/login", new { email = TestHost.SuperAdmin, password = TestHost.SuperAdminPassword }).Expect(200)).Text("accessToken");
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private async Task StartServerAsync() => server = await EmbeddedPostgres.StartAsync(new() { DataRoot = folder }, CancellationToken.None);

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(server!.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), null);
    }

    private async Task<Process> StartAsync()
    {
        (var process, address) = await HostProcess.ServeAsync(HostProcess.Of(server!.ConnectionString, "serve", "--proof", ProofFolder));
        return process;
    }

    private async Task<(int Code, string Output)> RunAsync(string[] arguments)
    {
        using var program = Process.Start(HostProcess.Of(server!.ConnectionString, arguments))!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        return (program.ExitCode, await output + await error);
    }
}

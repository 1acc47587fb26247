using System.Diagnostics;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using JasperFx.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>What orchestrators are told: alive, started, ready, and why not.</summary>
public class HealthTests
{
    [Theory, InlineData("live"), InlineData("startup")]
    public async Task A_running_host_says_so_to_anybody(string what) =>
        (await Until(await TestHost.Shared, 200, _ => true, what))["checks"]!.AsArray().ShouldAllBe(check => (bool)check!["ok"]!);

    [Fact]
    public async Task A_running_host_is_ready_and_names_what_it_looked_at()
    {
        await using var host = await TestHost.StartAsync();
        var report = await Until(host, 200, _ => true);

        report.Text("status").ShouldBe("ready");
        report["checks"]!.AsArray().Select(check => check!.Text("name"))
            .ShouldBe([.. host.Services.GetServices<ReadModel>().Select(model => $"read model {model.Name}"), "database", "schema", "sealing"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_event_that_a_read_model_cannot_apply_makes_the_host_unready()
    {
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<ReadModel>(new Superstitious()));
        var acme = await Acme.With(seats: 1, host);
        await Until(host, 200, _ => true);
        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);

        var report = await Until(host, 503, Says("Superstitious:All cannot get past"));

        var (model, others) = Split(report, "Superstitious");
        var poison = await host.Scalar<long>("select seq_id from events.mt_events where type = 'organization_suspended_v1'");
        model.Text("detail").ShouldBe($"Superstitious:All cannot get past event {poison} (organization_suspended_v1).");
        ((long)model["lag"]!).ShouldBe(1);
        others.ShouldAllBe(check => (bool)check["ok"]!);
        report.ToJsonString().ShouldNotContain(Superstitious.Secret);
    }

    [Fact]
    public async Task A_stored_event_that_cannot_be_read_makes_the_host_unready()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: 1, host);
        await Until(host, 200, _ => true);
        var follower = host.Services.GetRequiredService<Follower>();
        await follower.StopAsync();
        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        var broken = await host.Scalar<long>(
            """update events.mt_events set data = '{"organization": {"password": "tr0ub4dor"}}' where type = 'organization_suspended_v1' returning seq_id""");

        await follower.StartAsync();

        var report = await Until(host, 503, Says($"cannot get past event {broken} "));
        Split(report, "Directory").Model.Text("detail").ShouldContain($"cannot get past event {broken} (organization_suspended_v1)");
        report.ToJsonString().ShouldNotContain("tr0ub4dor");
    }

    [Fact]
    public async Task A_read_model_that_was_stopped_makes_the_host_unready_until_it_runs_again()
    {
        await using var host = await TestHost.StartAsync();
        await (await Acme.With(seats: 1, host)).Settled();
        await Until(host, 200, _ => true);
        var follower = host.Services.GetRequiredService<Follower>();

        await follower.StopAsync();
        (await Until(host, 503, Says("is stopped after event"))).Text("status").ShouldBe("unready");

        await follower.StartAsync();
        await Until(host, 200, _ => true);
    }

    [Fact]
    public async Task A_database_of_another_version_makes_the_host_unready()
    {
        await using var host = await TestHost.StartAsync();
        var table = host.Services.GetRequiredService<Projections.Directory>().Tables[0].Name;
        var shape = await host.Scalar<string>($"select obj_description('{table}'::regclass)");
        await Comment("of another version");
        (await Until(host, 503, Says("not at the schema of this version"))).ToJsonString().ShouldNotContain(table);
        await host.Anonymous.Get("/health/startup").Expect(503);

        await Comment(shape);
        await Until(host, 200, _ => true);

        Task<int> Comment(string text) => host.Scalar<int>($"comment on table {table} is '{text}'; select 1");
    }

    [Fact]
    public async Task Without_its_database_the_host_lives_and_is_not_ready()
    {
        await using var host = await TestHost.StartAsync();
        await Until(host, 200, _ => true);
        var name = new Npgsql.NpgsqlConnectionStringBuilder(host.Connection).Database!;
        await using var elsewhere = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder(host.Owner) { Database = "postgres" }.ConnectionString);
        await Run($"""alter database "{name}" allow_connections false""");
        await Run($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}' and backend_type = 'client backend'");
        try
        {
            var report = await Until(host, 503, Says("database does not answer"));
            report.ToJsonString().ShouldNotContain(name);
            await host.Anonymous.Get("/health/live").Expect(200);
        }
        finally
        {
            await Run($"""alter database "{name}" allow_connections true""");
        }

        await Until(host, 200, _ => true);

        async Task Run(string sql)
        {
            await using var command = elsewhere.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task A_read_model_that_stands_still_is_behind_at_first_and_then_stuck()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        await Until(host, 200, _ => true);
        var acme = await Acme.With(seats: 1, host);
        await acme.Settled();
        var directory = host.Services.GetRequiredService<Projections.Directory>();
        var table = directory.Tables.First(table => table.Name.Contains("organization", StringComparison.Ordinal)).Name;
        await using var elsewhere = new Npgsql.NpgsqlConnection(host.Connection);
        await elsewhere.OpenAsync();
        await using (var blocking = await elsewhere.BeginTransactionAsync())
        {
            await using var command = new Npgsql.NpgsqlCommand($"lock table {table} in access exclusive mode", elsewhere, blocking);
            await command.ExecuteNonQueryAsync();
            await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);

            await Until(host, 200, LagsBy(1));
            clock.Advance(Health.LongestStandstill);
            var model = Split(await Until(host, 503, Says($"Directory:V{directory.Version}:All has stood still")), "Directory").Model;
            model.Text("detail").ShouldContain("has stood still after event");
            ((bool)model["moving"]!).ShouldBeFalse();
        }

        await Until(host, 200, _ => true);
    }

    [Fact]
    public async Task A_host_that_cannot_seal_is_not_ready_and_tells_operators_why()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-proof-");
        var path = System.IO.Path.Combine(folder.FullName, "inside");
        await File.WriteAllTextAsync(path, "a file where the folder should be");
        await using var host = await TestHost.StartAsync(services => services.AddSingleton(new SealingOptions(path)));
        var vendor = await host.Vendor();

        var report = await Until(host, 503, Says("The history is not sealed by this Host"));
        report.ToJsonString().ShouldNotContain(folder.Name);
        var told = await vendor.Get("/v3/operations/sealing").Expect(200);
        (told.Text("state"), told.Text("failure").Contains(path, StringComparison.Ordinal)).ShouldBe(("stopped", true), told.ToJsonString());
        ((long)told["eventsBehind"]!).ShouldBeGreaterThan(0);

        File.Delete(path);
        await Until(host, 200, _ => true);
        for (var watch = Stopwatch.StartNew(); (told = await vendor.Get("/v3/operations/sealing").Expect(200)).Text("state") != "running" || (long)told["eventsBehind"]! > 0 || told["signedSize"] is null;)
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), told.ToJsonString());
            await Task.Delay(100);
        }

        folder.Delete(recursive: true);
    }

    private static Func<JsonNode, bool> Says(string text) => report => report.ToJsonString().Contains(text, StringComparison.Ordinal);

    private static Func<JsonNode, bool> LagsBy(int events) => report => report["checks"]!.AsArray().Any(check => check!.Text("name") == "read model Directory" && (long)check!["lag"]! == events);

    private static (JsonNode Model, IEnumerable<JsonNode> Others) Split(JsonNode report, string model)
    {
        var checks = report["checks"]!.AsArray().Select(check => check!).ToList();
        return (checks.Single(check => check.Text("name") == $"read model {model}"), checks.Where(check => check.Text("name") != $"read model {model}"));
    }

    private static async Task<JsonNode> Until(TestHost host, int status, Func<JsonNode, bool> holds, string what = "ready")
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            using var response = await host.Anonymous.Get($"/health/{what}");
            var report = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if ((int)response.StatusCode == status && holds(report))
                return report;
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90), report.ToJsonString());
            await Task.Delay(100);
        }
    }

    /// <summary>A read model of the tests that suspensions break.</summary>
    private sealed class Superstitious() : ReadModel("Superstitious", [Rows], [typeof(OrganizationEvent)])
    {
        public const string Secret = "hunter2";

        private static readonly Table<Guid, object> Rows = Table.Of<Guid, object>("superstitious", 1, _ => Guid.Empty, reader => reader)
            .Key("id", NpgsqlTypes.NpgsqlDbType.Uuid, id => id);

        public override void Apply(IEvent e, Rows rows)
        {
            if (e.Data is OrganizationSuspended)
                throw new InvalidOperationException($"Unlucky: {Secret}.");
        }
    }
}

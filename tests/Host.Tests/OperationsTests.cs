using System.Diagnostics;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Projections;
using JasperFx.Events;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>What operators see of the projections and do with them, over HTTP.</summary>
public class OperationsTests
{
    private const string Projections = "/v3/operations/projections";

    [Fact]
    public async Task The_list_says_how_each_projection_fares()
    {
        await using var host = await TestHost.StartAsync();
        await (await Acme.With(seats: 1, host)).Settled();

        var all = await Until(host, all => all.AsArray().All(one => one!.Text("state") == "running" && (long)one!["eventsBehind"]! == 0));

        all.AsArray().Select(one => one!.Text("name")).ShouldBe(host.Services.GetServices<ReadModel>().Select(model => model.Name));
        var directory = all.AsArray().Single(one => one!.Text("name") == "Directory")!;
        ((long)directory["position"]!).ShouldBe(await host.Position());
        ((long)directory["highWater"]!).ShouldBe(await host.Position());
        ((int)directory["version"]!).ShouldBe(host.Services.GetRequiredService<Projections.Directory>().Version);
    }

    [Fact]
    public async Task A_paused_projection_stands_still_in_every_host_is_healthy_and_goes_on_when_it_is_resumed()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: 1, host);
        await acme.Settled();
        await acme.Vendor.Post($"{Projections}/directory/pause").Expect(200);
        await acme.Vendor.Patch(acme.Path, new { name = "Renamed" }).Expect(200);
        var last = await host.Position();

        await Task.Delay(1500);
        var paused = await acme.Vendor.Get($"{Projections}/Directory").Expect(200);
        paused.Text("state").ShouldBe("paused");
        ((long)paused["position"]!).ShouldBeLessThan(last);
        JsonNode health;
        for (var patience = Stopwatch.StartNew(); (health = JsonNode.Parse(await (await host.Anonymous.Get("/health/ready")).Content.ReadAsStringAsync())!).Text("status") != "ready"; await Task.Delay(100))
            patience.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), health.ToJsonString());
        health["checks"]!.AsArray().Single(check => check!.Text("name") == "read model Directory")!["paused"]!.GetValue<bool>().ShouldBeTrue();

        (await acme.Vendor.Post($"{Projections}/Directory/resume").Expect(200)).Text("state").ShouldNotBe("paused");
        await Until(host, all => all.AsArray().All(one => (long)one!["position"]! >= last));
    }

    [Fact]
    public async Task A_projection_that_an_event_stopped_is_named_and_tries_again_when_it_is_asked_to()
    {
        var fragile = new Fragile();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<ReadModel>(fragile));
        var acme = await Acme.With(seats: 1, host);
        await acme.Settled();
        fragile.Breaks = true;
        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        var poison = await host.Scalar<long>("select seq_id from events.mt_events where type = 'organization_suspended_v1'");

        var broken = (await Until(host, all => StateOf(all, "Fragile") == "failed")).AsArray().Single(one => one!.Text("name") == "Fragile")!;
        ((long)broken["poison"]!["position"]!).ShouldBe(poison);
        broken["poison"]!.Text("name").ShouldBe("organization_suspended_v1");
        broken.Text("error").ShouldNotContain(Fragile.Secret);
        await acme.Vendor.Post($"{acme.Path}/reinstate").Expect(200);
        await acme.Vendor.Post($"{Projections}/Fragile/retry").Expect(200);
        await Until(host, all => StateOf(all, "Fragile") == "failed" && StateOf(all, "Directory") == "running");
        (await acme.Vendor.Ended(await acme.Vendor.Post($"{Projections}/Fragile/rebuild").Expect(202))).Text("failure").ShouldBe($"Event {poison} (organization_suspended_v1) cannot be applied.");

        fragile.Breaks = false;
        var watch = Stopwatch.StartNew();
        await acme.Vendor.Post($"{Projections}/Fragile/retry").Expect(200);
        await Until(host, all => StateOf(all, "Fragile") == "running");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));

        var verified = await acme.Vendor.Ended(await acme.Vendor.Post($"{Projections}/Fragile/verify").Expect(202));
        (verified.Text("state"), (long)verified["driftedRows"]!).ShouldBe(("completed", 0));
    }

    [Fact]
    public async Task A_row_that_was_tampered_with_is_found_by_verification_and_healed_by_a_rebuild()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: 1, host);
        await acme.Settled();
        var table = host.Services.GetRequiredService<Projections.Directory>().Organizations.Rows.Name;
        await host.Scalar<string>($"update {table} set name = 'Tampered' where id = '{acme.Id}' and until is null returning name");

        var found = await acme.Vendor.Ended(await acme.Vendor.Post($"{Projections}/Directory/verify").Expect(202));
        (found.Text("state"), found.Text("kind"), (long)found["driftedRows"]!).ShouldBe(("completed", "verify", 1));
        var drift = found["drift"]!.AsArray().ShouldHaveSingleItem()!;
        (drift.Text("table"), drift.Text("column"), drift.Text("live")).ShouldBe((table, "name", "Tampered"));
        drift.Text("key").ShouldStartWith(acme.Id);

        var healed = await acme.Vendor.Ended(await acme.Vendor.Post($"{Projections}/Directory/rebuild").Expect(202));
        (healed.Text("state"), (long)healed["driftedRows"]!).ShouldBe(("completed", 1));
        (await host.Scalar<string>($"select name from {table} where id = '{acme.Id}' and until is null")).ShouldBe(drift.Text("recomputed"));
        await acme.Vendor.Patch(acme.Path, new { name = "Renamed" }).Expect(200);
        await acme.Settled();
        ((long)(await acme.Vendor.Ended(await acme.Vendor.Post($"{Projections}/Directory/verify").Expect(202)))["driftedRows"]!).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_not_there_or_runs_already_or_has_ended_is_refused()
    {
        await using var host = await TestHost.StartAsync();
        var vendor = await host.Vendor();
        foreach (var verb in new[] { "pause", "resume", "retry", "rebuild", "verify" })
            await vendor.Post($"{Projections}/nothing/{verb}").ExpectProblem(404, "NOT_FOUND");
        await vendor.Get($"{Projections}/nothing").ExpectProblem(404, "NOT_FOUND");
        await vendor.Get($"/v3/operations/rebuilds/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");

        string id;
        await using (var reader = new Npgsql.NpgsqlConnection(host.Connection))
        {
            await reader.OpenAsync();
            await using var transaction = await reader.BeginTransactionAsync();
            await using var select = new Npgsql.NpgsqlCommand($"select count(*) from {Outbox.Entries.Name}", reader, transaction);
            await select.ExecuteScalarAsync();
            var started = await vendor.Post($"{Projections}/Outbox/rebuild").Expect(202);
            id = started.Id();
            await vendor.Post($"{Projections}/Outbox/rebuild").ExpectProblem(409, "REBUILD_RUNNING");
            await vendor.Post($"{Projections}/Outbox/verify").ExpectProblem(409, "REBUILD_RUNNING");
            await Until(host, all => StateOf(all, "Outbox") == "rebuilding");
            await vendor.Delete($"/v3/operations/rebuilds/{id}").Expect(202);
            (await vendor.Ended(started)).Text("state").ShouldBe("cancelled");
        }

        await vendor.Delete($"/v3/operations/rebuilds/{id}").ExpectProblem(409, "REBUILD_ENDED");
        (await host.Scalar<long>("select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'rebuild'")).ShouldBe(0);
    }

    [Fact]
    public async Task The_progress_can_be_followed_as_events_to_its_end()
    {
        await using var host = await TestHost.StartAsync();
        var vendor = await host.Vendor();
        var id = (await vendor.Post($"{Projections}/Directory/rebuild").Expect(202)).Id();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v3/operations/rebuilds/{id}") { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await vendor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldStartWith("event: rebuild\ndata: {");
        text.TrimEnd().Split('\n')[^1].ShouldContain("\"state\":\"completed\"");
    }

    [Fact]
    public async Task Who_walks_a_list_and_who_commands_notice_nothing_of_rebuilds()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        for (var n = 0; n < 30; n++)
            await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(Acme.NewEmail(), "user")).Expect(201);
        await acme.Settled();
        using var stop = new CancellationTokenSource();
        var (commands, walks, seen) = (0, 0, 30);
        var commanding = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(Acme.NewEmail(), "user")).Expect(201);
                Interlocked.Increment(ref commands);
                await Task.Delay(5);
            }
        });
        var walking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var count = await Walk(acme.Vendor, $"{acme.Path}/users?limit=7");
                count.ShouldBeGreaterThanOrEqualTo(seen);
                (seen, walks) = (count, walks + 1);
            }
        });

        for (var round = 0; round < 3; round++)
        {
            foreach (var name in new[] { "Directory", "EffectiveAccess", "Outbox" })
            {
                var ended = await acme.Vendor.Ended(await acme.Vendor.Post($"{Projections}/{name}/rebuild").Expect(202));
                ended.Text("state").ShouldBe("completed", ended.ToJsonString());
                ((long)ended["driftedRows"]!).ShouldBe(0, ended.ToJsonString());
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(commanding, walking);
        commands.ShouldBeGreaterThan(0);
        walks.ShouldBeGreaterThan(0);
        await acme.Settled();
        (await Walk(acme.Vendor, $"{acme.Path}/users?limit=100")).ShouldBe(30 + commands);
    }

    private static async Task<int> Walk(HttpClient client, string path)
    {
        var ids = new HashSet<string>();
        for (string? next = path; next is not null;)
        {
            using var response = await client.GetAsync(next);
            var text = await response.Content.ReadAsStringAsync();
            response.IsSuccessStatusCode.ShouldBeTrue(text);
            foreach (var user in JsonNode.Parse(text)!.AsArray())
                ids.Add(user!.Id()).ShouldBeTrue();
            next = response.Headers.TryGetValues("Link", out var links) && links.SelectMany(link => link.Split(", ")).FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal)) is { } link
                ? link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)] : null;
        }

        return ids.Count;
    }

    private static string StateOf(JsonNode all, string name) => all.AsArray().Single(one => one!.Text("name") == name)!.Text("state");

    private static async Task<JsonNode> Until(TestHost host, Func<JsonNode, bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var all = await (await host.Vendor()).Get(Projections).Expect(200);
            if (holds(all))
                return all;
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90), all.ToJsonString());
            await Task.Delay(100);
        }
    }

    /// <summary>A read model of the tests that breaks on demand.</summary>
    private sealed class Fragile() : ReadModel("Fragile", [Rows], [typeof(OrganizationEvent)])
    {
        public const string Secret = "hunter2";

        private static readonly CounterTable<Guid> Rows = Table.Counters<Guid>("fragile", 1).Key("id", NpgsqlTypes.NpgsqlDbType.Uuid, id => id).Counter("events");

        public bool Breaks { get; set; }

        public override void Apply(IEvent e, Rows rows)
        {
            if (Breaks && e.Data is OrganizationSuspended)
                throw new InvalidOperationException($"Broken: {Secret}.");
            rows.Add(Rows, e.StreamId, "events", 1);
        }
    }
}

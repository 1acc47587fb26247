using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Somebody who may write the database edits the states that commands decide on, behind the back of the events.</summary>
public sealed class StatesTests
{
    private const string States = "/v3/operations/states";

    [Theory]
    [InlineData("license", "update events.mt_doc_license set data = jsonb_set(data, '{policy,allowedActivations}', '99') where id = '{license}'", "events.mt_doc_license", "policy.allowedActivations")]
    [InlineData("license", "update events.mt_doc_license set data = jsonb_set(data, '{users}', '[]') where id = '{license}'", "events.mt_doc_license", "users")]
    [InlineData("license", "update events.mt_doc_license set data = data || '{\"unlimited\": true}' where id = '{license}'", "events.mt_doc_license", "unlimited")]
    [InlineData("license", "update events.mt_doc_license set data = '{\"id\": 7}' where id = '{license}'", "events.mt_doc_license", "data")]
    [InlineData("license", "update events.mt_doc_license set mt_version = 77 where id = '{license}'", "events.mt_doc_license", "mt_version")]
    [InlineData("license", "update events.mt_streams set version = 77 where id = '{license}'", "events.mt_streams", "version")]
    [InlineData("license", "update events.mt_streams set type = 'user' where id = '{license}'", "events.mt_streams", "type")]
    [InlineData("license", "update events.mt_streams set is_archived = true where id = '{license}'", "events.mt_streams", "is_archived")]
    [InlineData("license", "delete from events.mt_doc_license where id = '{license}'", "events.mt_doc_license", "row")]
    [InlineData("license", "insert into events.mt_doc_license (id, data, mt_version, mt_dotnet_type) select '00000000-0000-4000-8000-000000000001', data, mt_version, mt_dotnet_type from events.mt_doc_license where id = '{license}'", "events.mt_doc_license", "row", true)]
    [InlineData("user", "update events.mt_doc_user set data = jsonb_set(data, '{role}', '\"super-admin\"') where id = '{user}'", "events.mt_doc_user", "role")]
    [InlineData("user", "update events.mt_doc_user set data = jsonb_set(data, '{email}', data -> 'firstName') where id = '{user}'", "events.mt_doc_user", "email")]
    [InlineData("user", "update events.mt_doc_user set data = jsonb_set(data, '{email}', (data -> 'email') - 'data') where id = '{user}'", "events.mt_doc_user", "email")]
    [InlineData("organization", "update events.mt_doc_organization set data = jsonb_set(data, '{suspended}', 'true') where id = '{organization}'", "events.mt_doc_organization", "suspended")]
    [InlineData("user", "delete from events.mt_doc_claim where data ->> 'holder' = '{user}'", "events.mt_doc_claim", "holder")]
    [InlineData("user", "update events.mt_doc_claim set data = data || jsonb_build_object('holder', '{license}') where data ->> 'holder' = '{user}'", "events.mt_doc_claim", "holder")]
    public async Task A_state_that_was_edited_deleted_or_put_there_is_found_where_it_is_and_repaired(string kind, string sql, string table, string member, bool foreign = false)
    {
        var world = await World.One;
        await world.Turn.WaitAsync();
        try
        {
            foreach (var (name, id) in world.Ids)
                sql = sql.Replace($"{{{name}}}", id, StringComparison.Ordinal);
            (await world.Host.Scalar<long>($"with edited as ({sql} returning 1) select count(*) from edited")).ShouldBe(1);

            var found = await world.Run($"{States}/verify?aggregate={kind}");
            found.Text("state").ShouldBe("completed", found.ToJsonString());
            ((long)found["driftedRows"]!).ShouldBe(1, found.ToJsonString());
            found["projections"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe($"states/{kind}");
            found["drift"]!.AsArray().Select(drift => $"{drift!.Text("table")} {(drift!.Text("table") == "events.mt_doc_claim" ? world.Ids[kind] : drift!.Text("key"))} {drift!.Text("column")}")
                .ShouldContain($"{table} {(foreign ? "00000000-0000-4000-8000-000000000001" : world.Ids[kind])} {member}", found.ToJsonString());
            found.ToJsonString().ShouldNotContain("@acme.example");

            var repaired = await world.Run($"{States}/repair?aggregate={kind}");
            (repaired.Text("state"), repaired.Text("kind"), (long?)repaired["driftedRows"]).ShouldBe(("completed", "repair", 1L), repaired.ToJsonString());
            ((long)(await world.Run($"{States}/verify"))["driftedRows"]!).ShouldBe(0);
            await world.Acme.Vendor.Patch($"/v3/licenses/{world.Ids["license"]}", new { notes = Guid.NewGuid().ToString() }).Expect(200);
        }
        finally
        {
            world.Turn.Release();
        }
    }

    [Fact]
    public async Task What_no_repair_can_heal_is_told_again_and_keeps_nothing_else_from_being_healed()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        var user = (await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(Acme.NewEmail(), "user")).Expect(201)).Id();
        var stream = Guid.NewGuid();
        await host.Scalar<int>(
            $$"""
             insert into events.mt_streams (id, type, version, timestamp, created, tenant_id, is_archived) select '{{stream}}', type, 1, now(), now(), tenant_id, false from events.mt_streams where id = '{{acme.Id}}';
             delete from events.mt_doc_personkey where id = '{{user}}';
             update events.mt_doc_organization set data = jsonb_set(data, '{suspended}', 'true') where id = '{{acme.Id}}';
             select 1
             """);

        var repaired = await acme.Vendor.Ended(await acme.Vendor.Post($"{States}/repair").Expect(202));
        (repaired.Text("state"), (long?)repaired["driftedRows"]).ShouldBe(("completed", 3L), repaired.ToJsonString());
        var left = await acme.Vendor.Ended(await acme.Vendor.Post($"{States}/verify").Expect(202));
        left["drift"]!.AsArray().Select(drift => $"{drift!.Text("table")} {drift!.Text("key")}").ShouldBe([$"events.mt_streams {stream}", $"events.mt_doc_personkey {user}"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_stream_of_which_only_the_events_are_left_is_found_and_made_whole()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        await host.Scalar<int>(
            $"set session_replication_role = replica; delete from events.mt_doc_organization where id = '{acme.Id}'; delete from events.mt_streams where id = '{acme.Id}'; select 1");

        var found = await acme.Vendor.Ended(await acme.Vendor.Post($"{States}/repair?aggregate=organization").Expect(202));
        (found.Text("state"), (long?)found["driftedRows"]).ShouldBe(("completed", 1L), found.ToJsonString());
        ((long)(await acme.Vendor.Ended(await acme.Vendor.Post($"{States}/verify").Expect(202)))["driftedRows"]!).ShouldBe(0);
        await acme.Vendor.Patch(acme.Path, new { description = "whole again" }).Expect(200);
    }

    [Fact]
    public async Task States_are_verified_and_repaired_while_commands_flow_and_nothing_is_found_that_is_not_wrong()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        using var stop = new CancellationTokenSource();
        var writing = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(Acme.NewEmail(), "user")).Expect(201);
                await acme.Vendor.Patch(acme.Path, new { description = Guid.NewGuid().ToString() }).Expect(200);
            }
        }).ToArray();
        for (var round = 0; round < 10; round++)
            ((long)(await acme.Vendor.Ended(await acme.Vendor.Post($"{States}/verify").Expect(202)))["driftedRows"]!).ShouldBe(0);

        await host.Scalar<int>($"update events.mt_doc_organization set data = jsonb_set(data, '{{email}}', '\"evil@acme.example\"') where id = '{acme.Id}'; select 1");
        var repaired = await acme.Vendor.Ended(await acme.Vendor.Post($"{States}/repair").Expect(202));
        repaired.Text("state").ShouldBe("completed", repaired.ToJsonString());
        await stop.CancelAsync();
        await Task.WhenAll(writing);
        ((long)(await acme.Vendor.Ended(await acme.Vendor.Post($"{States}/verify").Expect(202)))["driftedRows"]!).ShouldBe(0);
        (await acme.Vendor.Get(acme.Path).Expect(200)).Text("email").ShouldNotBe("evil@acme.example");
    }

    [Fact]
    public async Task What_is_asked_of_the_operators_stands_in_the_history_with_who_asked()
    {
        var world = await World.One;
        await world.Turn.WaitAsync();
        try
        {
            var vendor = world.Acme.Vendor;
            await vendor.Post($"{States}/verify?dryRun=true").Expect(202);
            await vendor.Post($"{States}/verify?aggregate=nothing").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
            var before = await world.Host.Scalar<long>("select count(*) from events.mt_events where type = 'operation_requested_v1'");
            await vendor.Post("/v3/operations/projections/Outbox/pause?dryRun=true").Expect(200);
            (await world.Host.Scalar<long>("select count(*) from events.mt_events where type = 'operation_requested_v1'")).ShouldBe(before);

            await vendor.Post("/v3/operations/projections/outbox/pause").Expect(200);
            await vendor.Post("/v3/operations/projections/Outbox/resume").Expect(200);
            await vendor.Post("/v3/operations/projections/Outbox/retry").Expect(200);
            var job = await world.Run($"{States}/repair?aggregate=license");
            await world.Run("/v3/operations/projections/Outbox/verify");

            var told = await vendor.Get($"/v3/history?resource=operation&limit=5&minPosition={await world.Host.Position()}").Expect(200);
            told.AsArray().Select(line => $"{line!["data"]!["action"]} {line["data"]!["subjects"]![0]}").Order()
                .ShouldBe(["pause Outbox", "repair states/license", "resume Outbox", "retry Outbox", "verify Outbox"]);
            told.ToJsonString().ShouldContain(job.Id());
            told.AsArray().ShouldAllBe(line => line!["actor"]!["kind"]!.ToString() == "user");
        }
        finally
        {
            world.Turn.Release();
        }
    }

    /// <summary>One Host with something in it; one test edits it at a time.</summary>
    private sealed record World(TestHost Host, Acme Acme, IReadOnlyDictionary<string, string> Ids)
    {
        private static readonly Lazy<Task<World>> Lazily = new(MakeAsync);

        public static Task<World> One => Lazily.Value;

        public SemaphoreSlim Turn { get; } = new(1);

        public async Task<JsonNode> Run(string path) => await Acme.Vendor.Ended(await Acme.Vendor.Post(path).Expect(202));

        private static async Task<World> MakeAsync()
        {
            var host = await TestHost.StartAsync();
            var acme = await Acme.With(seats: -1, host);
            var user = (await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(Acme.NewEmail(), "user")).Expect(201)).Id();
            var license = (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id();
            await acme.Vendor.Put($"{acme.Path}/licenses/{license}/users/{user}").Expect(204);
            return new(host, acme, new Dictionary<string, string> { ["organization"] = acme.Id, ["user"] = user, ["license"] = license });
        }
    }
}

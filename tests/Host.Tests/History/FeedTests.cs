using System.Net;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.History;

/// <summary>The feed as another system reads it: everything once and in order, whatever else goes on; and all of it as a stream.</summary>
public class FeedTests
{
    [Fact]
    public async Task While_others_write_nothing_is_left_out_or_told_twice()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        var start = await host.Position();
        var writing = Enumerable.Range(0, 6).Select(async _ =>
        {
            for (var n = 0; n < 25; n++)
                await acme.Vendor.Post($"{acme.Path}/user-groups", new { name = $"Group {Guid.NewGuid():N}" }).Expect(201);
        }).ToList();

        var read = new List<JsonNode>();
        var next = start;
        while (writing.Any(task => !task.IsCompleted) || next < await host.Position())
        {
            var (events, after) = await acme.Vendor.After("/v3/history", next, "limit=7&wait=1");
            read.AddRange(events);
            after.ShouldBeGreaterThanOrEqualTo(next);
            next = after;
        }

        await Task.WhenAll(writing);
        var expected = await host.Scalar<long[]>("select array_agg(seq_id order by seq_id) from events.mt_events where seq_id > $1 and type <> 'tombstone'", start);
        read.Select(Told.Position).ShouldBe(expected);
    }

    [Fact]
    public async Task It_stops_before_a_transaction_that_is_open_and_then_tells_everything_in_order()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        await acme.Settled();
        var start = await host.Position();
        await using (var connection = new NpgsqlConnection(host.Connection))
        {
            await connection.OpenAsync();
            await using var held = await connection.BeginTransactionAsync();
            var position = await Copy(connection);
            for (var n = 0; n < 5; n++)
                await acme.Group($"After {n}");

            var until = DateTime.UtcNow.AddSeconds(5);
            while (DateTime.UtcNow < until)
            {
                var (none, next) = await acme.Vendor.After("/v3/history", start, "limit=100");
                none.ShouldBeEmpty();
                next.ShouldBeLessThan(position);
                await Task.Delay(250);
            }

            await held.CommitAsync();
        }

        var (events, _) = await acme.Vendor.Feed("/v3/history", start, await host.Position());
        events.Select(Told.Position).ShouldBe(await host.Scalar<long[]>("select array_agg(seq_id order by seq_id) from events.mt_events where seq_id > $1 and type <> 'tombstone'", start));
        events[0].Text("type").ShouldBe("user_group_renamed_v1");
        events.Count.ShouldBe(6);

        async Task<long> Copy(NpgsqlConnection connection)
        {
            var group = await acme.Group();
            await acme.Settled();
            start = await host.Position();
            await using var command = new NpgsqlCommand(
                """
                with stream as (update events.mt_streams set version = version + 1 where id = $1 returning version)
                insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type)
                select nextval('events.mt_events_sequence'), gen_random_uuid(), $1, (select version from stream),
                    jsonb_build_object('userGroup', $1, 'name', 'Slow'), 'user_group_renamed_v1', now(), e.tenant_id, null
                from events.mt_events e where e.stream_id = $1 limit 1 returning seq_id
                """, connection);
            command.Parameters.Add(new() { Value = Guid.Parse(group) });
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task It_comes_as_csv_and_as_cloud_events_too()
    {
        var acme = await Acme.With(seats: 3);
        await acme.Vendor.Patch(acme.Path, new { name = "=Acme, \"Ltd\"" }).Expect(200);
        var position = await acme.Host.Position();
        var csv = await acme.Vendor.GetStringAsync($"{acme.Path}/history?format=csv&sort=%2Bposition&minPosition={position}");
        csv.ShouldStartWith("position,id,type,at,actorKind,actorId,");
        csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{acme.Path}/history?from=0");
        request.Headers.Accept.ParseAdd("application/cloudevents-batch+json");
        using var response = await acme.Vendor.SendAsync(request);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/cloudevents-batch+json");
        var events = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();
        var (plain, _) = await acme.Vendor.Feed($"{acme.Path}/history", 0, position);
        events.Count.ShouldBe(plain.Count);
        foreach (var (cloud, e) in events.Zip(plain))
        {
            cloud!.Text("specversion").ShouldBe("1.0");
            cloud!.Text("id").ShouldBe(e.Id());
            cloud!.Text("type").ShouldBe(e.Text("type"));
            cloud!.Text("source").ShouldNotBeEmpty();
            cloud!.Text("subject").ShouldBe($"organization/{acme.Id}");
            cloud!.Text("time").ShouldBe(e.Text("at"));
            long.Parse(cloud!.Text("sequence"), null).ShouldBe(e.Position());
            cloud!["data"]!.ToJsonString().ShouldBe(e.ToJsonString());
        }

        response.Headers.GetValues("Link").Single().ShouldContain("from=");
    }

    [Fact]
    public async Task Who_waits_is_answered_as_soon_as_something_happens()
    {
        var acme = await Acme.With(seats: 3);
        await acme.Settled();
        var next = (await acme.Vendor.Feed($"{acme.Path}/history", 0, await acme.Host.Position())).Next;
        var waiting = acme.Vendor.After($"{acme.Path}/history", next, "wait=20");
        await Task.Delay(300);
        waiting.IsCompleted.ShouldBeFalse();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await acme.Group();
        (await waiting).Events.Single().Text("type").ShouldBe("user_group_created_v1");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(19));

        (await acme.Vendor.After($"{acme.Path}/history", next + 1_000_000, "limit=1")).Next.ShouldBe(next + 1_000_000);
        foreach (var wrong in (string[])["from=-1", "from=x", "wait=3", "from=0&wait=31", "from=0&wait=-1", "from=0&sort=-at", "from=0&page=2", "from=0&cursor=x", "format=xml", "format=csv&from=0&wait=1", "limit=1001"])
            ((int)(await acme.Vendor.Get($"{acme.Path}/history?{wrong}")).StatusCode).ShouldBe(400, wrong);
    }

    [Fact]
    public async Task Who_waits_for_what_does_not_come_asks_again_once_a_second_at_most()
    {
        var asked = new Asked();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IPipelineBehavior<ListOrganizationHistory, Result<ListPage<FeedEntry>>>>(asked));
        var acme = await Acme.With(seats: -1, host);
        await acme.Settled();
        var waiting = acme.Vendor.After($"{acme.Path}/history", await host.Position(), "type=user_erased_v1&wait=5");
        while (!waiting.IsCompleted)
            await acme.Group($"Group {Guid.NewGuid():N}");

        (await waiting).Events.ShouldBeEmpty();
        asked.Times.ShouldBeInRange(2, 8);
    }

    [Fact]
    public async Task Nobody_holds_more_answers_that_wait_than_their_share()
    {
        var acme = await Acme.With(seats: -1);
        using var admin = await acme.Admin();
        await acme.Settled();
        var path = $"{acme.Path}/history?from={await acme.Host.Position()}&type=user_erased_v1";
        var answers = await Task.WhenAll(Enumerable.Range(0, OpenStreams.MostOfOne + 1).Select(_ => admin.Get($"{path}&wait=10")));

        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ShouldHaveSingleItem();
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        await Task.FromResult(refused).ExpectProblem(429, "TOO_MANY_REQUESTS");
        await acme.Settled();
        await admin.Get($"{path}&wait=1").Expect(200);
    }

    private sealed class Asked : IPipelineBehavior<ListOrganizationHistory, Result<ListPage<FeedEntry>>>
    {
        private int times;

        public int Times => times;

        public Task<Result<ListPage<FeedEntry>>> Handle(
            ListOrganizationHistory request, CancellationToken cancellationToken, RequestHandlerDelegate<Result<ListPage<FeedEntry>>> next)
        {
            Interlocked.Increment(ref times);
            return next();
        }
    }
}

using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Releases;

namespace EventSourcedOrgs.Host.Tests.History;

/// <summary>How much memory long streams of the history take. The memory is that of the whole process, so nothing else runs meanwhile.</summary>
[Collection(AloneInTheProcess.Name)]
public class FeedMemoryTests
{
    [Fact]
    public async Task Twenty_thousand_events_are_streamed_with_little_memory()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        var group = await acme.Group();
        const int Count = 20_000;
        await host.Scalar<long>(
            $$"""
            with made as (
                insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id)
                select nextval('events.mt_events_sequence'), gen_random_uuid(), $1, n + 1, jsonb_build_object('userGroup', $1, 'name', 'Name ' || n), 'user_group_renamed_v1', now(), '*DEFAULT*'
                from generate_series(1, {{Count}}) n returning 1),
            moved as (update events.mt_streams set version = {{Count + 1}} where id = $1 returning 1)
            select count(*) from made
            """, Guid.Parse(group));
        var last = await host.Position();
        await Told.Feed(acme.Vendor, "/v3/history", last - 1, last);

        GC.Collect();
        var (before, most, lines) = (GC.GetTotalMemory(forceFullCollection: true), 0L, 0);
        using var response = await acme.Vendor.GetAsync($"/v3/history?format=ndjson&from=0&resourceId={group}", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var previous = "Engineers";
        while (await reader.ReadLineAsync() is { } line)
        {
            var e = JsonNode.Parse(line)!;
            if (lines > 0)
                e.Change("/name").ShouldBe($"\"{previous}\" -> \"Name {lines}\"");
            previous = lines == 0 ? previous : $"Name {lines}";
            if (++lines % 4000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        lines.ShouldBe(Count + 1);
        most.ShouldBeLessThan(60_000_000);
    }
}

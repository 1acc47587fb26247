using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using JasperFx.Events;
using Npgsql;

namespace EventSourcedOrgs.Tests;

/// <summary>What any way of making read models anew has to do, one thing after the other: read the events in their order with Npgsql, deserialize them once, fold them, COPY the rows, without indexes.</summary>
internal static class RebuildLimit
{
    private const int Page = 4000;

    public static async Task RunAsync(NpgsqlDataSource source, JsonSerializerOptions json, IEnumerable<ReadModel> models)
    {
        var types = EventNames.All.ToDictionary(name => name.Value, name => name.Key);
        var sides = models.Select(model => new SideTables(model, source, Rebuilder.UsualMostRows)).ToList();
        foreach (var side in sides)
            await side.CreateAsync(CancellationToken.None);

        var page = new List<IEvent>();
        await foreach (var row in new EventRows(source).Read(0, long.MaxValue))
        {
            if (!types.TryGetValue(row.Type, out var type))
                continue;

            var e = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(type), JsonSerializer.Deserialize(row.Data.Span, type, json))!;
            (e.Sequence, e.Id, e.StreamId, e.Version, e.EventTypeName, e.Timestamp, e.UserName, e.CausationId) = (row.Position, row.Id, row.Stream, row.Version, row.Type, row.Time, row.Actor, row.Causation);
            page.Add(e);
            if (page.Count == Page)
                await FillAsync();
        }

        await FillAsync();
        foreach (var side in sides)
        {
            await side.WriteAllAsync(CancellationToken.None);
            await side.DropAsync();
        }

        async Task FillAsync()
        {
            foreach (var side in sides)
                await side.FillAsync(page, CancellationToken.None);
            page.Clear();
        }
    }
}

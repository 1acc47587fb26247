using JasperFx.Events;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The states before and after events. The directory keeps every state with the position at which it ended, so that one question for each kind of resource answers
/// for a whole page; what the directory does not keep is made of its events again, and what lies between two events of a page follows from the first.
/// </summary>
public sealed class FormerStates(NpgsqlDataSource database, Directory directory, Replay replay)
{
    /// <summary>The steps of these events, in the order of positions.</summary>
    public async Task<IReadOnlyList<Step>> Of(IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        var ordered = events.OrderBy(e => e.Sequence).ToList();
        var first = Unknown(ordered);
        var known = new Dictionary<long, object>();
        foreach (var group in first.GroupBy(Resource.Of))
        {
            if (directory.Find(group.Key) is { } part)
                await Ask(part, [.. group], known, cancellation);
        }

        var latest = new Dictionary<Guid, object>();
        var steps = new List<Step>(ordered.Count);
        foreach (var e in ordered)
        {
            var resource = Resource.Of(e);
            var before = e.Version == 1 ? resource.Initial
                : known.TryGetValue(e.Sequence, out var kept) ? kept
                : first.Contains(e) ? (await replay.StateAt(resource, e.StreamId, e.Sequence - 1, cancellation))?.State ?? resource.Initial
                : latest[e.StreamId];
            steps.Add(new(e, before, latest[e.StreamId] = resource.After(before, e)));
        }

        return steps;
    }

    /// <summary>The events before which no other event of the page says what the state was.</summary>
    private static HashSet<IEvent> Unknown(IEnumerable<IEvent> ordered)
    {
        var (versions, unknown) = (new Dictionary<Guid, long>(), new HashSet<IEvent>(ReferenceEqualityComparer.Instance));
        foreach (var e in ordered)
        {
            if (e.Version > 1 && versions.GetValueOrDefault(e.StreamId) != e.Version - 1)
                unknown.Add(e);
            versions[e.StreamId] = e.Version;
        }

        return unknown;
    }

    private async Task Ask(DirectoryPart part, IReadOnlyList<IEvent> events, Dictionary<long, object> known, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
             select x.position, d.document
             from unnest($1::uuid[], $2::bigint[]) x(id, position) join {part.Table.Name} d on d.id = x.id and d.until = x.position
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(e => e.StreamId)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. events.Select(e => e.Sequence)] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            known[reader.GetInt64(0)] = part.StateOf(await reader.GetFieldValueAsync<byte[]>(1, cancellation));
    }
}

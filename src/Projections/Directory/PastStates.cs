using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>States as they were at a position, which the directory keeps with the positions between which they held: one row for each, however many events made it.</summary>
public sealed class PastStates(NpgsqlDataSource database, Directory directory, Progress progress)
{
    /// <summary>
    /// The states of one kind, of those of these ids that existed then; none when the directory keeps none of that kind, or has not come that far. Versions of one id follow each other, so the first that ended
    /// later is the one, and where none did, the one that has not ended.
    /// </summary>
    public async Task<IReadOnlyList<object>> FindAsync(Type state, Guid[] ids, long position, CancellationToken cancellation)
    {
        if (directory.Find(Resource.OfState(state)) is not { } part || progress.Of(Directory.ModelName).Position < position)
            return [];

        await using var command = database.CreateCommand(
            $"""
             select v.document
             from unnest($1::uuid[]) x(id) cross join lateral (
                 select * from (
                     (select d.document, d.since, d.until from {part.Table.Name} d where d.id = x.id and d.until > $2 order by d.until limit 1)
                     union all
                     select d.document, d.since, d.until from {part.Table.Name} d where d.id = x.id and d.until is null) either
                 order by until nulls last
                 limit 1) v
             where v.since <= $2
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var states = new List<object>();
        while (await reader.ReadAsync(cancellation))
            states.Add(part.StateOf(await reader.GetFieldValueAsync<byte[]>(0, cancellation)));
        return states;
    }
}

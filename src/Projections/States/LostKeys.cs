using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Keys of persons that are gone although nobody erased the person: an erasure is on record, in the transaction that destroys the key. Nobody can read what was under such a key, and no repair brings it back.
/// </summary>
internal sealed class LostKeys(string schema)
{
    private string Table => $"{schema}.mt_doc_personkey";

    /// <summary>Those of these states, state by state.</summary>
    public async Task<List<(Guid State, DriftedValue Value)>> FindAsync(NpgsqlConnection connection, IEnumerable<(Guid State, IReadOnlySet<Guid> Persons)> states, CancellationToken cancellation)
    {
        var asked = states.SelectMany(state => state.Persons.Select(person => (state.State, Person: person))).ToList();
        if (asked.Count == 0)
            return [];

        await using var command = new NpgsqlCommand(
            $"select p from unnest($1) p where not exists (select from {Table} where id = p) and not exists (select from {schema}.mt_doc_erasedperson where id = p)", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. asked.Select(one => one.Person).Distinct()] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lost = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellation))
            lost.Add(reader.GetGuid(0));
        return [.. asked.Where(one => lost.Contains(one.Person)).Select(one => (one.State, new DriftedValue(Table, $"{one.Person}", "row", null, "the key of somebody who was not erased")))];
    }
}

using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The claims that states must hold. Their ids are keyed hashes, so a claim too many cannot be told from others by looking at it; one that is missing, or is somebody else's, can.
/// </summary>
internal sealed class HeldClaims(string schema, Func<object, IEnumerable<(string Id, Guid Holder)>> claimsOf)
{
    private string Table => $"{schema}.mt_doc_claim";

    /// <summary>What is wrong with the claims of these states, state by state.</summary>
    public async Task<List<(Guid State, DriftedValue Value)>> CompareAsync(NpgsqlConnection connection, IReadOnlyList<MadeState> states, CancellationToken cancellation)
    {
        var expected = Of(states);
        if (expected.Count == 0)
            return [];

        await using var command = new NpgsqlCommand($"select id, data ->> 'holder' from {Table} where id = any($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. expected.Select(claim => claim.Id)] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var held = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellation))
            held.Add(reader.GetString(0), reader.GetString(1));

        return [.. expected.Where(claim => held.GetValueOrDefault(claim.Id) != $"{claim.Holder}")
            .Select(claim => (claim.State, new DriftedValue(Table, claim.Id, "holder", held.GetValueOrDefault(claim.Id), $"{claim.Holder}")))];
    }

    /// <summary>Gives these states what they must hold.</summary>
    public IEnumerable<NpgsqlBatchCommand> Write(IReadOnlyList<MadeState> states) => Of(states).Select(claim => new NpgsqlBatchCommand(
        $"""
         insert into {Table} as c (id, data, mt_dotnet_type) values ($1, jsonb_build_object('id', $1, 'holder', $2), 'EventSourcedOrgs.Application.Claim')
         on conflict (id) do update set data = excluded.data where c.data is distinct from excluded.data
         """)
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = claim.Id }, new NpgsqlParameter<string> { TypedValue = $"{claim.Holder}" } },
    });

    private List<(Guid State, string Id, Guid Holder)> Of(IReadOnlyList<MadeState> states) =>
        [.. states.SelectMany(made => claimsOf(made.State).Select(claim => (made.Id, claim.Id, claim.Holder)))];
}

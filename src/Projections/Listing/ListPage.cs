using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// One page of a list; whether there is a next one, and the cursor that reads it; how many rows the whole list has, if asked; the position that the page
/// reflects.
/// </summary>
public sealed record ListPage<T>(IReadOnlyList<T> Rows, bool HasNext, string? Next, long? Total, long? Position);

public sealed partial class Listing
{
    /// <summary>
    /// Reads one page. With <paramref name="progress"/>, the position that the read model is known to have reached, a versioned list is read exactly there, and
    /// its cursor keeps it there. Without it such a list shows its newest rows and has no cursor, because nothing would keep the next page in step.
    /// </summary>
    public async Task<Checked<ListPage<T>>> ReadAsync<T>(
        NpgsqlDataSource database, ListSource source, ListRequest request, long? progress, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        var compiled = Compile(source, request, progress);
        return compiled.IsValid ? new(await ReadAsync(database, compiled.Value, request, row, cancellation)) : new(compiled.Errors);
    }

    internal async Task<ListPage<T>> ReadAsync<T>(
        NpgsqlDataSource database, ListStatement statement, ListRequest request, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command(statement.Sql, statement.Parameters));
        if (request.Count && !statement.TellsPosition) batch.BatchCommands.Add(Command(statement.CountSql, statement.CountParameters));

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var rows = new List<T>(request.Limit);
        string?[] lastKeys = [];
        var (position, total, told) = (statement.Position, (long?)null, statement.TellsPosition ? 2 : 0);
        while (rows.Count < request.Limit && await reader.ReadAsync(cancellation))
        {
            if (told > 0 && rows.Count == 0)
            {
                (position, total) = (reader.Get<long>("position"), reader.Get<long?>("total"));
                if (IsNothing(reader, statement.Sort, told)) break;
            }

            rows.Add(row(reader));
            if (rows.Count == request.Limit) lastKeys = Keys(reader, statement.Sort, told);
        }

        var hasNext = rows.Count == request.Limit && await reader.ReadAsync(cancellation);
        var next = hasNext && position.HasValue == Versioned is not null ? ListCursor.Write(statement.Scope, position, statement.AsOfTime, lastKeys) : null;
        var count = !request.Count ? null : statement.TellsPosition ? total : await TotalAsync(reader, cancellation);
        return new(rows, hasNext, next, count, position);
    }

    /// <summary>No row is without its id, which every order has.</summary>
    bool IsNothing(NpgsqlDataReader reader, IReadOnlyList<SortTerm> sort, int told) =>
        reader.IsDBNull(reader.FieldCount - told - sort.Count + sort.Select(term => term.Field.Name).ToList().IndexOf(Id.Name));

    static string?[] Keys(NpgsqlDataReader reader, IReadOnlyList<SortTerm> sort, int told) =>
        [.. sort.Select((term, i) => ListValue.Column(reader, reader.FieldCount - told - sort.Count + i, term.Field.Kind))];

    static async Task<long?> TotalAsync(NpgsqlDataReader reader, CancellationToken cancellation) =>
        await reader.NextResultAsync(cancellation) && await reader.ReadAsync(cancellation) ? reader.GetInt64(0) : null;

    static NpgsqlBatchCommand Command(string sql, IReadOnlyList<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}

using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What a working set gives up to be written: statements on rows that are there, then new rows.</summary>
internal sealed record Drained(IReadOnlyList<Statement> Statements, Copy? Copy)
{
    /// <summary>Rows that may change again were among them.</summary>
    public bool Evicted { get; init; }
}

/// <summary>New rows on their way into a table.</summary>
internal sealed record Copy(IReadOnlyList<string> Columns, Func<NpgsqlBinaryImporter, CancellationToken, Task> Write)
{
    public async Task Into(string table, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"copy {table} ({string.Join(", ", Columns)}) from stdin (format binary)", cancellation);
        await Write(copy, cancellation);
        await copy.CompleteAsync(cancellation);
    }
}

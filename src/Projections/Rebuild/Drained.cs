using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What a working set gives up to be written: statements on rows that are there, then new rows.</summary>
internal sealed record Drained(IReadOnlyList<Statement> Statements, Copy? Copy)
{
    /// <summary>Rows that may change again were among them.</summary>
    public bool Evicted { get; init; }
}

/// <summary>New rows on their way into a table: how many, and what writes the values of one.</summary>
internal sealed record Copy(IReadOnlyList<string> Columns, int Count, Action<CopyBuffer, int> Write)
{
    public async Task Into(string table, CopyBuffer buffer, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginRawBinaryCopyAsync($"copy {table} ({string.Join(", ", Columns)}) from stdin (format binary)", cancellation);
        try
        {
            buffer.Clear();
            buffer.WriteHeader();
            for (var n = 0; n < Count; n++)
            {
                buffer.BeginRow(Columns.Count);
                Write(buffer, n);
                if (!buffer.IsWorthSending)
                    continue;

                await copy.WriteAsync(buffer.Written, cancellation);
                buffer.Clear();
            }

            buffer.WriteTrailer();
            await copy.WriteAsync(buffer.Written, cancellation);
        }
        catch
        {
            await copy.CancelAsync();
            throw;
        }
    }
}

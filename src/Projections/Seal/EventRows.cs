using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Reads events whole and in their order, straight from where they are stored, with flat memory.</summary>
public sealed class EventRows(NpgsqlDataSource source, string schema = "events")
{
    /// <summary>The events after one position, up to and with another.</summary>
    public async IAsyncEnumerable<SealedEvent> Read(long after, long upTo, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var command = source.CreateCommand($"select {CopiedEvents.Columns} from {schema}.mt_events where seq_id > $1 and seq_id <= $2 order by seq_id");
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return Row(reader);
    }

    /// <summary>The same events as the database copies them out, for who goes through a whole history.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "who is given events gives their memory back")]
    internal IEnumerable<CopiedEvents> Copy(long after, long upTo, CancellationToken cancellation)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"select {CopiedEvents.Columns} from {schema}.mt_events where seq_id > {after} and seq_id <= {upTo} order by seq_id");
        using var connection = source.OpenConnection();
        foreach (var rows in CopyOut.Read(connection, query, CopiedEvents.ColumnCount, cancellation))
            yield return new(rows);
    }

    /// <summary>Every event that the transaction of a connection sees.</summary>
    public static async IAsyncEnumerable<SealedEvent> Read(NpgsqlConnection connection, string schema, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var command = new NpgsqlCommand($"select {CopiedEvents.Columns} from {schema}.mt_events order by seq_id", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return Row(reader);
    }

    /// <summary>Up to which position events are final: none below it can come any more.</summary>
    public async Task<long> Final(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select last_seq_id from {schema}.mt_event_progression where name = 'HighWaterMark'");
        return await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
    }

    private static SealedEvent Row(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<byte[]>(6),
        reader.IsDBNull(7) ? null : (ReadOnlyMemory<byte>?)reader.GetFieldValue<byte[]>(7), Text(reader, 8), Text(reader, 9), Text(reader, 10), reader.GetString(11), reader.GetBoolean(12));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

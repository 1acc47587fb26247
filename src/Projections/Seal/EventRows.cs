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
    /// <summary>So many events at positions that were never given out are told, at each end.</summary>
    private const int MostAstray = 1000;

    /// <summary>The events after one position, up to and with another; not more than so many, when it is said: who stops reading is sent the rest all the same.</summary>
    public async IAsyncEnumerable<SealedEvent> Read(long after, long upTo, int? atMost = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var command = source.CreateCommand($"select {CopiedEvents.Columns} from {schema}.mt_events where seq_id > $1 and seq_id <= $2 order by seq_id{Limit(atMost)}");
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

    /// <summary>Every event that the transaction of a connection sees; after a position, and not more than so many, when it is said.</summary>
    public static async IAsyncEnumerable<SealedEvent> Read(
        NpgsqlConnection connection, string schema, long? after = null, long? atMost = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var condition = after is { } position ? string.Create(CultureInfo.InvariantCulture, $" where seq_id > {position}") : "";
        await using var command = new NpgsqlCommand($"select {CopiedEvents.Columns} from {schema}.mt_events{condition} order by seq_id{Limit(atMost)}", connection) { CommandTimeout = 0 };
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

    /// <summary>
    /// Where events stand that the store did not append: before the first position, or behind the last that was given out. Each end is one look into the index. The sequence is read
    /// while the statement runs, later than the moment whose rows it sees: what is being appended is not told.
    /// </summary>
    public async Task<IReadOnlyList<long>> Astray(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"""
             (select seq_id from {schema}.mt_events where seq_id < 1 order by seq_id limit {MostAstray})
             union all
             (select seq_id from {schema}.mt_events where seq_id > (select last_value - (not is_called)::int from {schema}.mt_events_sequence) order by seq_id limit {MostAstray})
             """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var positions = new List<long>();
        while (await reader.ReadAsync(cancellation))
            positions.Add(reader.GetInt64(0));
        return positions;
    }

    private static string Limit(long? atMost) => atMost is { } most ? string.Create(CultureInfo.InvariantCulture, $" limit {most}") : "";

    private static SealedEvent Row(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<byte[]>(6),
        reader.IsDBNull(7) ? null : (ReadOnlyMemory<byte>?)reader.GetFieldValue<byte[]>(7), Text(reader, 8), Text(reader, 9), Text(reader, 10), reader.GetString(11), reader.GetBoolean(12));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

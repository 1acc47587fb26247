using System.Data;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Host.Transfer;

/// <summary>
/// Writes a whole installation as lines: every event in the form in which it is proved, the checkpoints, and the rows that stand beside the events. All of it is of one
/// moment: a transaction that was open then is in it with everything or with nothing.
/// </summary>
internal sealed class EventExport(NpgsqlDataSource database, Secrets secrets)
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ExportLines lines = new();
    private long count;

    /// <summary>So many checkpoints are read at a time.</summary>
    public int CheckpointsAtOnce { get; init; } = 1000;

    /// <summary>Writes; answers what was written.</summary>
    public async Task<ExportHead> Write(Stream to, LogPublicKey? key, IProgress<long>? progress, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using (var patient = new NpgsqlCommand("set local idle_in_transaction_session_timeout = 0", connection, moment))
            await patient.ExecuteNonQueryAsync(cancellation);

        var tables = await TablesOf(connection, cancellation);
        var (events, position) = await Ends(connection, cancellation);
        var head = new ExportHead(TransferFormat.Current, TransferFormat.SchemaOf(tables), TransferFormat.KeyCheck(secrets), key?.ToString(), events, position);
        await Put(to, lines.Other("export", JsonSerializer.SerializeToUtf8Bytes(head, JsonSerializerOptions.Web)), cancellation);
        await Rows(to, connection, TransferFormat.StreamTable, cancellation);
        await Events(to, connection, progress, cancellation);
        foreach (var (name, _) in tables.Where(table => table.Name != TransferFormat.StreamTable))
            await Rows(to, connection, name, cancellation);

        var end = new ExportEnd(count, TransferFormat.Mac(secrets, hash.GetHashAndReset()));
        await to.WriteAsync(lines.Other("end", JsonSerializer.SerializeToUtf8Bytes(end, JsonSerializerOptions.Web)).ToArray(), cancellation);
        return head;
    }

    /// <summary>The tables that are written, with their columns.</summary>
    public static async Task<List<(string Name, string Columns)>> TablesOf(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(TransferFormat.Tables, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tables = new List<(string, string)>();
        while (await reader.ReadAsync(cancellation))
            tables.Add((reader.GetString(0), reader.GetString(1)));
        return tables;
    }

    private static async Task<(long Count, long Position)> Ends(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select count(*), coalesce(max(seq_id), 0) from {EventStore.Schema}.mt_events", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Every event, and behind the last event of each checkpoint the checkpoint. Some checkpoints are read, then the events that they cover, and so on to the end.</summary>
    private async Task Events(Stream to, NpgsqlConnection connection, IProgress<long>? progress, CancellationToken cancellation)
    {
        var (index, position, writer) = (0L, (long?)null, new CanonicalWriter());
        for (var isMore = true; isMore;)
        {
            var checkpoints = new Queue<KeptCheckpoint>(await SealedLog.Kept(connection, index, CheckpointsAtOnce, cancellation));
            var covered = checkpoints.Count == CheckpointsAtOnce ? checkpoints.Last().Size : (long?)null;
            await foreach (var e in EventRows.Read(connection, EventStore.Schema, position, covered - index, cancellation))
            {
                await Put(to, lines.Event(e, index++, e.Seal(writer), null), cancellation);
                position = e.Position;
                if (checkpoints.TryPeek(out var next) && next.Size == index)
                    await Put(to, lines.Checkpoint(checkpoints.Dequeue().Note), cancellation);
                if (index % 1000 == 0)
                    progress?.Report(index);
            }

            isMore = index == covered;
        }
    }

    private async Task Rows(Stream to, NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select to_jsonb(t)::text from {table} t", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
        while (await reader.ReadAsync(cancellation))
            await Put(to, lines.Other("row", Encoding.UTF8.GetBytes($$"""{"table":"{{table}}","values":{{reader.GetString(0)}}}""")), cancellation);
    }

    private ValueTask Put(Stream to, ReadOnlySpan<byte> line, CancellationToken cancellation)
    {
        hash.AppendData(line);
        count++;
        return to.WriteAsync(line.ToArray(), cancellation);
    }
}

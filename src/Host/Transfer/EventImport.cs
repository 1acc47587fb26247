using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Host.Transfer;

/// <summary>
/// Takes a whole installation into an empty database, in one transaction: at the end everything of the file has been proved to be what was written, or nothing is there.
/// </summary>
internal sealed class EventImport(NpgsqlDataSource owner, Secrets secrets, IReadOnlyDictionary<string, string> eventTypes)
{
    private const string DataException = "22";
    private const string IntegrityViolation = "23";

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ExportHead? head;
    private ExportEnd? end;
    private LogPublicKey? log;
    private ExportVerifier? verifier;
    private long count;

    /// <summary>So many rows, or checkpoints, are brought in by one command.</summary>
    public int MostTogether { get; init; } = 500;

    /// <summary>Reads; answers what was read.</summary>
    /// <exception cref="TransferException">The file or the database is not right.</exception>
    public async Task<ExportHead> Read(Stream from, IProgress<long>? progress, CancellationToken cancellation)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var tables = await EventExport.TablesOf(connection, cancellation);
        await Alone(connection, tables, cancellation);

        await using var rows = new TransferRows(connection, tables.ConvertAll(table => table.Name), eventTypes) { MostTogether = MostTogether };
        using var reader = new StreamReader(from, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                await Take(line, rows, tables, cancellation);
                if (rows.Events % 1000 == 0 && rows.Events > 0)
                    progress?.Report(rows.Events);
            }

            await rows.Flush(cancellation);
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw Altered($"line {count + 1} cannot be read: {e.Message}");
        }
        catch (PostgresException e) when (e.SqlState.StartsWith(DataException, StringComparison.Ordinal) || e.SqlState.StartsWith(IntegrityViolation, StringComparison.Ordinal))
        {
            throw Altered($"up to line {count + 1} there is what no table takes: {e.MessageText}");
        }

        Judge(rows.Events);
        await Finish(connection, cancellation);
        await transaction.CommitAsync(cancellation);
        return head!;
    }

    private static TransferException Altered(string how) => new("EXPORT_ALTERED", $"The file is not what was written: {how}");

    /// <summary>Nobody else writes until the end, and nobody has written before.</summary>
    private static async Task Alone(NpgsqlConnection connection, List<(string Name, string Columns)> tables, CancellationToken cancellation)
    {
        var filled = string.Join(" union all ", tables.Select(table => table.Name).Append($"{EventStore.Schema}.mt_events").Select(table => $"(select '{table}' from {table} limit 1)"));
        await using var command = new NpgsqlCommand($"set local idle_in_transaction_session_timeout = 0; lock table {EventStore.Schema}.mt_streams, {EventStore.Schema}.mt_events in share row exclusive mode; {filled}", connection);
        try
        {
            if (await command.ExecuteScalarAsync(cancellation) is string table)
                throw new TransferException("STORE_NOT_EMPTY", $"The database holds data already ({table}): an export is taken in by an empty one only.");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new TransferException("OWNER_NEEDED", "The role that the service works as cannot set positions: name the owner of the database in --owner, too.");
        }
    }

    private async Task Take(string line, TransferRows rows, List<(string Name, string Columns)> tables, CancellationToken cancellation)
    {
        if (end is not null)
            throw Altered("something follows its last line.");

        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        if (root.TryGetProperty("end", out var last))
        {
            end = last.Deserialize<ExportEnd>(JsonSerializerOptions.Web);
            return;
        }

        hash.AppendData(Encoding.UTF8.GetBytes(line));
        hash.AppendData("\n"u8);
        count++;
        if (head is null)
        {
            head = Accept(root, tables);
            log = head.Log is null ? null : LogPublicKey.Parse(head.Log);
            verifier = log is null ? null : new(log);
            return;
        }

        verifier?.Line(root, count);
        if (root.TryGetProperty("row", out var row))
            await rows.Row(row.GetProperty("table").GetString()!, row.GetProperty("values").GetRawText(), cancellation);
        else if (root.TryGetProperty("checkpoint", out var note))
            await rows.Signed(Open(note.GetString()!), note.GetString()!, cancellation);
        else
            await rows.Event(root.GetProperty("event"), cancellation);
    }

    private Checkpoint Open(string note) => Checkpoint.Open(note, log ?? throw new FormatException("There is a checkpoint, and no key of a log that could have signed it."));

    private ExportHead Accept(JsonElement root, List<(string Name, string Columns)> tables)
    {
        if (!root.TryGetProperty("export", out var first) || first.Deserialize<ExportHead>(JsonSerializerOptions.Web) is not { } read)
            throw new TransferException("NO_EXPORT", "The file is no export of an installation ('events export' writes one).");
        if (read.Format != TransferFormat.Current || read.Schema != TransferFormat.SchemaOf(tables))
            throw new TransferException("EXPORT_VERSION", "The file was written by another version, with other tables. Let the version that wrote it take it in, then update.");
        if (read.Key != TransferFormat.KeyCheck(secrets))
            throw new TransferException("EXPORT_KEY", "The file belongs to another master key. Give this installation the key of the one that wrote it: without it nobody can read what is in the file.");
        return read;
    }

    /// <summary>The keyed hash vouches for every byte, the signed checkpoints for the history.</summary>
    private void Judge(long events)
    {
        if (head is null || end is null)
            throw Altered("its end is missing.");
        if (end.Lines != count || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(end.Mac), Encoding.UTF8.GetBytes(TransferFormat.Mac(secrets, hash.GetHashAndReset()))))
            throw Altered("its lines are not those that were written.");
        if (events != head.Events)
            throw Altered($"it has {events} events, not {head.Events}.");
        if (verifier?.Check().Found.FirstOrDefault(finding => finding.Code != Findings.CheckpointMissing) is { } found)
            throw Altered($"{found.Code}: {found.Detail}");
    }

    /// <summary>The next event gets the next position, and read models know that nothing more comes before it.</summary>
    private async Task Finish(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new($"select setval('{EventStore.Schema}.mt_events_sequence', greatest($1, 1), $1 > 0)") { Parameters = { new() { Value = head!.Position } } });
        batch.BatchCommands.Add(new($"insert into {EventStore.Schema}.mt_event_progression (name, last_seq_id) values ('HighWaterMark', $1) on conflict (name) do update set last_seq_id = $1")
        {
            Parameters = { new() { Value = head.Position } },
        });
        await batch.ExecuteNonQueryAsync(cancellation);
    }
}

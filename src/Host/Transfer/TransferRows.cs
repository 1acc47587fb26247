using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Host.Transfer;

/// <summary>Brings lines into the tables, many at a time; they come table after table.</summary>
internal sealed class TransferRows(NpgsqlConnection connection, IReadOnlyCollection<string> tables, IReadOnlyDictionary<string, string> eventTypes) : IAsyncDisposable
{
    private const string Columns = "seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name, is_archived";

    private readonly List<string> waiting = [];
    private readonly List<(Checkpoint Signed, string Note)> checkpoints = [];
    private string table = "";
    private NpgsqlBinaryImporter? copy;

    /// <summary>So many rows, or checkpoints, are brought in by one command.</summary>
    public int MostTogether { get; init; } = 500;

    public long Events { get; private set; }

    public async Task Row(string name, string values, CancellationToken cancellation)
    {
        if (name != table || waiting.Count == MostTogether || copy is not null)
            await Flush(cancellation);
        table = tables.Contains(name) ? name : throw new FormatException($"There is no table {name}.");
        waiting.Add(values);
    }

    public async Task Event(JsonElement e, CancellationToken cancellation)
    {
        if (copy is null)
        {
            await Flush(cancellation);
            copy = await connection.BeginBinaryImportAsync($"copy {EventStore.Schema}.mt_events ({Columns}) from stdin (format binary)", cancellation);
            copy.Timeout = TimeSpan.FromMinutes(10);
        }

        var type = e.GetProperty("type").GetString()!;
        if (!eventTypes.TryGetValue(type, out var implementation))
            throw new TransferException("EXPORT_EVENT_UNKNOWN", $"This version does not know events named '{type}'. Take the file in with the version that wrote it, or a later one.");

        await copy.StartRowAsync(cancellation);
        await copy.WriteAsync(e.GetProperty("position").GetInt64(), NpgsqlDbType.Bigint, cancellation);
        await copy.WriteAsync(e.GetProperty("id").GetGuid(), NpgsqlDbType.Uuid, cancellation);
        await copy.WriteAsync(e.GetProperty("stream").GetGuid(), NpgsqlDbType.Uuid, cancellation);
        await copy.WriteAsync(e.GetProperty("version").GetInt64(), NpgsqlDbType.Bigint, cancellation);
        await copy.WriteAsync(e.GetProperty("data").GetRawText(), NpgsqlDbType.Jsonb, cancellation);
        await copy.WriteAsync(type, NpgsqlDbType.Varchar, cancellation);
        await copy.WriteAsync(e.GetProperty("time").GetDateTimeOffset().UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
        await copy.WriteAsync(e.GetProperty("tenant").GetString()!, NpgsqlDbType.Varchar, cancellation);
        await copy.WriteAsync(implementation, NpgsqlDbType.Varchar, cancellation);
        await Text("correlation", element => element.GetString()!, NpgsqlDbType.Varchar);
        await Text("causation", element => element.GetString()!, NpgsqlDbType.Varchar);
        await Text("headers", element => element.GetRawText(), NpgsqlDbType.Jsonb);
        await Text("actor", element => element.GetString()!, NpgsqlDbType.Varchar);
        await copy.WriteAsync(e.TryGetProperty("archived", out _), NpgsqlDbType.Boolean, cancellation);
        Events++;

        Task Text(string member, Func<JsonElement, string> value, NpgsqlDbType dbType) =>
            e.TryGetProperty(member, out var element) ? copy.WriteAsync(value(element), dbType, cancellation) : copy.WriteNullAsync(cancellation);
    }

    /// <summary>Checkpoints stand between events, which are on their way: one waits until there are many of them, or for the end of the events.</summary>
    public async Task Signed(Checkpoint checkpoint, string note, CancellationToken cancellation)
    {
        checkpoints.Add((checkpoint, note));
        if (checkpoints.Count == MostTogether)
            await Flush(cancellation);
    }

    /// <summary>Brings in what waits.</summary>
    public async Task Flush(CancellationToken cancellation)
    {
        if (copy is not null)
        {
            await copy.CompleteAsync(cancellation);
            await copy.DisposeAsync();
            copy = null;
        }

        await Keep(cancellation);
        if (waiting.Count == 0)
            return;

        await using var command = new NpgsqlCommand($"insert into {table} select * from jsonb_populate_recordset(null::{table}, $1)", connection) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = $"[{string.Join(',', waiting)}]", NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellation);
        waiting.Clear();
    }

    private async Task Keep(CancellationToken cancellation)
    {
        if (checkpoints.Count == 0)
            return;

        await using var command = new NpgsqlCommand($"insert into {LogTiles.Schema}.checkpoint (size, position, note, made_at) select * from unnest($1, $2, $3, $4)", connection) { CommandTimeout = 0 };
        Column(NpgsqlDbType.Bigint, one => one.Signed.Size);
        Column(NpgsqlDbType.Bigint, one => one.Signed.Position);
        Column(NpgsqlDbType.Text, one => one.Note);
        Column(NpgsqlDbType.TimestampTz, one => one.Signed.Time.UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellation);
        checkpoints.Clear();

        void Column<T>(NpgsqlDbType type, Func<(Checkpoint Signed, string Note), T> value) =>
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = checkpoints.Select(value).ToArray() });
    }

    public async ValueTask DisposeAsync()
    {
        if (copy is not null)
            await copy.DisposeAsync();
    }
}

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Domain;
using Marten;
using Npgsql;
using NpgsqlTypes;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// The rows of imports in the database: as they came until they are worked on, then only their outcomes. What a row said is dropped with its
/// outcome, because it is personal; a password is sealed even before.
/// </summary>
public sealed class StagedRows(NpgsqlDataSource database, Secrets secrets)
{
    public const string Schema = "imports";
    public const string Name = $"{Schema}.row";
    /// <summary>Rows are numbered from one without gaps. A range instead of a limit: with a limit all rows that are left are read and sorted for each step, as long as the table has no statistics of a new import.</summary>
    private const string Next = "number > $2 and number <= $2 + $3";
    private const int MostInOneCopy = 2_000;
    private const int MostCharactersInOneCopy = 2 * 1024 * 1024;

    public static void Configure(StoreOptions options)
    {
        var table = new Table(new PostgresqlObjectName(Schema, "row", SchemaUtils.IdentifierUsage.General));
        table.AddColumn("import", "uuid").AsPrimaryKey();
        table.AddColumn("number", "integer").AsPrimaryKey();
        table.AddColumn("line", "integer").NotNull();
        table.AddColumn("kind", "text").NotNull();
        table.AddColumn("raw", "jsonb");
        table.AddColumn("makes", "text[]");
        table.AddColumn("status", "text");
        table.AddColumn("id", "uuid");
        table.AddColumn("code", "text");
        table.AddColumn("message", "text");
        table.Indexes.Add(new IndexDefinition("row_makes") { Columns = ["makes"], Method = IndexMethod.gin, Predicate = "makes is not null" });
        options.Storage.ExtendedSchemaObjects.Add(table);
    }

    /// <summary>Copies rows in as they come, some at a time, so that neither memory nor a transaction grows with their number. Answers how many there are.</summary>
    public async Task<Result<int>> Receive(Import import, IAsyncEnumerable<Result<ImportRow>> rows, CancellationToken cancellation)
    {
        var (batch, characters, count, wrong) = (new List<ImportRow>(MostInOneCopy), 0, 0, 0);
        ImportRow? firstWrong = null;
        await foreach (var result in rows.WithCancellation(cancellation))
        {
            if (result.Refusal is { } refusal)
                return refusal;
            if (++count > Import.MostAtomicRows && import.Mode == ImportMode.Atomic)
                return Refusal.ImportTooLarge(Import.MostAtomicRows);

            var row = result.Value!;
            batch.Add(row);
            wrong += row.Refusal is null ? 0 : 1;
            firstWrong ??= row.Refusal is null ? null : row;
            characters += row.Fields.Sum(field => field.Value.Length);
            if (batch.Count < MostInOneCopy && characters < MostCharactersInOneCopy)
                continue;

            await Copy(import, batch, cancellation);
            batch.Clear();
            characters = 0;
        }

        if (firstWrong is { Refusal: { } first } && wrong == count)
            return first with { Message = $"{first.Message} (line {firstWrong.Line}; no row can be read)" };
        await Copy(import, batch, cancellation);
        return count;
    }

    /// <summary>Forgets the rows of an import that was not received to its end, and those of others that were left behind for a day.</summary>
    public async Task ForgetUnlessStarted(ImportId import)
    {
        await using var command = database.CreateCommand($"""
            with gone as (
                delete from {EventStore.Schema}.mt_doc_import
                where data ->> 'state' = 'receiving' and (id = $1 or (data ->> 'createdAt')::timestamptz < now() - interval '1 day')
                returning id)
            delete from {Name} using gone where import = gone.id
            """);
        command.Parameters.AddWithValue(import.Value);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows that come after the first <paramref name="from"/>, as the session sees them.</summary>
    public Task<List<ImportRow>> After(IQuerySession session, ImportId import, int from, int most, CancellationToken cancellation) => Read(
        session, $"select number, line, kind, raw, code, message from {Name} where import = $1 and {Next} order by number", cancellation, import.Value, from, most);

    /// <summary>The rows before <paramref name="before"/> that would have made what these names stand for; only a dry run keeps them.</summary>
    public Task<List<ImportRow>> Makers(IQuerySession session, ImportId import, IEnumerable<string> names, int before, CancellationToken cancellation) => Read(
        session, $"select number, line, kind, raw, code, message from {Name} where import = $1 and makes && $2 and number <= $3 and status = 'created' order by number",
        cancellation, import.Value, names.Select(Hash).ToArray(), before);

    /// <summary>Writes outcomes of rows that follow each other with the unit of work, and drops what the rows said unless a dry run needs it for the rows to come.</summary>
    public static void Record(IDocumentOperations session, ImportId import, IReadOnlyList<RowOutcome> outcomes, bool keep)
    {
        if (outcomes.Count == 0)
            return;

        session.QueueSqlCommand($"""
            update {Name} set status = outcome.status, id = nullif(outcome.id, '')::uuid, code = nullif(outcome.code, ''), message = nullif(outcome.message, ''),
                raw = case when ? then raw end
            from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[]) as outcome(number, status, id, code, message)
            where row.import = ? and row.number between ? and ? and row.number = outcome.number
            """,
            keep, outcomes.Select(outcome => outcome.Number).ToArray(), outcomes.Select(outcome => WireEnum.NameOf(outcome.Status)).ToArray(),
            outcomes.Select(outcome => outcome.Id?.ToString() ?? "").ToArray(), outcomes.Select(outcome => outcome.Code ?? "").ToArray(),
            outcomes.Select(outcome => outcome.Message ?? "").ToArray(), import.Value, outcomes[0].Number, outcomes[^1].Number);
    }

    /// <summary>Drops what all rows said.</summary>
    public static void Drop(IDocumentOperations session, ImportId import) =>
        session.QueueSqlCommand($"update {Name} set raw = null, makes = null where import = ? and raw is not null", import.Value);

    /// <summary>The first rows that failed.</summary>
    public async Task<IReadOnlyList<T>> Failed<T>(Import import, int most, Func<NpgsqlDataReader, T> read, string columns, CancellationToken cancellation)
    {
        if (import.Counts.Failed == 0)
            return [];

        await using var command = database.CreateCommand($"select {columns} from {Name} r where import = $1 and status = 'failed' order by number limit $2");
        command.Parameters.Add(new() { Value = import.Id.Value });
        command.Parameters.Add(new() { Value = most });
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Every row, read some at a time, so that a slow reader holds no transaction.</summary>
    public async IAsyncEnumerable<T> All<T>(ImportId import, Func<NpgsqlDataReader, T> read, string columns, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (rows, last) = (new List<T>(MostInOneCopy), 0);
        do
        {
            rows.Clear();
            await using (var command = database.CreateCommand($"select {columns}, number from {Name} r where import = $1 and {Next} order by number"))
            {
                command.Parameters.Add(new() { Value = import.Value });
                command.Parameters.Add(new() { Value = last });
                command.Parameters.Add(new() { Value = MostInOneCopy });
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                for (; await reader.ReadAsync(cancellation); last = reader.GetInt32(reader.FieldCount - 1))
                    rows.Add(read(reader));
            }

            foreach (var row in rows)
                yield return row;
        }
        while (rows.Count == MostInOneCopy);
    }

    private async Task Copy(Import import, List<ImportRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var copy = await connection.BeginBinaryImportAsync($"copy {Name} (import, number, line, kind, raw, makes, code, message) from stdin (format binary)", cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(import.Id.Value, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(row.Number, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(row.Line, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(row.Kind, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(Sealed(row.Fields)), NpgsqlDbType.Jsonb, cancellation);
            await Write(import.DryRun ? RowNames.Made(row).Select(Hash).ToArray() : null, NpgsqlDbType.Array | NpgsqlDbType.Text);
            await Write(row.Refusal?.Code, NpgsqlDbType.Text);
            await Write(row.Refusal?.Message, NpgsqlDbType.Text);
        }

        await copy.CompleteAsync(cancellation);

        Task Write<T>(T? value, NpgsqlDbType type) where T : class => value is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(value, type, cancellation);
    }

    private async Task<List<ImportRow>> Read(IQuerySession session, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });

        var rows = new List<ImportRow>();
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(RowOf(reader));
        return rows;
    }

    private ImportRow RowOf(System.Data.Common.DbDataReader row) => new(
        row.GetInt32(0), row.GetInt32(1), row.GetString(2), row.IsDBNull(3) ? [] : Opened(JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(3))!),
        row.IsDBNull(4) ? null : new(row.GetString(4), RefusalKind.Invalid, row.GetString(5)));

    private Dictionary<string, string> Sealed(IReadOnlyDictionary<string, string> fields) => fields.ToDictionary(
        field => field.Key, field => field.Key == RowNames.Secret ? Convert.ToBase64String(secrets.Seal(Encoding.UTF8.GetBytes(field.Value))) : field.Value);

    private Dictionary<string, string> Opened(Dictionary<string, string> fields)
    {
        if (fields.TryGetValue(RowNames.Secret, out var value))
            fields[RowNames.Secret] = Encoding.UTF8.GetString(secrets.Open(Convert.FromBase64String(value)));
        return fields;
    }

    private string Hash(string name) => secrets.Hash(Encoding.UTF8.GetBytes(name));
}

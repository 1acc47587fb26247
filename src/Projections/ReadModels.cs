using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>A table has another shape than this program gives it; the message says what to do.</summary>
public sealed class ReadModelShapeException(string message) : InvalidOperationException(message);

/// <summary>Brings read models to life: their tables in the database, and what wakes those who follow.</summary>
public static class ReadModels
{
    /// <summary>
    /// So long a position without an event is waited for before PostgreSQL is asked whether a transaction still lives that could fill it. Where one does, it is waited for as long as it takes; where none
    /// does, it was rolled back, and read models have stood still for nothing.
    /// </summary>
    private static readonly TimeSpan GapsAreWaitedFor = TimeSpan.FromMilliseconds(500);

    /// <summary>The schema of the tables that are read.</summary>
    public const string Schema = Table.Schema;

    /// <summary>The schema in which tables are made anew.</summary>
    public const string RebuildSchema = SideTables.Schema;

    /// <summary>Lets the store tell up to which position its history is final, as soon as something is committed.</summary>
    public static void FollowCommits(this StoreOptions options, CommitWakeup wakeup)
    {
        options.Projections.Wakeup = wakeup;
        options.Projections.StaleSequenceThreshold = GapsAreWaitedFor;
        options.Listeners.Add(wakeup);
    }

    /// <summary>Creates what is missing.</summary>
    /// <exception cref="ReadModelShapeException">The definition of a table changed without a new version, or an older program meets what a later one made.</exception>
    public static async Task MigrateAsync(NpgsqlDataSource source, IEnumerable<ReadModel> models, CancellationToken cancellation = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync($"select pg_advisory_xact_lock(hashtext('{Table.Schema}')); {Schemas.Ensured(Table.Schema)}; {ReadModelControl.Definition}; {RebuildJobs.Definition}");
        var tables = TablesOf(models);
        await using var comparison = new NpgsqlCommand { Connection = connection, Transaction = transaction };
        foreach (var table in await CompareAsync(comparison, tables, cancellation) is (true, true) ? [] : tables)
        {
            var shape = await ExecuteAsync($"{table.Definition}; select obj_description('{table.Name}'::regclass)");
            if (shape is string other && other != table.Shape)
                throw new ReadModelShapeException($"{table.Name} has another shape than its definition: another version of this program made it, so run that one or a later one. (Who changed the definition has to raise its version.)");

            await ExecuteAsync(string.Join("; ", [$"comment on table {table.Name} is '{table.Shape}'", .. table.Indexes]));
            if (await ExecuteAsync(table.FormerIndexes) is string former)
                await ExecuteAsync($"drop index {former}");
        }

        await transaction.CommitAsync(cancellation);

        async Task<object?> ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            return await command.ExecuteScalarAsync(cancellation);
        }
    }

    /// <summary>Whether every table has the shape of its definition, and whether each has its indexes and no others: one question, where seeing to each takes as long as a tenth of the start.</summary>
    private static async Task<(bool Shapes, bool Indexes)> CompareAsync(NpgsqlCommand command, List<Table> tables, CancellationToken cancellation)
    {
        command.CommandText = """
            select coalesce(bool_and(obj_description(to_regclass(t.name), 'pg_class') is not distinct from t.shape), true), coalesce(bool_and(
                (select string_agg(indexname, ',' order by indexname collate "C") from pg_indexes i where format('%I.%I', i.schemaname, i.tablename) = t.name) is not distinct from t.indexes), true)
            from unnest($1, $2, $3) t(name, shape, indexes)
            """;
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. tables.Select(table => table.Name)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. tables.Select(table => table.Shape)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. tables.Select(table => string.Join(',', table.AllIndexes.Order(StringComparer.Ordinal)))] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetBoolean(0), reader.GetBoolean(1));
    }

    /// <summary>Creates a schema if it is missing; two at once do not get in each other's way.</summary>
    internal static async Task EnsureSchemaAsync(NpgsqlDataSource source, string schema, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock(hashtext('{schema}')); {Schemas.Ensured(schema)}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Whether every table is there, with the shape of its definition.</summary>
    public static async Task<bool> AreMigratedAsync(NpgsqlDataSource source, IEnumerable<ReadModel> models, CancellationToken cancellation = default)
    {
        await using var command = source.CreateCommand();
        return (await CompareAsync(command, TablesOf(models), cancellation)).Shapes;
    }

    private static List<Table> TablesOf(IEnumerable<ReadModel> models) => [.. models.SelectMany(model => model.Tables).Distinct()];
}

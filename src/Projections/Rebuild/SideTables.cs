using JasperFx.Events;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The tables of a read model, made anew beside those that are read: at first filled as fast as it goes, without indexes and with the rows that are in use kept in
/// memory; once they are indexed they follow page by page, as the tables that are read do.
/// </summary>
internal sealed class SideTables
{
    public const string Schema = "rebuild";

    /// <summary>The changes of a rebuild are worth nothing before it ends, so that only its end waits for the disk.</summary>
    private const string Unhurried = "set synchronous_commit = off";

    private readonly ReadModel model;
    private readonly NpgsqlDataSource source;
    /// <summary>How many rows are kept in memory while the tables are filled.</summary>
    private readonly int mostRows;

    private readonly RebuildPace pace;

    private readonly Dictionary<Table, Table> sides;
    private readonly Dictionary<Table, Filling> fillings;
    private readonly CopyBuffer copying = new();
    private Rows? rows;

    public SideTables(ReadModel model, NpgsqlDataSource source, int mostRows, RebuildPace? pace = null)
    {
        (this.model, this.source, this.mostRows, this.pace) = (model, source, mostRows, pace ?? RebuildPace.Full);
        sides = model.Tables.ToDictionary(table => table, table => table.In(Schema));
        fillings = model.Tables.ToDictionary(table => table, _ => new Filling());
        rows = new(model.Tables, table => Begin(table, fillings[table]));
    }

    public ReadModel Model => model;

    public RebuildPace Pace => pace;

    /// <summary>Up to which position events are in the tables.</summary>
    public long Position { get; set; }

    public IEnumerable<(Table Live, Table Side)> Pairs => sides.Select(pair => (pair.Key, pair.Value));

    /// <summary>How many indexes are to be made in the end, which is most of the work then.</summary>
    public int Indexes => sides.Values.Sum(side => side.AllIndexes.Count());

    /// <summary>Makes the tables, after dropping what an end without notice left behind.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        await ReadModels.EnsureSchemaAsync(source, Schema, cancellation);
        await ExecuteAsync([.. sides.Values.SelectMany(side => new[] { $"drop table if exists {side.Name}", side.Bare })], cancellation);
    }

    public Task DropAsync() => ExecuteAsync([.. sides.Values.Select(side => $"drop table if exists {side.Name}")], CancellationToken.None);

    /// <summary>Applies the next page while nobody reads the tables.</summary>
    public async Task FillAsync(IReadOnlyList<IEvent> page, CancellationToken cancellation)
    {
        await ApplyAsync(page, rows!, cancellation);
        await DrainAsync(rows!.Sets.Sum(set => set.Count) > mostRows ? Oldest() : 0, cancellation);
        foreach (var filling in fillings.Values)
            filling.Page++;
    }

    /// <summary>Writes the rows in memory, and makes the tables what a migration makes. Who was erased while we read is not in them either.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        await WriteAllAsync(cancellation);
        var step = System.Diagnostics.Stopwatch.GetTimestamp();
        foreach (var (live, side) in sides)
        {
            string[] finishing =
            [
                .. side.PrimaryKey is { } key && !fillings[live].Spilled ? [key] : (string[])[],
                .. side.Indexes,
                .. side.Unneeded is { } index ? [index] : (string[])[],
                $"comment on table {side.Name} is '{live.Shape}'; alter table {side.Name} reset (autovacuum_enabled)",
                $"vacuum (analyze) {side.Name}",
            ];
            foreach (var statement in finishing)
            {
                await ExecuteAsync([statement], cancellation);
                step = await pace.RestAsync(step, cancellation);
            }
        }

        await WriteAsync([.. rows!.Sets.SelectMany(set => set.Erasures)], cancellation);
        rows = null;
    }

    /// <summary>Writes the rows in memory.</summary>
    internal Task WriteAllAsync(CancellationToken cancellation) => DrainAsync(int.MaxValue, cancellation);

    /// <summary>Applies the next page once the tables are finished.</summary>
    public async Task FollowAsync(IReadOnlyList<IEvent> page, CancellationToken cancellation)
    {
        var changed = new Rows(model.Tables, table => Begin(table, null));
        await ApplyAsync(page, changed, cancellation);
        await WriteAsync([.. changed.Sets.SelectMany(set => set.Changes())], cancellation);
    }

    private async Task ApplyAsync(IReadOnlyList<IEvent> page, Rows into, CancellationToken cancellation)
    {
        try
        {
            await model.ApplyAsync([.. page.Where(e => model.Events.Contains(e.EventType))], into, source.CreateConnection, cancellation);
        }
        catch (JasperFx.Events.Daemon.ApplyEventException broken)
        {
            throw new BrokenEventException(broken.Event.Sequence, broken.Event.EventTypeName, broken);
        }
    }

    private WorkingSet Begin(Table table, Filling? filling)
    {
        var set = sides[table].Begin();
        set.Filling = filling;
        return set;
    }

    /// <summary>The page before which half of the rows were last used.</summary>
    private int Oldest()
    {
        var uses = rows!.Sets.SelectMany(set => set.LastUses).Order().ToArray();
        return uses.Length == 0 ? int.MaxValue : uses[uses.Length / 2] + 1;
    }

    private async Task DrainAsync(int evictBefore, CancellationToken cancellation)
    {
        foreach (var (table, side) in sides)
        {
            var drained = rows!.SetOf(table).Drain(evictBefore);
            await WriteAsync(drained.Statements, cancellation);
            if (drained.Copy is not null)
            {
                await using var connection = await OpenAsync(cancellation);
                await drained.Copy.Into(side.Name, copying, connection, cancellation);
            }

            if (!drained.Evicted || fillings[table].Spilled || evictBefore == int.MaxValue)
                continue;

            await ExecuteAsync([side.Lookup], cancellation);
            fillings[table].Spilled = true;
        }
    }

    private async Task WriteAsync(IReadOnlyList<Statement> statements, CancellationToken cancellation)
    {
        if (statements.Count == 0)
            return;

        await using var connection = await OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement.AsCommand());
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private async Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(string.Join("; ", statements), connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A session that is told how to work for us.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand(Unhurried + pace.Session, connection);
            await command.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The rows that a page of events works on. Only keys that were touched before may be read; every change belongs to the position of the event being applied.
/// </summary>
public sealed class Rows
{
    private readonly Dictionary<Table, WorkingSet> sets;

    internal Rows(IEnumerable<Table> tables) : this(tables, table => table.Begin()) { }

    internal Rows(IEnumerable<Table> tables, Func<Table, WorkingSet> begin) => sets = tables.ToDictionary(table => table, begin);

    internal IEnumerable<WorkingSet> Sets => sets.Values;

    internal WorkingSet SetOf(Table table) => sets[table];

    internal long Position { get; set; }

    /// <summary>The current row of a key, or null where there is none.</summary>
    public TRow? Get<TKey, TRow>(Table<TKey, TRow> table, TKey key) where TKey : notnull where TRow : class => Of(table).Get(key);

    /// <summary>Sets the row of its key. In a versioned table this always begins a new version, also when the row says the same as before.</summary>
    public void Put<TKey, TRow>(Table<TKey, TRow> table, TRow row) where TKey : notnull where TRow : class => Of(table).Put(table.KeyOf(row), row, Position);

    /// <summary>Sets the row of a key that is known to have none.</summary>
    public void PutNew<TKey, TRow>(Table<TKey, TRow> table, TRow row) where TKey : notnull where TRow : class => Of(table).Put(table.KeyOf(row), row, Position, isNew: true);

    /// <summary>Takes the row of a key away; in a versioned table its history stays.</summary>
    public void Remove<TKey, TRow>(Table<TKey, TRow> table, TKey key) where TKey : notnull where TRow : class => Of(table).Put(key, null, Position);

    /// <summary>Takes what is personal out of the row of a key and of every version it ever had; nothing needs to be loaded.</summary>
    public void Erase<TKey, TRow>(Table<TKey, TRow> table, TKey key) where TKey : notnull where TRow : class => Of(table).Erase(key);

    /// <summary>Changes the row of a key where there is one and where the change makes a difference.</summary>
    public void Change<TKey, TRow>(Table<TKey, TRow> table, TKey key, Func<TRow, TRow> change) where TKey : notnull where TRow : class
    {
        if (Get(table, key) is { } before && change(before) is var after && !after.Equals(before))
            Put(table, after);
    }

    /// <summary>Adds to a counter; no row needs to be loaded, or to exist.</summary>
    public void Add<TKey>(CounterTable<TKey> table, TKey key, string counter, long delta) where TKey : notnull => Of(table).Add(key, counter, delta);

    /// <summary>All versions that this working set holds: after a fold from nothing, the whole table.</summary>
    public IEnumerable<RowVersion<TRow>> Versions<TKey, TRow>(Table<TKey, TRow> table) where TKey : notnull where TRow : class => Of(table).Versions();

    /// <summary>The sums that this working set holds for a key, in the order of the table's counters.</summary>
    public IReadOnlyDictionary<TKey, long[]> Sums<TKey>(CounterTable<TKey> table) where TKey : notnull => Of(table).Sums;

    /// <summary>Everything that this working set holds, table by table.</summary>
    public IEnumerable<(string Table, IEnumerable<object> Rows)> Contents => sets.Select(set => (set.Key.Name, set.Value.Contents));

    internal TableRows<TKey, TRow> Of<TKey, TRow>(Table<TKey, TRow> table) where TKey : notnull where TRow : class => (TableRows<TKey, TRow>)Set(table);

    private CounterRows<TKey> Of<TKey>(CounterTable<TKey> table) where TKey : notnull => (CounterRows<TKey>)Set(table);

    private WorkingSet Set(Table table) =>
        sets.TryGetValue(table, out var set) ? set : throw new InvalidOperationException($"{table.Name} is not a table of this read model.");
}

/// <summary>The keys whose current rows a page of events will read.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "never compared")]
public readonly struct Touched(Rows rows, IEvent e)
{
    public void Key<TKey, TRow>(Table<TKey, TRow> table, TKey key) where TKey : notnull where TRow : class => rows.Of(table).Touch(key, isNew: false);

    /// <summary>The same in a table whose rows belong to streams and are made by their events alone: the first event of a stream finds none, so none is asked for.</summary>
    public void OfStream<TKey, TRow>(Table<TKey, TRow> table, TKey key) where TKey : notnull where TRow : class => rows.Of(table).Touch(key, isNew: e.Version == 1);
}

/// <summary>A row and the positions between which it holds; outside versioned tables only the row means something.</summary>
public readonly record struct RowVersion<TRow>(TRow Row, long Since, long? Until);

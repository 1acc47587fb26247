using System.Data.Common;
using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>What a page of events knows and changes of one table.</summary>
internal abstract class WorkingSet
{
    /// <summary>How many rows it holds in memory.</summary>
    public abstract int Count { get; }

    /// <summary>The page at which each row was last used, of those that can be forgotten and loaded again.</summary>
    public virtual IEnumerable<int> LastUses => [];

    /// <summary>Takes out what can be written, and everything that was last used before a page.</summary>
    public abstract Drained Drain(int evictBefore);

    /// <summary>For work over many pages on a table that nobody else fills: when its rows were last used, and which were written and forgotten.</summary>
    public Filling? Filling { get; set; }

    /// <summary>The query for the touched keys that are not known yet; null when there is nothing to ask.</summary>
    public virtual NpgsqlBatchCommand? Question() => null;

    public virtual Task AnswerAsync(DbDataReader reader, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Marks all touched keys that no answer named as having no row.</summary>
    public virtual void Settle() { }

    public abstract IEnumerable<Statement> Changes();

    /// <summary>What empties rows that were written before their person was erased.</summary>
    public virtual IEnumerable<Statement> Erasures => [];

    /// <summary>The rows, with the positions between which they hold if the table keeps versions.</summary>
    public abstract IEnumerable<object> Contents { get; }
}

internal sealed partial class TableRows<TKey, TRow>(Table<TKey, TRow> table) : WorkingSet where TKey : notnull where TRow : class
{
    private readonly Dictionary<TKey, Entry> entries = [];
    private readonly List<TKey> touched = [];
    private readonly HashSet<TKey> erased = [];

    public override int Count => entries.Count;

    /// <summary>Notes a key that will be read; when it is new, the table cannot hold a row of it yet.</summary>
    public void Touch(TKey key, bool isNew)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(entries, key, out var known);
        entry ??= new(table.IsVersioned);
        entry.LastUsed = Filling?.Page ?? 0;
        if (known)
            return;

        if (isNew)
            entry.Settle();
        else
            touched.Add(key);
    }

    public TRow? Get(TKey key) => entries.TryGetValue(key, out var entry) && entry.Known
        ? entry.Row
        : throw new InvalidOperationException($"{table.Name}: the row of {key} was read without having been touched.");

    /// <summary>Sets the row of a key; when it is new, the table holds none.</summary>
    public void Put(TKey key, TRow? row, long position, bool isNew = false)
    {
        if (!entries.TryGetValue(key, out var entry))
        {
            entries.Add(key, entry = new(table.IsVersioned));
            if (isNew || Filling is not null && !Filling.MayHold(key))
                entry.Settle();
        }

        entry.LastUsed = Filling?.Page ?? 0;
        entry.Change(row, position);
    }

    public void Erase(TKey key)
    {
        erased.Add(key);
        if (entries.TryGetValue(key, out var entry))
            entry.Erase(table.Erasure.Row);
    }

    public override IEnumerable<Statement> Erasures =>
        erased.Count == 0 || table.Sql.Erased.Count == 0 ? [] : [new(table.Sql.Erase, [.. table.KeyColumns.Select(c => c.Of(erased))])];

    public IEnumerable<RowVersion<TRow>> Versions() => entries.Values.SelectMany(entry => entry.Versions());

    public override IEnumerable<object> Contents => Versions().Select(version => table.IsVersioned ? version : (object)version.Row);

    public override NpgsqlBatchCommand? Question()
    {
        var asked = Filling is null ? touched : touched.FindAll(Filling.MayHold);
        if (asked.Count == 0)
            return null;

        var command = new NpgsqlBatchCommand(table.Sql.Select);
        foreach (var column in table.KeyColumns)
            command.Parameters.Add(column.Of(asked).AsParameter());

        return command;
    }

    public override async Task AnswerAsync(DbDataReader reader, CancellationToken cancellation)
    {
        while (await reader.ReadAsync(cancellation))
        {
            var row = table.Read(reader);
            entries[table.KeyOf(row)].Found(row);
        }
    }

    public override void Settle()
    {
        foreach (var key in touched)
            entries[key].Settle();

        touched.Clear();
    }

    public override IEnumerable<Statement> Changes() => Erasures.Concat(table.IsVersioned ? VersionChanges() : RowChanges());

    private IEnumerable<Statement> RowChanges()
    {
        var gone = entries.Where(e => e.Value is { Closes: not null, Row: null }).Select(e => e.Key).ToList();
        if (gone.Count > 0)
            yield return new(table.Sql.Delete, [.. table.KeyColumns.Select(c => c.Of(gone))]);

        var rows = entries.Values.Where(e => e is { Own: true, Row: not null }).Select(e => e.Row!).ToList();
        if (rows.Count > 0)
            yield return new(table.Sql.Upsert, Columns(rows));
    }

    private IEnumerable<Statement> VersionChanges()
    {
        var ended = entries.Where(e => e.Value.Closes is not null).ToLookup(e => e.Value.IsRenewed);
        if (ended[false].ToList() is { Count: > 0 } closed)
            yield return Ending(table.Sql.Close, closed);

        if (ended[true].ToList() is { Count: > 0 } renewed)
        {
            yield return Ending(table.Sql.Keep, renewed);
            yield return new(table.Sql.Renew, [.. Columns(renewed.ConvertAll(e => e.Value.Row!)), Positions(renewed.Select(e => e.Value.Current.Since))]);
        }

        var versions = entries.Values.SelectMany(entry => entry.IsRenewed ? entry.Past : entry.Versions()).Where(v => v.Since > 0).ToList();
        if (versions.Count > 0)
        {
            var (since, until) = (Positions(versions.Select(v => v.Since)), Positions(versions.Select(v => v.Until)));
            yield return new(table.Sql.Append, [.. Columns(versions.ConvertAll(v => v.Row)), since, until]);
        }
    }

    private Statement Ending(string sql, List<KeyValuePair<TKey, Entry>> ended)
    {
        var keys = ended.ConvertAll(e => e.Key);
        return new(sql, [.. table.KeyColumns.Select(c => c.Of(keys)), Positions(ended.Select(e => e.Value.Closes!.Value))]);
    }

    private List<Argument> Columns(List<TRow> rows)
    {
        var keys = rows.ConvertAll(row => table.KeyOf(row));
        return [.. table.KeyColumns.Select(c => c.Of(keys)), .. table.RowColumns.Select(c => c.Of(rows))];
    }

    private static Argument Positions<T>(IEnumerable<T> positions) => new(positions.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    /// <summary>One key: what the table holds, as far as that is known, and the versions begun here.</summary>
    private sealed class Entry(bool keepsPast)
    {
        private readonly List<RowVersion<TRow>> past = [];
        private bool absent;
        private bool found;
        private long since;

        public int LastUsed { get; set; }

        public bool Known { get; private set; }

        public TRow? Row { get; private set; }

        /// <summary>Whether the row was made here; false while it is the one that the table holds.</summary>
        public bool Own => since > 0;

        /// <summary>The position at which the row that the table holds ends, or might if it is not known to hold one.</summary>
        public long? Closes { get; private set; }

        /// <summary>Whether the row that the table is known to hold gives its place to another.</summary>
        public bool IsRenewed => found && Closes is not null && Row is not null;

        public void Found(TRow row) => (Row, Known, found) = (row, true, true);

        public void Settle() => (absent, Known) = (!Known || absent, true);

        public void Change(TRow? row, long position)
        {
            if (keepsPast && Own && Row is not null && since < position)
                past.Add(new(Row, since, position));
            else if (!Own && !absent)
                Closes = position;

            (Row, since, Known) = (row, position, true);
        }

        public void Erase(Func<TRow, TRow> erased)
        {
            for (var n = 0; n < past.Count; n++)
                past[n] = past[n] with { Row = erased(past[n].Row) };
            Row = Row is null ? null : erased(Row);
        }

        /// <summary>Takes out the versions that have ended.</summary>
        public void TakePast(List<RowVersion<TRow>> into)
        {
            into.AddRange(past);
            past.Clear();
        }

        /// <summary>Takes out where the row that the table holds ends.</summary>
        public long? TakeClose()
        {
            var position = Closes;
            Closes = null;
            return position;
        }

        public RowVersion<TRow> Current => new(Row!, since, null);

        /// <summary>The versions that began here and have ended.</summary>
        public IEnumerable<RowVersion<TRow>> Past => past;

        public IEnumerable<RowVersion<TRow>> Versions() => Row is null ? past : past.Append(new(Row, since, null));
    }
}

internal sealed class CounterRows<TKey>(CounterTable<TKey> table) : WorkingSet where TKey : notnull
{
    public Dictionary<TKey, long[]> Sums { get; } = [];

    public override IEnumerable<object> Contents => Sums.Select(sums => (object)sums);

    public override int Count => Sums.Count;

    /// <summary>Counters are written when their turn comes to be evicted; a second time they add to what is there.</summary>
    public override Drained Drain(int evictBefore)
    {
        if (evictBefore == 0 || Sums.Count == 0)
            return new([], null);
        if (Filling!.Spilled)
        {
            var statements = Changes().ToList();
            Sums.Clear();
            return new(statements, null);
        }

        var sums = Sums.ToList();
        Sums.Clear();
        return new([], new([.. table.KeyColumns.Select(c => c.Name), .. table.Names], sums.Count, (into, n) =>
        {
            foreach (var column in table.KeyColumns)
                column.Copy(into, sums[n].Key);
            foreach (var value in sums[n].Value)
                into.Write(value);
        }))
        { Evicted = true };
    }

    public void Add(TKey key, string counter, long delta)
    {
        var index = table.Names.IndexOf(counter);
        if (index < 0)
            throw new InvalidOperationException($"{table.Name} has no counter {counter}.");

        if (!Sums.TryGetValue(key, out var sums))
            Sums.Add(key, sums = new long[table.Names.Length]);

        sums[index] += delta;
    }

    public override IEnumerable<Statement> Changes() => Sums.Count == 0
        ? []
        : [new(table.Sql.Add, [.. table.KeyColumns.Select(c => c.Of(Sums.Keys)), .. table.Names.Select((_, i) => Column(i))])];

    private Argument Column(int index) => new(Sums.Values.Select(sums => sums[index]).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
}

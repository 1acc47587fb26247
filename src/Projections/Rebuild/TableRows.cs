namespace EventSourcedOrgs.Projections;

/// <summary>A working set that lives for many pages: its ended versions are written as they end, its rows when they are evicted.</summary>
internal sealed partial class TableRows<TKey, TRow>
{
    public override IEnumerable<int> LastUses => entries.Values.Select(entry => entry.LastUsed);

    public override Drained Drain(int evictBefore)
    {
        var evicted = evictBefore == 0 ? [] : entries.Where(e => e.Value.LastUsed < evictBefore).ToList();
        var drained = table.IsVersioned ? Versions(evicted) : Plain(evicted);
        foreach (var (key, entry) in evicted)
        {
            entries.Remove(key);
            if (entry.Row is not null)
                Filling!.Written(key);
        }

        return drained;
    }

    private Drained Versions(List<KeyValuePair<TKey, Entry>> evicted)
    {
        var (closed, ends, rows) = (new List<TKey>(), new List<long>(), new List<RowVersion<TRow>>());
        foreach (var (key, entry) in entries)
        {
            entry.TakePast(rows);
            if (entry.TakeClose() is not { } end)
                continue;

            closed.Add(key);
            ends.Add(end);
        }

        var before = rows.Count;
        rows.AddRange(evicted.Where(e => e.Value is { Own: true, Row: not null }).Select(e => e.Value.Current));
        return new(closed.Count == 0 ? [] : [new(table.Sql.Close, [.. table.KeyColumns.Select(c => c.Of(closed)), Positions(ends)])], Copying(rows)) { Evicted = rows.Count > before };
    }

    private Drained Plain(List<KeyValuePair<TKey, Entry>> evicted)
    {
        var statements = new List<Statement>();
        var gone = evicted.Where(e => e.Value is { Closes: not null, Row: null }).Select(e => e.Key).ToList();
        if (gone.Count > 0)
            statements.Add(new(table.Sql.Delete, [.. table.KeyColumns.Select(c => c.Of(gone))]));

        var changed = evicted.Where(e => e.Value is { Own: true, Row: not null, Closes: not null }).Select(e => e.Value.Row!).ToList();
        if (changed.Count > 0)
            statements.Add(new(table.Sql.Upsert, Columns(changed)));

        var made = evicted.Where(e => e.Value is { Own: true, Row: not null, Closes: null }).Select(e => e.Value.Current).ToList();
        return new(statements, Copying(made)) { Evicted = made.Count > 0 };
    }

    private Copy? Copying(List<RowVersion<TRow>> rows) => rows.Count == 0 ? null : new(
        [.. table.KeyColumns.Select(c => c.Name), .. table.RowColumns.Select(c => c.Name), .. table.IsVersioned ? (string[])["since", "until"] : []], rows.Count, (into, n) =>
        {
            var (row, since, until) = rows[n];
            var key = table.KeyOf(row);
            foreach (var column in table.KeyColumns)
                column.Copy(into, key);
            foreach (var column in table.RowColumns)
                column.Copy(into, row);
            if (!table.IsVersioned)
                return;

            into.Write(since);
            if (until is { } end)
                into.Write(end);
            else
                into.WriteNull();
        });
}

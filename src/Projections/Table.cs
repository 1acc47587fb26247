using System.Collections.Immutable;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>A table that a read model owns. Its name carries a version: another shape is another table, filled from the first event on.</summary>
public abstract class Table
{
    internal const string Schema = "read";

    private protected Table(string stem, int version) => (Stem, Version) = (stem, version);

    /// <summary>The name to use in queries, with its schema.</summary>
    public string Name => $"{Home}.{Plain}";

    /// <summary>The schema in which it lies: that of the tables that are read, or the one in which they are made anew.</summary>
    internal string Home { get; private protected init; } = Schema;

    internal int Version { get; }

    private protected string Stem { get; }

    private protected string Plain => $"{Stem}_v{Version}";

    /// <summary>The columns that tell its rows apart, for comparing two tables.</summary>
    internal abstract IReadOnlyList<string> Identity { get; }

    /// <summary>All columns in their order, with what they say as text, for comparing two tables.</summary>
    internal abstract IReadOnlyList<(string Name, string Text, bool IsDocument)> Compared { get; }

    private protected abstract string Columns { get; }

    /// <summary>The columns of its primary key; null in a versioned table, where they change with each version.</summary>
    private protected virtual string? Primary => null;

    internal string Definition => $"create table if not exists {Name} ({Columns}{(Primary is null ? $") with ({Slack})" : $", primary key ({Primary}))")}";

    /// <summary>The table without anything that slows filling it down.</summary>
    internal string Bare => $"create table {Name} ({Columns}) with (autovacuum_enabled = off{(Primary is null ? $", {Slack}" : "")})";

    internal string? PrimaryKey => Primary is null ? null : $"alter table {Name} add primary key ({Primary})";

    internal abstract IEnumerable<string> Indexes { get; }

    /// <summary>Leaves room beside each row, so that a new version can take its place within the page, and no index has to be told.</summary>
    private const string Slack = "fillfactor = 90";

    /// <summary>Asks for the indexes that the table has and its definition has not any more, as one list; null when there are none.</summary>
    internal string FormerIndexes =>
        $"""
        select string_agg(format('%I.%I', schemaname, indexname), ', ') from pg_indexes
        where schemaname = '{Home}' and tablename = '{Plain}' and indexname <> all(string_to_array('{string.Join(',', AllIndexes)}', ','))
        """;

    /// <summary>The names of its indexes, that of the primary key among them.</summary>
    internal virtual IEnumerable<string> AllIndexes => [$"{Plain}_pkey"];

    /// <summary>What finds the current row of a key while a table is filled.</summary>
    internal virtual string Lookup => PrimaryKey!;

    /// <summary>Takes away what nobody needs once the table is filled; null where there is nothing.</summary>
    internal virtual string? Unneeded => null;

    /// <summary>Identifies the shape that a migration made, so that a changed definition under an old version is noticed.</summary>
    internal string Shape => Hash(Definition);

    internal abstract WorkingSet Begin();

    /// <summary>The same table in another schema.</summary>
    internal abstract Table In(string schema);

    /// <summary>A column and what it says as text. Sealed values differ each time they are sealed, so of personal data only whose it is counts, as in <see cref="TableDigest"/>.</summary>
    private protected static (string Name, string Text, bool IsDocument) Comparing(string name, string type) =>
        type == "json" ? (name, $$"""regexp_replace({{name}}::text, '("person":"[0-9a-f-]{36}"),"data":"[A-Za-z0-9+/=]*"}', '\1}', 'g')""", true) : (name, $"{name}::text", false);

    /// <summary>One row for each key.</summary>
    public static Table<TKey, TRow> Of<TKey, TRow>(string name, int version, Func<TRow, TKey> key, Func<DbDataReader, TRow> read)
        where TKey : notnull where TRow : class => new(name, version, false, key, read);

    /// <summary>
    /// One row for each version of a key, holding in <c>[since, until)</c>; the current one has no <c>until</c>. A new version takes the place of the current row, and what that said becomes a row of the past: so
    /// indexes are told of a current row only what changed in their own columns, and <c>since</c> is best in none of them.
    /// </summary>
    public static Table<TKey, TRow> Versioned<TKey, TRow>(string name, int version, Func<TRow, TKey> key, Func<DbDataReader, TRow> read)
        where TKey : notnull where TRow : class => new(name, version, true, key, read);

    /// <summary>Sums for each key, changed by deltas and never loaded.</summary>
    public static CounterTable<TKey> Counters<TKey>(string name, int version) where TKey : notnull => new(name, version);

    private protected static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}

/// <summary>A table whose rows have a key; built up by naming its key columns, its other columns and its indexes.</summary>
public sealed class Table<TKey, TRow> : Table where TKey : notnull where TRow : class
{
    internal Table(string stem, int version, bool versioned, Func<TRow, TKey> key, Func<DbDataReader, TRow> read) : base(stem, version) =>
        (IsVersioned, KeyOf, Read) = (versioned, key, read);

    /// <summary>Makes a row of the current record of a reader that selected all columns.</summary>
    public Func<DbDataReader, TRow> Read { get; }

    internal bool IsVersioned { get; }

    internal Func<TRow, TKey> KeyOf { get; }

    internal ImmutableArray<Column<TKey>> KeyColumns { get; private init; } = [];

    internal ImmutableArray<Column<TRow>> RowColumns { get; private init; } = [];

    internal ImmutableArray<string> Additional { get; private init; } = [];

    /// <summary>What a row says once its person is erased, and the columns that then say nothing.</summary>
    internal (Func<TRow, TRow> Row, ImmutableArray<string> Columns) Erasure { get; private init; } = (row => row, []);

    public Table<TKey, TRow> Key<T>(string column, NpgsqlDbType type, Func<TKey, T> value) =>
        With(KeyColumns.Add(new Column<TKey, T>(column, type, value)), RowColumns, Additional);

    public Table<TKey, TRow> Column<T>(string column, NpgsqlDbType type, Func<TRow, T> value) =>
        With(KeyColumns, RowColumns.Add(new Column<TRow, T>(column, type, value)), Additional);

    /// <summary>Adds a column of arrays, for sets that are searched by their elements.</summary>
    public Table<TKey, TRow> Set<T>(string column, NpgsqlDbType type, Func<TRow, IEnumerable<T>> value) =>
        With(KeyColumns, RowColumns.Add(new SetColumn<TRow, T>(column, type, value)), Additional);

    /// <summary>Adds an index; the text is what follows <c>create index … on table</c>: <c>(organization_id, name)</c>. What is read at a former position an index of current rows cannot serve.</summary>
    public Table<TKey, TRow> Index(string definition) => With(KeyColumns, RowColumns, Additional.Add(definition));

    /// <summary>Says how a row reads once its person is erased: these columns are empty then, as they are when the events are read without the key.</summary>
    public Table<TKey, TRow> Erasing(Func<TRow, TRow> erased, params IEnumerable<string> columns) =>
        new(Stem, Version, IsVersioned, KeyOf, Read) { Home = Home, KeyColumns = KeyColumns, RowColumns = RowColumns, Additional = Additional, Erasure = (erased, [.. columns]) };

    private Table<TKey, TRow> With(ImmutableArray<Column<TKey>> keys, ImmutableArray<Column<TRow>> columns, ImmutableArray<string> indexes) =>
        new(Stem, Version, IsVersioned, KeyOf, Read) { Home = Home, KeyColumns = keys, RowColumns = columns, Additional = indexes, Erasure = Erasure };

    internal override Table In(string schema) =>
        new Table<TKey, TRow>(Stem, Version, IsVersioned, KeyOf, Read) { Home = schema, KeyColumns = KeyColumns, RowColumns = RowColumns, Additional = Additional, Erasure = Erasure };

    internal Sql Sql => field ??= new(Name, [.. KeyColumns.Select(c => c.Name)], [.. RowColumns.Select(c => (c.Name, c.Cast))], IsVersioned)
    {
        Erased = [.. RowColumns.Where(c => Erasure.Columns.Contains(c.Name)).Select(c => $"{c.Name} = '{(c.SqlType == "jsonb" ? "[]" : "")}'")],
    };

    private protected override string Columns => string.Join(", ",
        [.. KeyColumns.Select(c => c.Definition), .. RowColumns.Select(c => c.Definition), .. IsVersioned ? (string[])["since bigint not null", "until bigint"] : []]);

    private protected override string? Primary => IsVersioned ? null : Sql.Keys;

    internal override IReadOnlyList<string> Identity => [.. KeyColumns.Select(c => c.Name), .. IsVersioned ? (string[])["since"] : []];

    internal override IReadOnlyList<(string Name, string Text, bool IsDocument)> Compared =>
    [
        .. KeyColumns.Select(c => Comparing(c.Name, c.SqlType)),
        .. RowColumns.Select(c => Comparing(c.Name, c.SqlType)),
        .. IsVersioned ? new[] { Comparing("since", "bigint"), Comparing("until", "bigint") } : [],
    ];

    internal override IEnumerable<string> AllIndexes => [.. IsVersioned ? [$"{Plain}_versions"] : base.AllIndexes, .. Additional.Select(index => $"{Plain}_{Hash(index)}")];

    /// <summary>Finds the versions of a key, of which one at most is current. It does not know where they begin, which changes in the current row.</summary>
    private string Versions => $"create unique index if not exists {Plain}_versions on {Name} ({Sql.Keys}, until) nulls not distinct";

    internal override string Lookup => IsVersioned ? $"create unique index {Plain}_filled on {Name} ({Sql.Keys}) where until is null" : base.Lookup;

    internal override string? Unneeded => IsVersioned ? $"drop index if exists {Home}.{Plain}_filled" : null;

    internal override IEnumerable<string> Indexes =>
    [
        .. IsVersioned ? new[] { Versions } : [],
        .. Additional.Select(index => $"create index if not exists {Plain}_{Hash(index)} on {Name} {index}"),
    ];

    internal override WorkingSet Begin() => new TableRows<TKey, TRow>(this);
}

/// <summary>A table of sums; built up by naming its key columns and its counters.</summary>
public sealed class CounterTable<TKey> : Table where TKey : notnull
{
    internal CounterTable(string stem, int version) : base(stem, version) { }

    internal ImmutableArray<Column<TKey>> KeyColumns { get; private init; } = [];

    internal ImmutableArray<string> Names { get; private init; } = [];

    public CounterTable<TKey> Key<T>(string column, NpgsqlDbType type, Func<TKey, T> value) =>
        new(Stem, Version) { KeyColumns = KeyColumns.Add(new Column<TKey, T>(column, type, value)), Names = Names };

    public CounterTable<TKey> Counter(params ReadOnlySpan<string> columns) =>
        new(Stem, Version) { KeyColumns = KeyColumns, Names = [.. Names, .. columns] };

    internal Sql Sql => field ??= new(Name, [.. KeyColumns.Select(c => c.Name)], [.. Names.Select(name => (name, ""))], false);

    private protected override string Columns => string.Join(", ", [.. KeyColumns.Select(c => c.Definition), .. Names.Select(c => $"{c} bigint not null")]);

    private protected override string Primary => Sql.Keys;

    internal override IReadOnlyList<string> Identity => [.. KeyColumns.Select(c => c.Name)];

    internal override IReadOnlyList<(string Name, string Text, bool IsDocument)> Compared =>
        [.. KeyColumns.Select(c => Comparing(c.Name, c.SqlType)), .. Names.Select(name => Comparing(name, "bigint"))];

    internal override IEnumerable<string> Indexes => [];

    internal override Table In(string schema) => new CounterTable<TKey>(Stem, Version) { Home = schema, KeyColumns = KeyColumns, Names = Names };

    internal override WorkingSet Begin() => new CounterRows<TKey>(this);
}

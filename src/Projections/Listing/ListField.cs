namespace EventSourcedOrgs.Projections;

/// <summary>What a field holds, which decides its operators and how its values are read.</summary>
public enum ListKind { Text, Enum, Id, Number, Instant, Flag, TextSet, IdSet, KeyValues, Texts }

/// <summary>
/// One field that a list can filter by, and often sort by and search: its name on the wire and the SQL expression behind it. Text sorts by
/// <c>lower(expression) collate "C"</c>, ignoring case and the same on every machine; an index that serves such a sort has that expression, then the id.
/// The values of the sort keys travel in cursors, so only fields of bounded length should be sortable. A number is an integer or bigint expression.
/// </summary>
public sealed record ListField
{
    ListField(string name, string sql, ListKind kind) =>
        (Name, Sql, Kind, Sortable) = (name, sql.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.') ? sql : $"({sql})", kind, kind < ListKind.TextSet);

    public string Name { get; }
    public string Sql { get; }
    public ListKind Kind { get; }
    public bool Sortable { get; init; }
    public bool Searchable { get; init; }

    /// <summary>Whether even <c>eq</c>, <c>ne</c>, <c>in</c> and <c>nin</c> ignore case, as for e-mail addresses.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>Whether a set without elements stands for all that there are.</summary>
    public bool EmptyIsAll { get; init; }

    /// <summary>Whether there is always a value; a cursor can then seek in an index instead of filtering.</summary>
    public bool Required { get; init; }

    /// <summary>The only values that an enumeration accepts, in whatever case; empty when any text will do.</summary>
    public IReadOnlyList<string> Values { get; private init; } = [];

    /// <summary>A value of an enumeration as it is kept; any other text as it is.</summary>
    internal string Kept(string text) => Values.FirstOrDefault(value => value.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? text;

    /// <summary>How rows with a value (its place in the statement) are found by something else that an index knows, where none knows the expression; null where the expression is compared.</summary>
    internal Func<string, string>? FoundBy { get; init; }

    /// <summary>Which half of a pair a key-value field looks at.</summary>
    internal string Half { get; private init; } = "";

    /// <summary>The rows elsewhere that belong to a row of the list.</summary>
    internal string Rows { get; private init; } = "";

    public static ListField Text(string name, string sql) => new(name, sql, ListKind.Text);
    public static ListField Enum(string name, string sql, params string[] values) => new(name, sql, ListKind.Enum) { Values = values };
    public static ListField Id(string name, string sql) => new(name, sql, ListKind.Id);
    public static ListField Number(string name, string sql) => new(name, sql, ListKind.Number);
    public static ListField Instant(string name, string sql) => new(name, sql, ListKind.Instant);
    public static ListField Flag(string name, string sql) => new(name, sql, ListKind.Flag);
    public static ListField TextSet(string name, string sql) => new(name, sql, ListKind.TextSet);
    public static ListField IdSet(string name, string sql) => new(name, sql, ListKind.IdSet);

    /// <summary>Ids of rows elsewhere, of which some must match, as in <see cref="Texts"/>.</summary>
    public static ListField IdSet(string name, string sql, string rows) => new(name, sql, ListKind.IdSet) { Rows = rows };

    /// <summary>
    /// The fields <c>name.key</c> and <c>name.value</c> of a jsonb array of objects with those two members: some pair must match. Asked for together by
    /// <c>eq</c>, <c>sw</c>, <c>ew</c> or <c>cn</c>, they must hold for one and the same pair.
    /// </summary>
    public static IReadOnlyList<ListField> KeyValues(string name, string sql) =>
        [new($"{name}.key", sql, ListKind.KeyValues) { Half = "key" }, new($"{name}.value", sql, ListKind.KeyValues) { Half = "value" }];

    /// <summary>Text of rows elsewhere, of which some must match; <paramref name="rows"/> says where they are and, after <c>where</c>, which belong to a row of the list.</summary>
    public static ListField Texts(string name, string sql, string rows) => new(name, sql, ListKind.Texts) { Rows = rows };

    /// <summary>Which operators the field understands.</summary>
    public IReadOnlyList<ListOperator> Operators => Kind switch
    {
        ListKind.Text or ListKind.Enum or ListKind.KeyValues or ListKind.Texts => TextOperators,
        ListKind.Id => IdOperators,
        ListKind.Number or ListKind.Instant => OrderedOperators,
        ListKind.Flag => FlagOperators,
        _ => SetOperators,
    };

    internal string OrderSql => Kind switch
    {
        ListKind.Text => $"lower({Sql}) collate \"C\"",
        ListKind.Enum => $"{Sql} collate \"C\"",
        _ => Sql,
    };

    static readonly ListOperator[] TextOperators =
        [ListOperator.Eq, ListOperator.Ne, ListOperator.Sw, ListOperator.Ew, ListOperator.Cn, ListOperator.Nc, ListOperator.In, ListOperator.Nin];
    static readonly ListOperator[] IdOperators = [ListOperator.Eq, ListOperator.Ne, ListOperator.In, ListOperator.Nin];
    static readonly ListOperator[] OrderedOperators =
        [ListOperator.Eq, ListOperator.Ne, ListOperator.Gt, ListOperator.Gte, ListOperator.Lt, ListOperator.Lte, ListOperator.In, ListOperator.Nin];
    static readonly ListOperator[] FlagOperators = [ListOperator.Eq, ListOperator.Ne];
    static readonly ListOperator[] SetOperators = [ListOperator.Eq, ListOperator.Ne, ListOperator.Cn, ListOperator.Nc, ListOperator.In, ListOperator.Nin];
}

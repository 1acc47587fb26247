namespace EventSourcedOrgs.Projections;

/// <summary>The statements of one table. Each takes one array for every column and changes as many rows as the arrays are long.</summary>
internal sealed class Sql(string table, IReadOnlyList<string> keys, IReadOnlyList<string> columns, bool versioned)
{
    private readonly string match = string.Join(" and ", keys.Select(key => $"t.{key} = k.{key}"));

    public string Keys { get; } = string.Join(", ", keys);

    public string Select => field ??=
        $"select {string.Join(", ", keys.Concat(columns).Select(c => $"t.{c}"))} from unnest({Parameters(keys.Count, numbered: true)}) k({Keys}) join {table} t on {match}{(versioned ? " and t.until is null" : "")}";

    public string Upsert => field ??=
        $"{Insert(keys.Concat(columns))} on conflict ({Keys}) do {(columns.Count == 0 ? "nothing" : $"update set {string.Join(", ", columns.Select(c => $"{c} = excluded.{c}"))}")}";

    public string Add => field ??=
        $"{Insert(keys.Concat(columns), " as t")} on conflict ({Keys}) do update set {string.Join(", ", columns.Select(c => $"{c} = t.{c} + excluded.{c}"))}";

    public string Delete => field ??= $"delete from {table} t using unnest({Parameters(keys.Count)}) k({Keys}) where {match}";

    public string Close => field ??=
        $"update {table} t set until = k.until from unnest({Parameters(keys.Count + 1)}) k({Keys}, until) where {match} and t.until is null";

    public string Append => field ??= Insert([.. keys, .. columns, "since", "until"]);

    private string Insert(IEnumerable<string> names, string alias = "") =>
        $"insert into {table}{alias} ({string.Join(", ", names)}) select * from unnest({Parameters(names.Count())})";

    private static string Parameters(int count, bool numbered = false) => string.Join(", ", Enumerable.Range(1, count).Select(n => numbered ? $"${n}" : "?"));
}

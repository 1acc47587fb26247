namespace EventSourcedOrgs.Projections;

/// <summary>The statements of one table. Each takes one array for every column and changes as many rows as the arrays are long.</summary>
internal sealed class Sql(string table, IReadOnlyList<string> keys, IReadOnlyList<(string Name, string Cast)> values, bool versioned)
{
    private readonly IReadOnlyList<string> columns = [.. values.Select(value => value.Name)];
    private readonly string list = string.Join(", ", keys.Concat(values.Select(value => value.Name)).Select(column => $"t.{column}"));
    private readonly string match = string.Join(" and ", keys.Select(key => $"t.{key} = k.{key}"));

    public string Keys { get; } = string.Join(", ", keys);

    public string Select => field ??=
        $"select {list} from unnest({Parameters(keys.Count)}) k({Keys}) join {table} t on {match}{(versioned ? " and t.until is null" : "")}";

    public string Upsert => field ??= $"{Insert()} on conflict ({Keys}) do {(columns.Count == 0 ? "nothing" : Update(c => $"excluded.{c}"))}";

    public string Add => field ??= $"{Insert()} on conflict ({Keys}) do {Update(c => $"t.{c} + excluded.{c}")}";

    public string Delete => field ??= $"delete from {table} t using unnest({Parameters(keys.Count)}) k({Keys}) where {match}";

    /// <summary>Makes rows of the past of what the current rows of keys say, which end at a position.</summary>
    public string Keep => field ??=
        $"insert into {table} ({Keys}, {string.Join(", ", columns.Concat(["since", "until"]))}) select {list}, t.since, k.until from unnest({Parameters(keys.Count + 1)}) k({Keys}, until) join {table} t on {match} and t.until is null";

    /// <summary>Lets new versions take the place of the current rows of keys.</summary>
    public string Renew => field ??=
        $"update {table} t set {string.Join(", ", values.Select(value => $"{value.Name} = k.{value.Name}{value.Cast}").Append("since = k.since"))} from unnest({Parameters(keys.Count + columns.Count + 1)}) k({string.Join(", ", keys.Concat(columns))}, since) where {match} and t.until is null";

    public string Close => field ??=
        $"update {table} t set until = k.until from unnest({Parameters(keys.Count + 1)}) k({Keys}, until) where {match} and t.until is null";

    /// <summary>The columns that hold personal data, with what they say instead once the person is erased.</summary>
    public IReadOnlyList<string> Erased { get; init; } = [];

    public string Erase => field ??= $"update {table} t set {string.Join(", ", Erased)} from unnest({Parameters(keys.Count)}) k({Keys}) where {match}";

    public string Append => field ??= Insert("since", "until");

    private string Insert(params ReadOnlySpan<string> span)
    {
        string[] names = [.. keys, .. columns, .. span];
        var casts = values.ToDictionary(value => value.Name, value => value.Cast);
        var into = string.Join(", ", names);
        var chosen = string.Join(", ", names.Select(name => $"k.{name}{casts.GetValueOrDefault(name)}"));
        return $"insert into {table} as t ({into}) select {chosen} from unnest({Parameters(names.Length)}) k({into})";
    }

    private string Update(Func<string, string> value) => $"update set {string.Join(", ", columns.Select(c => $"{c} = {value(c)}"))}";

    private static string Parameters(int count) => string.Join(", ", Enumerable.Range(1, count).Select(n => $"${n}"));
}

using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>The values of one statement, and their places <c>$1</c>, <c>$2</c> … in it: the only way by which anything a caller sent reaches SQL.</summary>
sealed class ListParameters(IEnumerable<object> first)
{
    readonly List<object> values = [.. first];

    internal IReadOnlyList<object> Values => [.. values];

    internal string Add(object value)
    {
        values.Add(value);
        return $"${values.Count}";
    }

    internal NpgsqlBatchCommand Command(string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });

        return command;
    }
}

/// <summary>A filter whose field is known and whose values have their types, and the SQL it means.</summary>
sealed record ListCondition(ListField Field, ListOperator Operator, IReadOnlyList<object> Values)
{
    internal bool AsksForOneOfAPair =>
        Field.Kind == ListKind.KeyValues && Operator is ListOperator.Eq or ListOperator.Sw or ListOperator.Ew or ListOperator.Cn;

    internal string Sql(ListParameters parameters) => Operator switch
    {
        ListOperator.Ne => Not(this with { Operator = ListOperator.Eq }, parameters),
        ListOperator.Nc => Not(this with { Operator = ListOperator.Cn }, parameters),
        ListOperator.Nin => Not(this with { Operator = ListOperator.In }, parameters),
        ListOperator.Eq when Field.FoundBy is { } found && Values[0] is not "" => found(parameters.Add(Values[0])),
        _ => Field.Kind switch
        {
            ListKind.IdSet when Field.Rows.Length > 0 => $"exists (select from {Field.Rows} and {Field.Sql} = any({parameters.Add(All)}))",
            ListKind.IdSet when Field.EmptyIsAll => $"({Field.Sql} = '{{}}' or {Field.Sql} && {parameters.Add(All)})",
            ListKind.TextSet or ListKind.IdSet => $"{Field.Sql} && {parameters.Add(All)}",
            ListKind.KeyValues when Operator is ListOperator.Eq =>
                $"{Field.Sql} @> jsonb_build_array(jsonb_build_object('{Field.Half}', {parameters.Add(Values[0])}))",
            ListKind.KeyValues when Operator is ListOperator.In =>
                $"{Field.Sql} @> any(array(select jsonb_build_array(jsonb_build_object('{Field.Half}', v)) from unnest({parameters.Add(All)}) v))",
            ListKind.KeyValues => SomePair(Field, OfHalf(parameters)),
            ListKind.Texts => $"exists (select from {Field.Rows} and {OfText(Field.Sql, parameters)})",
            ListKind.Text or ListKind.Enum => OfText(Field.Sql, parameters),
            _ => OfScalar(parameters),
        },
    };

    /// <summary>One pair with this key and that value; where both are said in full, an index on the column can answer it.</summary>
    internal static string Pair(ListCondition key, ListCondition value, ListParameters parameters) => (key.Operator, value.Operator) is (ListOperator.Eq, ListOperator.Eq)
        ? $"{key.Field.Sql} @> jsonb_build_array(jsonb_build_object('key', {parameters.Add(key.Values[0])}, 'value', {parameters.Add(value.Values[0])}))"
        : SomePair(key.Field, $"{key.OfHalf(parameters)} and {value.OfHalf(parameters)}");

    internal static string Contains(ListField field, string text, ListParameters parameters) => Contains(field.Sql, text, parameters);

    static string Contains(string sql, string text, ListParameters parameters) => Like(sql, $"%{Escaped(text)}%", parameters);

    static string SomePair(ListField field, string condition) => $"exists (select from jsonb_array_elements({field.Sql}) pair where {condition})";

    string OfHalf(ListParameters parameters) => OfText($"(pair ->> '{Field.Half}')", parameters);

    static string Not(ListCondition condition, ListParameters parameters) => $"({condition.Sql(parameters)}) is not true";

    Array All => ListValue.ArrayOf(Field.Kind, Values);

    string OfScalar(ListParameters parameters) => Operator switch
    {
        ListOperator.In => $"{Field.Sql} = any({parameters.Add(All)})",
        ListOperator.Gt => $"{Field.Sql} > {parameters.Add(Values[0])}",
        ListOperator.Gte => $"{Field.Sql} >= {parameters.Add(Values[0])}",
        ListOperator.Lt => $"{Field.Sql} < {parameters.Add(Values[0])}",
        ListOperator.Lte => $"{Field.Sql} <= {parameters.Add(Values[0])}",
        _ => $"{Field.Sql} = {parameters.Add(Values[0])}",
    };

    string OfText(string sql, ListParameters parameters) => (Operator, Field.IgnoresCase) switch
    {
        (ListOperator.Sw, _) => Like(sql, $"{Escaped(Single)}%", parameters),
        (ListOperator.Ew, _) => Like(sql, $"%{Escaped(Single)}", parameters),
        (ListOperator.Cn, _) => Contains(sql, Single, parameters),
        (ListOperator.In, true) => $"lower({OrEmpty(sql)}) = any(array(select lower(v) from unnest({parameters.Add(All)}) v))",
        (ListOperator.In, false) => $"{OrEmpty(sql)} = any({parameters.Add(All)})",
        (_, true) => $"lower({OrEmpty(sql)}) = lower({parameters.Add(Single)})",
        (_, false) => $"{OrEmpty(sql)} = {parameters.Add(Single)}",
    };

    string Single => (string)Values[0];

    /// <summary>Empty text also finds the rows that have none; the bare expression stays where it can use its index.</summary>
    string OrEmpty(string sql) => Values.Contains("") ? $"coalesce({sql}, '')" : sql;

    static string Like(string sql, string pattern, ListParameters parameters) => $"lower({sql}) like lower({parameters.Add(pattern)})";

    static string Escaped(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}

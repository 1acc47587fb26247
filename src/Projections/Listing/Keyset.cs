namespace EventSourcedOrgs.Projections;

/// <summary>The condition for rows that come after given keys, in an order where nothing is last ascending and first descending.</summary>
static class Keyset
{
    internal static string After(IReadOnlyList<SortTerm> sort, IReadOnlyList<object?> keys, ListParameters parameters)
    {
        string?[] places = [.. keys.Select(key => key is null ? null : parameters.Add(key))];
        return IsOneComparison(sort, places)
            ? $"({string.Join(", ", sort.Select(term => term.Field.OrderSql))}) {(sort[0].Descends ? "<" : ">")} ({string.Join(", ", places)})"
            : $"({string.Join(" or ", sort.Select((_, last) => $"({string.Join(" and ", Level(sort, places, last))})"))})";
    }

    /// <summary>
    /// When all keys go one way, a row comparison says it all and is answered by an index. It finds no row with a missing value: right descending, where
    /// those came earlier; ascending only if there are none.
    /// </summary>
    static bool IsOneComparison(IReadOnlyList<SortTerm> sort, string?[] places) =>
        !places.Contains(null) && sort.All(term => term.Order == sort[0].Order && (term.Descends || term.Field.Required));

    static IEnumerable<string> Level(IReadOnlyList<SortTerm> sort, string?[] places, int last) =>
        sort.Take(last).Select((term, i) => places[i] is { } place ? $"{term.Field.OrderSql} = {place}" : $"{term.Field.OrderSql} is null")
            .Append(Beyond(sort[last], places[last]));

    static string Beyond(SortTerm term, string? place) => (term.Descends, place) switch
    {
        (false, null) => "false",
        (true, null) => $"{term.Field.OrderSql} is not null",
        (true, _) => $"{term.Field.OrderSql} < {place}",
        _ when term.Field.Required => $"{term.Field.OrderSql} > {place}",
        _ => $"({term.Field.OrderSql} > {place} or {term.Field.OrderSql} is null)",
    };
}

using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Projections;

/// <summary>What a list is read from: its columns, its tables, the condition that always holds, and the values of <c>$1</c>, <c>$2</c> … in them.</summary>
public sealed record ListSource(string Select, string From, string Where, params IReadOnlyList<object> Parameters)
{
    /// <summary>Whether the id of the list leads to its rows by an index: then only the ids before a page are counted off, and the rows of the page alone are read.</summary>
    public bool IsFoundById { get; init; }

    /// <summary>Whether an index has its rows in the usual order whatever the values are: then one plan is right for every usual page, and none has to be made for each.</summary>
    public bool HasOnePlan { get; init; }
}

/// <summary>
/// The SQL of one request. After the source's own columns come those of the sort keys, from which the next cursor is made; one row more than the limit
/// is read, to know whether there is a next page.
/// </summary>
public sealed partial record ListStatement(string Sql, IReadOnlyList<object> Parameters, string CountSql, IReadOnlyList<object> CountParameters, long? Position)
{
    internal IReadOnlyList<SortTerm> Sort { get; private init; } = [];
    internal ReadOnlyMemory<byte> Scope { get; init; }

    /// <summary>From where all rows come that match, for other questions to them than a page or their number; its values are those of the count.</summary>
    internal string From { get; private init; } = "";

    internal static ListStatement Of(Listing listing, ListSource source, ListRequest request, ListPlan plan, ListCursor? cursor, long? position)
    {
        var parameters = new ListParameters(source.Parameters);
        var pin = position is { } pinned ? parameters.Add(pinned) : null;
        string[] conditions = [.. Conditions(listing, source, request, plan, parameters)];
        var list = $"from {source.From}\nwhere {string.Join("\n  and ", conditions)}";
        var countParameters = parameters.Values;

        var after = cursor is null ? "" : $"\n  and {Keyset.After(plan.Sort, cursor.Keys, parameters)}";
        var order = string.Join(", ", plan.Sort.Select(term => term.Field.OrderSql + (term.Descends ? " desc" : "")));
        // A plan for all values has to be told that a usual page is short.
        var page = source.HasOnePlan && request.IsUsual
            ? $"order by {order}\nlimit {ListRequest.UsualLimit + 1}"
            : $"order by {order}\nlimit {parameters.Add(request.Limit + 1)} offset {parameters.Add((request.Page - 1L) * request.Limit)}";
        var columns = string.Join(", ", plan.Sort.Select(term => term.Field.OrderSql).Prepend(source.Select));

        var rows = source.IsFoundById && request.Page > 1
            ? $"{list}\n  and {listing.Id.Sql} in (select {listing.Id.Sql} {list}\n{page})\norder by {order}"
            : $"{list}{after}\n{page}";
        var sql = At($"select {columns}\n{rows}", pin);
        return new(sql, parameters.Values, $"select count(*)\n{At(list, pin)}", countParameters, position) { Sort = plan.Sort, From = At(list, pin) };
    }

    static IEnumerable<string> Conditions(Listing listing, ListSource source, ListRequest request, ListPlan plan, ListParameters parameters)
    {
        yield return $"({source.Where})";
        if (listing.Versioned is { } alias) yield return $"{{at:{alias}}}";
        foreach (var filter in Filters(plan.Conditions, parameters)) yield return filter;
        var searched = plan.Searched.Select(field => ListCondition.Contains(field, request.Search!, parameters)).ToList();
        if (searched is not []) yield return $"({string.Join(" or ", searched)})";
    }

    static IEnumerable<string> Filters(IReadOnlyList<ListCondition> conditions, ListParameters parameters)
    {
        var pairs = conditions.Where(condition => condition.AsksForOneOfAPair).GroupBy(condition => condition.Field.Sql)
            .Select(group => group.OrderBy(condition => condition.Field.Half, StringComparer.Ordinal).ToArray())
            .Where(group => group is [{ Field.Half: "key" }, { Field.Half: "value" }])
            .ToList();
        return pairs.Select(pair => ListCondition.Pair(pair[0], pair[1], parameters))
            .Concat(conditions.Except(pairs.SelectMany(pair => pair)).Select(condition => condition.Sql(parameters)));
    }

    static string At(string sql, string? pin) => AtAlias().Replace(sql, match => (match.Groups[1].Value, pin) switch
    {
        (var alias, null) => $"{alias}.until is null",
        var (alias, at) => $"({alias}.since <= {at} and ({alias}.until is null or {alias}.until > {at}))",
    });

    [GeneratedRegex(@"\{at:(\w+)\}")]
    private static partial Regex AtAlias();
}

using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Projections;

/// <summary>What a list is read from: its columns, its tables, the condition that always holds, and the values of <c>$1</c>, <c>$2</c> … in them.</summary>
public sealed record ListSource(string Select, string From, string Where, params IReadOnlyList<object> Parameters)
{
    /// <summary>Whether the id of the list leads to its rows by an index: then only the ids before a page are counted off, and the rows of the page alone are read.</summary>
    public bool IsFoundById { get; init; }

    /// <summary>Whether an index has its rows in the usual order whatever the values are: then one plan is right for every usual page, and none has to be made for each.</summary>
    public bool HasOnePlan { get; init; }

    /// <summary>Asks for the position that the rows reflect, which changes in one transaction with them; null where nothing tells.</summary>
    public string? Position { get; init; }

    /// <summary>Where its rows are counted by the time of their creation, which must be its usual order, then the id; null where they are not.</summary>
    public Ranking? Ranking { get; init; }

    /// <summary>Stands in the columns of a first page for the position at which it was read before: at first before all positions, then as <see cref="ListStatement.After"/> says.</summary>
    internal const string KnownUntil = "{read}";

    /// <summary>Stands in the source and in the expressions of fields for the time with which dates are compared: that of the past, or the database's own.</summary>
    internal const string TimeOfMoment = "{now}";

    /// <summary>Whether one plan is right for all requests like this one.</summary>
    internal bool HasOnePlanOf(ListRequest request) => HasOnePlan && (request.IsUsual || RankingOf(request) is not null);

    /// <summary>The counts by which the page of a request is found; null for one that is read otherwise.</summary>
    internal Ranking? RankingOf(ListRequest request) => request.IsByNumber ? Ranking : null;
}

/// <summary>
/// The SQL of one request. After the source's own columns come those of the sort keys, from which the next cursor is made; one row more than the limit
/// is read, to know whether there is a next page.
/// </summary>
public sealed partial record ListStatement(string Sql, IReadOnlyList<object> Parameters, string CountSql, IReadOnlyList<object> CountParameters, long? Position)
{
    const string Present = "now()";

    internal IReadOnlyList<SortTerm> Sort { get; private init; } = [];
    internal ReadOnlyMemory<byte> Scope { get; init; }

    /// <summary>Whether the last two columns are the position that the rows reflect and how many there are in all; then there is one row, of nothing else, where the page has none.</summary>
    internal bool TellsPosition { get; private init; }

    /// <summary>The time of the past moment that it is about; a cursor keeps it.</summary>
    internal DateTimeOffset? AsOfTime { get; private init; }

    /// <summary>From where all rows come that match, for other questions to them than a page or their number; its values are those of the count. A statement that tells its position has neither.</summary>
    internal string From { get; private init; } = "";

    /// <summary>The same first page, where it was read at a later position before: nothing else differs from one time to the next.</summary>
    internal ListStatement After(long readAt) => Parameters[^1] is long before && before == readAt ? this : this with { Parameters = [.. Parameters.SkipLast(1), readAt] };

    internal static ListStatement Of(Listing listing, ListSource source, ListRequest request, ListPlan plan, ListCursor? cursor, long? position) =>
        position is not null && source.Position is not null && request is { Cursor: null, AsOf: null }
            ? Now(listing, source, request, plan)
            : Plain(listing, source, request, plan, cursor, position);

    /// <summary>
    /// A page of the rows of now, however many versions there were of them, by its number. All is said in one statement, because one statement sees one moment: of which position that is, it tells with the
    /// rows, also when there are none.
    /// </summary>
    static ListStatement Now(Listing listing, ListSource source, ListRequest request, ListPlan plan)
    {
        var parameters = new ListParameters(source.Parameters);
        string[] conditions = [.. Conditions(listing, source, request, plan, parameters)];
        var total = request.Count ? $"(select count(*) from {source.From} where {string.Join(" and ", conditions)})" : "null::bigint";
        var limit = LimitOf(source, request, parameters);
        var order = OrderOf(plan, (term, _) => term.Field.OrderSql);
        var descent = "";
        if (source.RankingOf(request) is { } ranking)
        {
            var (owner, skipped) = (parameters.Add(ranking.Owner), SkippedBy(request, parameters));
            (descent, total) = ($"{ranking.Descent(owner, skipped)}\n", request.Count ? ranking.Total(owner) : total);
            conditions = [.. conditions, Ranking.Reading(plan.Sort[0].Field.Sql)];
            limit = $"{limit} offset {Ranking.Skipped}";
        }
        else if (request.Page > 1)
        {
            limit = $"{limit} offset {SkippedBy(request, parameters)}";
            if (source.IsFoundById)
                (conditions, limit) = ([.. conditions, OfPage(listing, $"from {source.From} where {string.Join(" and ", conditions)} order by {order} limit {limit}")], "all");
        }

        var keys = plan.Sort.Select((term, n) => $"{term.Field.OrderSql} as key{n}");
        var sql = $"""
            {descent}select page.*, coalesce(({source.Position}), 0) as position, {total} as total
            from (values (1)) one left join lateral (
                select {string.Join(", ", keys.Prepend(SelectOf(source, parameters)))}
                from {source.From}
                where {string.Join("\n      and ", conditions)}
                order by {order}
                limit {limit}) page on true
            order by {OrderOf(plan, (_, n) => $"key{n}")}
            """;
        return new(At(sql, null, Present), parameters.Values, "", [], null) { Sort = plan.Sort, TellsPosition = true };
    }

    static ListStatement Plain(Listing listing, ListSource source, ListRequest request, ListPlan plan, ListCursor? cursor, long? position)
    {
        var parameters = new ListParameters(source.Parameters);
        var pin = position is { } pinned ? parameters.Add(pinned) : null;
        string[] conditions = [.. Conditions(listing, source, request, plan, parameters)];
        var list = $"from {source.From}\nwhere {string.Join("\n  and ", conditions)}";
        var order = OrderOf(plan, (term, _) => term.Field.OrderSql);
        var past = cursor?.Time ?? request.AsOfTime;
        var now = past is { } time && $"{list} {order}".Contains(ListSource.TimeOfMoment, StringComparison.Ordinal) ? parameters.Add(time.UtcDateTime) : Present;
        var countParameters = parameters.Values;

        var after = cursor is null ? "" : $"\n  and {Keyset.After(plan.Sort, cursor.Keys, parameters)}";
        var limit = LimitOf(source, request, parameters);
        var page = $"order by {order}\nlimit {limit}{(request.IsUsual && source.HasOnePlan ? "" : $" offset {SkippedBy(request, parameters)}")}";
        var columns = string.Join(", ", plan.Sort.Select(term => term.Field.OrderSql).Prepend(SelectOf(source, parameters)));

        var rows = source.IsFoundById && request.Page > 1
            ? $"{list}\n  and {OfPage(listing, $"{list}\n{page}")}\norder by {order}"
            : $"{list}{after}\n{page}";
        var (sql, from) = (At($"select {columns}\n{rows}", pin, now), At(list, pin, now));
        return new(sql, parameters.Values, $"select count(*)\n{from}", countParameters, position) { Sort = plan.Sort, From = from, AsOfTime = past };
    }

    /// <summary>The last thing that is made of a statement, so that <see cref="After"/> knows where its value stands.</summary>
    static string SelectOf(ListSource source, ListParameters parameters) => source.Select.Contains(ListSource.KnownUntil, StringComparison.Ordinal)
        ? source.Select.Replace(ListSource.KnownUntil, parameters.Add(-1L), StringComparison.Ordinal)
        : source.Select;

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

    /// <summary>One row more than the page has. A plan for all values has to be told that a usual page is short.</summary>
    static string LimitOf(ListSource source, ListRequest request, ListParameters parameters) =>
        source.HasOnePlan && request.IsUsual ? $"{ListRequest.UsualLimit + 1}" : parameters.Add(request.Limit + 1);

    static string SkippedBy(ListRequest request, ListParameters parameters) => parameters.Add((request.Page - 1L) * request.Limit);

    /// <summary>The rows of a page, found by their ids alone: what comes before it is counted off without being read.</summary>
    static string OfPage(Listing listing, string page) => $"{listing.Id.Sql} in (select {listing.Id.Sql} {page})";

    static string OrderOf(ListPlan plan, Func<SortTerm, int, string> key) => string.Join(", ", plan.Sort.Select((term, n) => key(term, n) + (term.Descends ? " desc" : "")));

    static string At(string sql, string? pin, string now) => AtAlias().Replace(sql, match => (match.Groups[1].Value, pin) switch
    {
        (var alias, null) => $"{alias}.until is null",
        var (alias, at) => $"({alias}.since <= {at} and ({alias}.until is null or {alias}.until > {at}))",
    }).Replace(ListSource.TimeOfMoment, now, StringComparison.Ordinal);

    [GeneratedRegex(@"\{at:(\w+)\}")]
    private static partial Regex AtAlias();
}

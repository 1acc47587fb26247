namespace EventSourcedOrgs.Projections;

/// <summary>One key of the order of a list, its field known.</summary>
sealed record SortTerm(ListField Field, SortOrder Order)
{
    internal bool Descends => Order == SortOrder.Descending;
}

/// <summary>A request in which every name is a field and every value has its type.</summary>
sealed record ListPlan(IReadOnlyList<ListCondition> Conditions, IReadOnlyList<SortTerm> Sort, IReadOnlyList<ListField> Searched)
{
    internal static Checked<ListPlan> Of(Listing listing, ListRequest request)
    {
        var conditions = request.Filters.Take(ListRequest.MaxFilters).Select(filter => ConditionOf(listing, filter)).ToList();
        ListError[] errors = [.. Limits(listing, request), .. conditions.SelectMany(condition => condition.Errors), .. SortErrors(listing, request.Sort)];

        return errors.Length > 0
            ? new(errors)
            : new(new ListPlan(
                [.. conditions.Select(condition => condition.Value!)],
                SortOf(listing, request.Sort is [] ? listing.DefaultSort : request.Sort),
                request.Search is null or "" ? [] : [.. Searchable(listing)]));
    }

    static IEnumerable<ListField> Searchable(Listing listing) => listing.FieldNames.Select(name => listing.Find(name)!).Where(field => field.Searchable);

    static IEnumerable<ListError> Limits(Listing listing, ListRequest request)
    {
        if (request.Page is < 1 or > ListRequest.MaxPage) yield return ListError.Parameter("page", $"A page is a number from 1 to {ListRequest.MaxPage}.");
        if (request.Limit < 1 || request.Limit > listing.MaxLimit) yield return ListError.Parameter("limit", $"A limit is a number from 1 to {listing.MaxLimit}.");
        if (request is { Cursor: not null, Page: > 1 }) yield return ListError.Parameter("page", "A cursor says where to go on: leave the page out.");
        if (request.Filters is { Count: > ListRequest.MaxFilters } all)
            yield return ListError.Parameter(all[^1].Field, $"At most {ListRequest.MaxFilters} filters.");
        if (request.Search is { Length: > ListRequest.MaxSearchLength }) yield return TooLong("search", ListRequest.MaxSearchLength);
        if (!ListValue.IsStorable(request.Search ?? "")) yield return ListError.Parameter("search", $"Expected {ListValue.Describe(ListKind.Text)}.");
        if (request.Search is not (null or "") && !Searchable(listing).Any()) yield return ListError.Parameter("search", "This list has nothing to search.");
        if (request.AsOf is not null && listing.Versioned is null) yield return ListError.Parameter("asOf", "This list keeps no past.");
    }

    static ListError TooLong(string name, int most) => ListError.Parameter(name, $"At most {most} characters.");

    static Checked<ListCondition> ConditionOf(Listing listing, ListFilter filter)
    {
        var name = filter.Operator == ListOperator.Eq ? filter.Field : $"{filter.Field}[{ListOperators.Name(filter.Operator)}]";
        if (listing.Find(filter.Field) is not { } field) return new([ListError.Unknown(filter.Field, listing.KnownNames)]);
        if (!field.Operators.Contains(filter.Operator)) return new([ListOperators.Refused(name, field)]);

        string[] texts = [.. (filter.Operator is ListOperator.In or ListOperator.Nin ? filter.Value.Split(',') : [filter.Value]).Select(field.Kept)];
        if (texts.Length > ListRequest.MaxValues) return new([ListError.Parameter(name, $"At most {ListRequest.MaxValues} values.")]);
        if (texts.Any(text => text.Length > ListRequest.MaxValueLength)) return new([TooLong(name, ListRequest.MaxValueLength)]);

        object[] values = [.. texts.Select(text => ListValue.Parse(field.Kind, text)).OfType<object>()];
        if (values.Length < texts.Length) return new([ListError.Parameter(name, $"Expected {ListValue.Describe(field.Kind)}.")]);
        return IsOutsideEnum(field, filter.Operator, texts)
            ? new([ListError.Parameter(name, $"Expected one of: {string.Join(", ", field.Values)}.")])
            : new(new ListCondition(field, filter.Operator, values));
    }

    static bool IsOutsideEnum(ListField field, ListOperator @operator, string[] texts) =>
        field.Values is not [] && @operator is ListOperator.Eq or ListOperator.Ne or ListOperator.In or ListOperator.Nin
        && texts.Any(text => text.Length > 0 && !field.Values.Contains(text));

    static IEnumerable<ListError> SortErrors(Listing listing, IReadOnlyList<ListSort> keys)
    {
        if (keys.Count > ListSort.MaxKeys) yield return ListError.Sort($"A sort has at most {ListSort.MaxKeys} keys.");
        var sortable = string.Join(", ", listing.FieldNames.Where(name => listing.Find(name)!.Sortable));
        foreach (var key in keys.Take(ListSort.MaxKeys).Where(key => listing.Find(key.Field) is not { Sortable: true }))
            yield return ListError.Sort($"'{ListError.Shortened(key.Field)}' is not a sort key of this list. It knows: {sortable}.");
    }

    /// <summary>A key named twice counts once. The id follows the last key, so that one index serves a sort and its reverse.</summary>
    static IReadOnlyList<SortTerm> SortOf(Listing listing, IReadOnlyList<ListSort> keys) =>
    [
        .. keys.Append(new ListSort(listing.Id.Name, keys is [.., var last] ? last.Order : SortOrder.Ascending))
            .Select(key => new SortTerm(listing.Find(key.Field)!, key.Order))
            .DistinctBy(term => term.Field.Name),
    ];
}

namespace EventSourcedOrgs.Projections;

/// <summary>What a caller asks of a list, as it was sent: plain data that means something only to the <see cref="Listing"/> that checks it.</summary>
public sealed record ListRequest
{
    public const int MaxPage = 1_000_000;
    public const int MaxLimit = 100;
    public const int UsualLimit = 20;
    public const int MaxSearchLength = 256;
    public const int MaxFilters = 30;
    public const int MaxValueLength = 1024;
    public const int MaxValues = 100;

    public int Page { get; init; } = 1;
    public int Limit { get; init; } = UsualLimit;
    public IReadOnlyList<ListSort> Sort { get; init; } = [];
    public string? Search { get; init; }
    public IReadOnlyList<ListFilter> Filters { get; init; } = [];
    public string? Cursor { get; init; }
    public bool Count { get; init; }

    /// <summary>The position as of which the list is asked for; null for the present.</summary>
    public long? AsOf { get; init; }

    /// <summary>The time of that position (UTC), with which dates are compared; null for the present.</summary>
    public DateTimeOffset? AsOfTime { get; init; }

    /// <summary>Whether this is the page that most ask for: in the usual order and length, of all that there is, from the start or by a cursor.</summary>
    internal bool IsUsual => this is { Page: 1, Limit: UsualLimit, Sort: [], Filters: [], Search: null or "", Count: false };

    /// <summary>Whether this asks for a page by its number, or how many rows there are, of all that there is now in the usual order.</summary>
    internal bool IsByNumber => this is { Sort: [], Filters: [], Search: null or "", Cursor: null, AsOf: null } and ({ Page: > 1 } or { Count: true });
}

/// <summary>One condition, <c>field[operator]=value</c>; the value is still text.</summary>
public sealed record ListFilter(string Field, ListOperator Operator, string Value);

/// <summary>A parameter that says what <c>field[operator]</c> says; left empty it says nothing.</summary>
public sealed record OlderName(string Name, string Field, ListOperator Operator = ListOperator.Eq)
{
    /// <summary>Of lists that filter by metadata.</summary>
    public static readonly IReadOnlyList<OlderName> OfMetadata = [new("metadataKey", "metadata.key"), new("metadataValue", "metadata.value")];

    /// <summary>Of lists that filter by the time of creation.</summary>
    public static readonly IReadOnlyList<OlderName> OfCreation =
        [new("createdAfter", "createdAt", ListOperator.Gt), new("createdBefore", "createdAt", ListOperator.Lt)];
}

/// <summary>
/// How a filter compares. <c>Ne</c>, <c>Nc</c> and <c>Nin</c> are the exact complements of <c>Eq</c>, <c>Cn</c> and <c>In</c>, so they also match where there is
/// no value. On sets (tags, groups) <c>Eq</c> and <c>Cn</c> mean "has this element" and <c>In</c> "has one of these"; of metadata some pair must match like
/// text. <c>Sw</c>, <c>Ew</c>, <c>Cn</c> and <c>Nc</c> ignore case on text. <c>In</c> and <c>Nin</c> take a list separated by commas.
/// </summary>
public enum ListOperator { Eq, Ne, Gt, Gte, Lt, Lte, Sw, Ew, Cn, Nc, In, Nin }

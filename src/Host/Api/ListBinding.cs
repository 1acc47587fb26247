using System.Globalization;
using System.Text.RegularExpressions;
using EventSourcedOrgs.Projections;
using Microsoft.Extensions.Primitives;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Lists on the wire: query parameters in, <c>Link</c> and <c>X-Total-Count</c> out.</summary>
public static partial class ListBinding
{
    /// <summary>
    /// Reads <c>page</c>, <c>limit</c>, <c>sort</c>, <c>search</c>, <c>cursor</c>, <c>count</c> and filters (<c>name[op]=value</c>, or <c>name=value</c> for
    /// <c>eq</c>), and what older clients call them. Parameters in <paramref name="alsoKnown"/> belong to the endpoint and are left to it; any other name is an
    /// error. Whether a cursor is right shows only when the list is read.
    /// </summary>
    public static Checked<ListRequest> Bind(IQueryCollection query, Listing listing, params IReadOnlyCollection<string> alsoKnown)
    {
        var request = new ListRequest();
        var errors = new List<ListError>();
        foreach (var (name, values) in query.Where(parameter => !alsoKnown.Contains(parameter.Key, StringComparer.OrdinalIgnoreCase)))
        {
            var bound = TakesMany(name) ? One(request, Unbracketed(name), string.Join(',', values.Distinct()), listing, alsoKnown)
                : IsAmbiguous(values) ? new([ListError.Parameter(name, "Given more than once.")])
                : One(request, name, values[0] ?? "", listing, alsoKnown);
            errors.AddRange(bound.Errors);
            request = bound.Value ?? request;
        }

        errors.AddRange(listing.Check(request));
        return errors.Count > 0 ? new(errors) : new(request);
    }

    /// <summary>Writes the address of the next page, by cursor if the page has one, and the number of all rows if it was asked for.</summary>
    public static void WritePaging<T>(this HttpContext http, ListRequest request, ListPage<T> page)
    {
        if (page.HasNext) http.Response.Headers.Append("Link", $"<{Next(http.Request, request, page)}>; rel=\"next\"");
        if (page.Total is { } total) http.Response.Headers["X-Total-Count"] = total.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Several values come separated by commas, or each on its own: <c>name[in]=a&amp;name[in]=b</c>, or the same with <c>name[in][]</c>.</summary>
    static bool TakesMany(string name) =>
        Unbracketed(name) is var filter && (filter.EndsWith("[in]", StringComparison.OrdinalIgnoreCase) || filter.EndsWith("[nin]", StringComparison.OrdinalIgnoreCase));

    static string Unbracketed(string name) => name.EndsWith("[]", StringComparison.Ordinal) ? name[..^2] : name;

    /// <summary>The same value twice is one value.</summary>
    static bool IsAmbiguous(StringValues values) => values.Distinct().Skip(1).Any();

    static Checked<ListRequest> One(ListRequest request, string name, string value, Listing listing, IEnumerable<string> others) => name.ToLowerInvariant() switch
    {
        "page" => Number(name, value, number => request with { Page = number }),
        "limit" => Number(name, value, number => request with { Limit = number }),
        "sort" when value.Length == 0 => new(request),
        "sort" => Sort(request, value),
        "search" => new(request with { Search = value }),
        "query" => new(value.Length == 0 ? request : request with { Search = value }),
        "cursor" => new(request with { Cursor = value }),
        "count" => bool.TryParse(value, out var count) ? new(request with { Count = count }) : new([ListError.Parameter(name, "Expected true or false.")]),
        _ => Filter(request, name, value, listing, others),
    };

    static Checked<ListRequest> Number(string name, string value, Func<int, ListRequest> with) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(with(number))
            : new([ListError.Parameter(name, "Expected a number from 1.")]);

    static Checked<ListRequest> Sort(ListRequest request, string value)
    {
        var sort = ListSort.Parse(value);
        return sort.IsValid ? new(request with { Sort = sort.Value }) : new(sort.Errors);
    }

    static Checked<ListRequest> Filter(ListRequest request, string name, string value, Listing listing, IEnumerable<string> others)
    {
        if (listing.FindOlder(name) is { } older)
            return new(value.Length == 0 ? request : request with { Filters = [.. request.Filters, new(older.Field, older.Operator, value)] });

        var parts = FilterName().Match(name);
        if (!parts.Success || listing.Find(parts.Groups["field"].Value) is not { } field)
            return new([ListError.Unknown(name, listing.KnownNames.Concat(others))]);

        var written = parts.Groups["operator"];
        var @operator = written.Success ? ListOperators.Find(written.Value) : ListOperator.Eq;
        return value.Length == 0 && @operator == ListOperator.Eq && IsNone(field, isBare: !written.Success) ? new(request)
            : @operator is { } known ? new(request with { Filters = [.. request.Filters, new(field.Name, known, value)] })
            : new([ListOperators.Refused(name, field)]);
    }

    /// <summary>Whether an empty value is no filter: where it can be no value, and the field is named alone.</summary>
    static bool IsNone(ListField field, bool isBare) =>
        field is { Kind: ListKind.Enum, Required: true } || (isBare && field.Kind is ListKind.Id or ListKind.IdSet or ListKind.Number or ListKind.Instant or ListKind.Flag);

    /// <summary>
    /// The path of this request with its other parameters. A cursor replaces the page; a moment in <c>asOf</c> becomes the position that the cursor is pinned to.
    /// </summary>
    static string Next<T>(HttpRequest here, ListRequest request, ListPage<T> page)
    {
        (string Name, string Value) next = page.Next is { } cursor ? ("cursor", cursor) : ("page", (request.Page + 1).ToString(CultureInfo.InvariantCulture));
        var others = here.Query
            .Where(parameter => parameter.Key.ToLowerInvariant() is not ("page" or "cursor"))
            .SelectMany(parameter => parameter.Value.Distinct().Select(value => (parameter.Key, IsAsOf(parameter.Key) && page.Position is { } position
                ? position.ToString(CultureInfo.InvariantCulture)
                : value ?? "")));
        var query = others.Append(next).Select(parameter => $"{Uri.EscapeDataString(parameter.Item1)}={Uri.EscapeDataString(parameter.Item2)}");
        return $"{here.PathBase.ToUriComponent()}{here.Path.ToUriComponent()}?{string.Join('&', query)}";
    }

    static bool IsAsOf(string name) => name.Equals("asOf", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(?<field>\w+(\.\w+)*)(\[(?<operator>\w*)\])?\z")]
    private static partial Regex FilterName();
}

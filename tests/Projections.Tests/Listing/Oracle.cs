using System.Globalization;
using System.Text;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>The list conventions said a second time, naively, over objects in memory.</summary>
static class Oracle
{
    internal static IReadOnlyList<Guid> Ids(IEnumerable<Person> people, ListRequest request) => [.. Rows(people, request).Select(person => person.Id)];

    internal static IEnumerable<Person> Rows(IEnumerable<Person> people, ListRequest request) =>
        people.Where(person => request.Filters.All(filter => Matches(person, filter)) && HasPair(person, request) && IsFound(person, request.Search))
            .Order(Comparer<Person>.Create((a, b) => Compare(a, b, request.Sort is [] ? [new("createdAt")] : request.Sort)));

    static object? Value(Person person, string field) => field switch
    {
        "id" => person.Id,
        "createdAt" => person.CreatedAt,
        "name" => person.Name,
        "email" => person.Email,
        "address.city" => person.City,
        "role" => person.Role,
        "resellerId" => person.ResellerId,
        "seats" => person.Seats,
        "level" => (long)person.Level,
        "active" => person.Active,
        "seenAt" => person.SeenAt,
        "tags" => person.Tags?.Cast<object>(),
        "groupIds" => person.Groups?.Cast<object>(),
        "metadata.key" => person.Metadata?.Select(pair => (object)pair.Key),
        "metadata.value" => person.Metadata?.Select(pair => (object)pair.Value),
        "organization.name" => person.Organization,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };

    static bool Matches(Person person, ListFilter filter) => filter.Operator switch
    {
        ListOperator.Ne => !Matches(person, filter with { Operator = ListOperator.Eq }),
        ListOperator.Nc => !Matches(person, filter with { Operator = ListOperator.Cn }),
        ListOperator.Nin => !Matches(person, filter with { Operator = ListOperator.In }),
        ListOperator.In => filter.Value.Split(',').Any(value => Matches(person, new(filter.Field, ListOperator.Eq, value))),
        _ => Value(person, filter.Field) switch
        {
            null => IsText(filter.Field) && filter is { Operator: ListOperator.Eq, Value: "" },
            IEnumerable<object> set => set.Any(element => Fits(element, filter)),
            string text => Matches(text, filter),
            var value => Matches((IComparable)value, filter),
        },
    };

    /// <summary>Of the elements of a set only those of pairs match like text.</summary>
    static bool Fits(object element, ListFilter filter) => IsHalf(filter) ? Matches((string)element, filter) : Written(element) == filter.Value;

    static bool IsHalf(ListFilter filter) => filter.Field is "metadata.key" or "metadata.value";

    static bool IsText(string field) => field is "name" or "email" or "address.city" or "role" or "organization.name";

    static string Written(object value) => value is Guid id ? id.ToString("D") : (string)value;

    static bool Matches(string text, ListFilter filter) => filter.Operator switch
    {
        ListOperator.Sw => Lower(text).StartsWith(Lower(filter.Value), StringComparison.Ordinal),
        ListOperator.Ew => Lower(text).EndsWith(Lower(filter.Value), StringComparison.Ordinal),
        ListOperator.Cn => Lower(text).Contains(Lower(filter.Value), StringComparison.Ordinal),
        _ => filter.Field == "email" ? Lower(text) == Lower(filter.Value) : text == filter.Value,
    };

    static bool Matches(IComparable value, ListFilter filter)
    {
        var order = value.CompareTo(value switch
        {
            Guid => Guid.Parse(filter.Value),
            bool => bool.Parse(filter.Value),
            long => long.Parse(filter.Value, CultureInfo.InvariantCulture),
            _ => (object)DateTime.Parse(filter.Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
        });
        return filter.Operator switch
        {
            ListOperator.Gt => order > 0,
            ListOperator.Gte => order >= 0,
            ListOperator.Lt => order < 0,
            ListOperator.Lte => order <= 0,
            _ => order == 0,
        };
    }

    static bool HasPair(Person person, ListRequest request)
    {
        var asked = request.Filters
            .Where(filter => IsHalf(filter) && filter.Operator is ListOperator.Eq or ListOperator.Sw or ListOperator.Ew or ListOperator.Cn)
            .OrderBy(filter => filter.Field, StringComparer.Ordinal).ToArray();
        return asked is not [{ Field: "metadata.key" } key, { Field: "metadata.value" } value]
            || person.Metadata?.Any(pair => Matches(pair.Key, key) && Matches(pair.Value, value)) == true;
    }

    static bool IsFound(Person person, string? search) =>
        search is null or ""
        || new[] { person.Name, person.Email, person.Organization }.Any(text => text is not null && Lower(text).Contains(Lower(search), StringComparison.Ordinal));

    static int Compare(Person a, Person b, IReadOnlyList<ListSort> sort)
    {
        foreach (var key in sort.Append(new("id", sort[^1].Order)))
        {
            var order = (SortValue(a, key.Field), SortValue(b, key.Field)) switch
            {
                (null, null) => 0,
                (null, _) => 1,
                (_, null) => -1,
                (byte[] x, byte[] y) => x.AsSpan().SequenceCompareTo(y),
                (IComparable x, var y) => x.CompareTo(y),
                _ => throw new InvalidOperationException("Not comparable."),
            };
            if (order != 0) return key.Order == SortOrder.Descending ? -order : order;
        }

        return 0;
    }

    static object? SortValue(Person person, string field) => Value(person, field) switch
    {
        string text => Encoding.UTF8.GetBytes(field == "role" ? text : Lower(text)),
        var value => value,
    };

    static string Lower(string text) => text.ToLowerInvariant();
}

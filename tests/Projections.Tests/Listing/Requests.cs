using System.Globalization;
using CsCheck;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Random requests that the list of people accepts, with values that often occur in it.</summary>
static class Requests
{
    static readonly ListField[] Fields = [.. People.Listing.FieldNames.Select(name => People.Listing.Find(name)!)];

    static readonly Gen<string> TextValue = Gen.OneOf(
        Gen.OneOf([.. People.Names, .. People.Cities, .. People.Organizations]),
        Gen.OneOf("a", "A", "%", "_", @"\", "o", "@example.ORG", "1", "0@Example.org", "'", "\"", "😀", "smile", "%%", @"\%", "a%b", "Ada3@example.org"));

    static readonly Gen<string> InstantValue = Gen.OneOf(
        Gen.OneOf(People.Instants).Select(instant => instant.ToString("O", CultureInfo.InvariantCulture)),
        Gen.OneOf("2024-01-02", "2024-01-01T12:00Z", "2024-01-02T00:00:00.000003+02:00", "1970-01-01T00:00:00", "0001-01-01", "9999-12-31T23:59:59Z"));

    internal static bool IsFreeText(string field) => People.Listing.Find(field) is { Kind: ListKind.Text or ListKind.TextSet or ListKind.KeyValues };

    internal static Gen<string> Value(ListField field) => (field.Kind, field.Name) switch
    {
        (ListKind.Text, _) => TextValue,
        (ListKind.Enum, _) => Gen.OneOf([.. People.Roles, ""]),
        (ListKind.Number, _) => Gen.OneOf(Gen.OneOf(People.Numbers), Gen.Long[0, 6]).Select(number => number.ToString(CultureInfo.InvariantCulture)),
        (ListKind.Instant, _) => InstantValue,
        (ListKind.Flag, _) => Gen.OneOf("true", "false"),
        (ListKind.Id or ListKind.IdSet, _) => Gen.OneOf(People.Ids).Select(id => id.ToString("D")),
        (ListKind.TextSet, _) => Gen.OneOf(People.Tags),
        (_, "metadata.key") => Gen.OneOf([.. People.Keys, "TI", "er", "g"]),
        _ => Gen.OneOf([.. People.Values, "GO", "ld", "%"]),
    };

    internal static Gen<ListFilter> FilterOf(ListField field, ListOperator @operator) => Value(field).Array[1, 4].Select(values =>
        new ListFilter(field.Name, @operator, @operator is ListOperator.In or ListOperator.Nin ? string.Join(',', values) : values[0]));

    internal static readonly Gen<ListFilter> Filter =
        Gen.OneOf(Fields).SelectMany(field => Gen.OneOf([.. field.Operators]).SelectMany(@operator => FilterOf(field, @operator)));

    internal static readonly Gen<ListSort> Sort = Gen.Select(
        Gen.OneOf([.. Fields.Where(field => field.Sortable).Select(field => field.Name)]), Gen.Enum<SortOrder>(), (field, order) => new ListSort(field, order));

    internal static readonly Gen<ListRequest> Any = Gen.Select(
        Filter.Array[0, 3], Sort.Array[0, 4], Gen.OneOf(Gen.Const(""), Gen.Const(""), TextValue), Gen.Int[1, 4], Gen.Int[1, 100],
        (filters, sort, search, page, limit) => new ListRequest { Filters = filters, Sort = sort, Search = search, Page = page, Limit = limit, Count = true });
}

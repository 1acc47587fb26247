namespace EventSourcedOrgs.Projections;

/// <summary>Which way a key sorts. Nothing comes last ascending and first descending.</summary>
public enum SortOrder { Ascending, Descending }

/// <summary>One key of a sort, such as <c>-createdAt</c>.</summary>
public sealed record ListSort(string Field, SortOrder Order = SortOrder.Ascending)
{
    public const int MaxKeys = 6;

    /// <summary>Reads <c>-createdAt|+name</c>: up to six keys, each with an optional sign. A plus arrives from a query string as a space.</summary>
    public static Checked<IReadOnlyList<ListSort>> Parse(string text)
    {
        var parts = text.Split('|');
        if (parts.Length > MaxKeys) return new([ListError.Sort($"A sort has at most {MaxKeys} keys.")]);

        ListSort[] keys = [.. parts.Select(One)];
        return keys.Any(key => key.Field.Length == 0)
            ? new([ListError.Sort("A sort is written as field names with an optional sign, joined by '|', for example '-createdAt|name'.")])
            : new(keys);
    }

    static ListSort One(string part) => part switch
    {
        ['-', .. var field] => new(field, SortOrder.Descending),
        ['+' or ' ', .. var field] => new(field),
        _ => new(part),
    };

    public override string ToString() => Order == SortOrder.Descending ? $"-{Field}" : Field;
}

namespace EventSourcedOrgs.Projections;

/// <summary>The names of the operators on the wire.</summary>
public static class ListOperators
{
    static readonly Dictionary<string, ListOperator> ByName = Enum.GetValues<ListOperator>().ToDictionary(Name, StringComparer.OrdinalIgnoreCase);

    public static string Name(ListOperator @operator) => @operator.ToString().ToLowerInvariant();

    public static ListOperator? Find(string name) => ByName.TryGetValue(name, out var @operator) ? @operator : null;

    /// <summary>The error of a filter whose operator its field does not understand.</summary>
    public static ListError Refused(string name, ListField field) =>
        ListError.Parameter(name, $"'{field.Name}' is compared by: {string.Join(", ", field.Operators.Select(Name))}.");
}

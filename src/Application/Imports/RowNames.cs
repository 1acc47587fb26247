namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// By which names a row makes something and refers to what others make. A dry run appends nothing, so it finds by them the earlier rows that
/// a row needs.
/// </summary>
internal static class RowNames
{
    /// <summary>The column that is never stored as it is.</summary>
    public const string Secret = "password";

    public static IEnumerable<string> Made(ImportRow row) => row.Kind switch
    {
        "organization" => [.. Organization(row, "name"), .. Organization(row, "externalId")],
        "user" => [User(row)],
        "userGroup" => [Group(row, "name")],
        "membership" => [$"membership/{Group(row, "group")}/{User(row)}"],
        "license" => [License(row)],
        "groupAssignment" => [$"assignment/{License(row)}/{Group(row, "group")}"],
        "userAssignment" => [$"assignment/{License(row)}/{User(row)}"],
        _ => [],
    };

    public static IEnumerable<string> Used(ImportRow row) => row.Kind switch
    {
        "user" or "userGroup" or "license" => Organization(row, "organization"),
        "membership" => [Group(row, "group"), User(row)],
        "groupAssignment" => [License(row), Group(row, "group")],
        "userAssignment" => [License(row), User(row)],
        _ => [],
    };

    private static IEnumerable<string> Organization(ImportRow row, string column) => Of(row, column) is { Length: > 0 } name ? [$"organization/{name}"] : [];

    private static string User(ImportRow row) => $"user/{Unique.Email(Of(row, "email")).Value}";

    /// <summary>Without the organization, which rows name in several ways: that groups of others have this name costs a dry run some work and changes nothing.</summary>
    private static string Group(ImportRow row, string column) => $"group/{Unique.UserGroupName(default, Of(row, column)).Value}";

    private static string License(ImportRow row) => $"license/{Of(row, "key")}";

    private static string Of(ImportRow row, string column) => row.Fields.GetValueOrDefault(column, "").Trim();
}

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Names for operations that say nothing else, made of method and path: <c>createOrganizationUser</c>, <c>listLicenses</c>, <c>resetUserPassword</c>. Two operations
/// of one path never share one, and a test holds all of them apart.
/// </summary>
internal static class OperationIds
{
    /// <summary>There is one account, so its address says nothing.</summary>
    private const string OneAccount = "accounts";

    public static string Of(string method, string path, bool isList)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..].Where(segment => segment != OneAccount).ToArray();
        var words = segments.Select((segment, i) => (Text: segment, BeforeId: i + 1 < segments.Length && IsId(segments[i + 1]))).Where(word => !IsId(word.Text)).ToArray();
        var last = words[^1];
        var isCollection = !last.BeforeId && last.Text.EndsWith('s') && !last.Text.EndsWith("ss", StringComparison.Ordinal);
        var isAction = method == "POST" && !isCollection;
        var action = last.Text.Split('-', 2);
        var plural = method == "GET" && isCollection;
        var nouns = (isAction ? words[..^1] : words).Select((word, i) => Pascal(plural && i == words.Length - 1 ? word.Text : Singular(Mine(word.Text, i, words.Length))));
        var verb = method switch
        {
            "GET" => isList || plural ? "list" : "get",
            "PATCH" => "update",
            "POST" when isAction => action[0],
            "POST" => "create",
            _ => method.ToLowerInvariant(),
        };
        return $"{verb}{string.Concat(nouns)}{(isAction && action.Length > 1 ? Pascal(action[1]) : "")}";
    }

    private static bool IsId(string segment) => segment.StartsWith('{');

    private static string Mine(string word, int index, int words) => word == "me" && index < words - 1 ? "my" : word;

    private static string Singular(string word) =>
        word.EndsWith("ies", StringComparison.Ordinal) ? $"{word[..^3]}y"
        : word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1]
        : word;

    private static string Pascal(string word) => string.Concat(word.Split('-').Select(part => $"{char.ToUpperInvariant(part[0])}{part[1..]}"));
}

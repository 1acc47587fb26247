namespace EventSourcedOrgs.Portal.Customer.Users;

/// <summary>One row of a file of users.</summary>
public sealed record ImportedPerson(string FirstName, string? LastName, string Email, string Role, IReadOnlyList<string> Groups)
{
    private const int Most = 500;
    private static readonly string[] Known = ["firstname", "lastname", "email", "role", "groups"];

    /// <summary>The people of a table, or what is wrong with the table as a whole; what is wrong with a person the service tells.</summary>
    public static (IReadOnlyList<ImportedPerson> People, string? Wrong) Read(string text)
    {
        var rows = CsvText.Rows(text).Where(row => row.Exists(cell => cell.Length > 0)).ToList();
        if (rows.Count < 2)
            return ([], "has no rows: the first line names the columns, each further line is a user.");

        var columns = rows[0].ConvertAll(name => name.Trim().ToLowerInvariant().Replace(" ", "", StringComparison.Ordinal));
        if (columns.Find(name => !Known.Contains(name)) is { } unknown)
            return ([], $"has a column '{unknown}' that is not known: firstName, lastName, email, role and groups are.");
        if (!columns.Contains("email") || !columns.Contains("firstname"))
            return ([], "needs the columns firstName and email.");
        if (rows.Count - 1 > Most)
            return ([], $"has more than {Most} users; split it.");

        return ([.. rows.Skip(1).Select(row => Of(row, columns))], null);
    }

    private static ImportedPerson Of(List<string> row, List<string> columns)
    {
        return new(Cell("firstname"), Cell("lastname") is { Length: > 0 } last ? last : null, Cell("email"), Cell("role") is { Length: > 0 } role ? role : "user",
            [.. Cell("groups").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]);

        string Cell(string name) => columns.IndexOf(name) is >= 0 and var index && index < row.Count ? row[index].Trim() : "";
    }
}

/// <summary>Comma-separated values as RFC 4180 has them, any line end.</summary>
internal static class CsvText
{
    public static IEnumerable<List<string>> Rows(string text)
    {
        var (row, cell, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var index = 0; index < text.Length; index++)
        {
            var letter = text[index];
            if (quoted && letter == '"' && index + 1 < text.Length && text[index + 1] == '"')
                cell.Append(text[++index]);
            else if (letter == '"' && (quoted || cell.Length == 0))
                quoted = !quoted;
            else if (quoted || letter is not (',' or '\n' or '\r' or '\uFEFF'))
                cell.Append(letter);
            else if (letter == ',')
                Close();
            else if (letter == '\n')
            {
                Close();
                yield return row;
                row = [];
            }
        }

        Close();
        yield return row;

        void Close()
        {
            row.Add(cell.ToString());
            cell.Clear();
        }
    }
}

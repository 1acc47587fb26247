using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// What a file of rows may say: the kinds of rows and the columns of each. <c>docs/imports.md</c> explains them; a test compares the two.
/// </summary>
public static class ImportFormat
{
    public const string KindColumn = "kind";

    /// <summary>The most characters that one field may have; no rule of the domain allows a longer text.</summary>
    public const int MostField = 16 * 1024;

    private const int MostRepeated = 64;
    private const char Undecodable = '\uFFFD';

    /// <summary>The columns of each kind, those first that a row cannot do without.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Kinds { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["organization"] = ["name", "email", "allowedUsers", "description", "externalId"],
        ["user"] = ["email", "firstName", "lastName", "organization", "company", "role", "allowCustomerPortalAccess", "tags", "password"],
        ["userGroup"] = ["organization", "name", "description"],
        ["membership"] = ["organization", "group", "email"],
        ["license"] = ["key", "product", "organization", "type", "allowedActivations", "subscriptionInterval", "expiresAt", "notes", "tags"],
        ["groupAssignment"] = ["key", "organization", "group"],
        ["userAssignment"] = ["key", "email"],
    };

    /// <summary>Every column there is, the kind included.</summary>
    public static IReadOnlyList<string> Columns { get; } = [KindColumn, .. Kinds.Values.SelectMany(columns => columns).Distinct()];

    /// <summary>The column of this name, ignoring case and space around it; null when there is none.</summary>
    public static string? FindColumn(string name) => Columns.FirstOrDefault(column => column.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>What is wrong with the columns of a header, or null.</summary>
    public static Refusal? Wrong(IReadOnlyList<string> header)
    {
        if (header.FirstOrDefault(name => FindColumn(name) is null) is { } unknown)
            return Refusal.UnknownImportColumn(Short(unknown), Columns);
        if (header.Select(FindColumn).GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return Refusal.MalformedImport($"The header names the column '{twice.Key}' twice.");
        return header.Any(name => FindColumn(name) == KindColumn) ? null : Refusal.MalformedImport($"The header has no column '{KindColumn}'.");
    }

    /// <summary>The row of these columns, or what is wrong with it as a whole.</summary>
    public static ImportRow Row(int number, int line, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in fields.Where(field => field.Value.Length > 0))
        {
            if (FindColumn(name) is not { } column)
                return ImportRow.Wrong(number, line, Refusal.UnknownImportColumn(Short(name), Columns));
            if (Rules.Unstorable(value) is { } unstorable)
                return ImportRow.Wrong(number, line, Refusal.MalformedImport($"'{column}' {unstorable}"));
            if (value.Contains(Undecodable, StringComparison.Ordinal))
                return ImportRow.Wrong(number, line, Refusal.MalformedImport($"'{column}' is not UTF-8."));
            if (!given.TryAdd(column, value))
                return ImportRow.Wrong(number, line, Refusal.MalformedImport($"'{column}' is given twice."));
        }

        if (!given.Remove(KindColumn, out var kind))
            return ImportRow.Wrong(number, line, Refusal.MalformedImport($"'{KindColumn}' is required."));
        if (Kinds.Keys.FirstOrDefault(known => known.Equals(kind.Trim(), StringComparison.OrdinalIgnoreCase)) is not { } found)
            return ImportRow.Wrong(number, line, Refusal.UnknownImportKind(Short(kind), Kinds.Keys));
        return given.Keys.FirstOrDefault(column => !Kinds[found].Contains(column)) is { } foreign
            ? ImportRow.Wrong(number, line, Refusal.ColumnOfAnotherKind(foreign, found, Kinds[found]))
            : new(number, line, found, given, null);
    }

    /// <summary>Text from outside as a message may repeat it.</summary>
    internal static string Short(string text) =>
        string.Concat(text.Take(MostRepeated).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (text.Length > MostRepeated ? "..." : "");
}

/// <summary>One row of an import: its place among the rows and in the file, and its fields by column; or why it is none.</summary>
public sealed record ImportRow(int Number, int Line, string Kind, IReadOnlyDictionary<string, string> Fields, Refusal? Refusal)
{
    public static ImportRow Wrong(int number, int line, Refusal refusal) => new(number, line, "", new Dictionary<string, string>(), refusal);
}

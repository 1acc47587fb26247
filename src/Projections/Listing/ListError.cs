using System.Diagnostics.CodeAnalysis;

namespace EventSourcedOrgs.Projections;

/// <summary>What is wrong with one query parameter: which one, a stable code, and a sentence for people.</summary>
public sealed record ListError(string Name, string Code, string Message)
{
    public const string InvalidQueryParameter = "INVALID_QUERY_PARAMETER";
    public const string UnknownFilter = "UNKNOWN_FILTER";
    public const string InvalidSort = "INVALID_SORT";
    public const string InvalidCursor = "INVALID_CURSOR";

    public static ListError Parameter(string name, string message) => new(name, InvalidQueryParameter, message);

    public static ListError Unknown(string name, IEnumerable<string> known) =>
        new(name, UnknownFilter, $"'{Shortened(name)}' is not a parameter of this list. It knows: {string.Join(", ", known)}.");

    public static ListError Sort(string message) => new("sort", InvalidSort, message);

    public static ListError Cursor() =>
        new("cursor", InvalidCursor, "The cursor does not belong to this list with these filters and this sort, or was changed. Start again without it.");

    internal static string Shortened(string text) => text.Length <= 64 ? text : $"{text[..64]}…";
}

/// <summary>A value made from what a caller sent or, when it could not be made, every reason why.</summary>
public sealed record Checked<T>(T? Value, IReadOnlyList<ListError> Errors) where T : class
{
    public Checked(T value) : this(value, []) { }

    public Checked(IReadOnlyList<ListError> errors) : this(null, errors) { }

    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsValid => Value is not null && Errors.Count == 0;
}

using System.Globalization;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>Reads the fields of a row as values; what cannot be read is told by <see cref="Refusal"/>, all of it at once.</summary>
internal sealed class RowFields(ImportRow row)
{
    private readonly List<FieldError> errors = [];

    public Refusal? Refusal => errors.Count == 0 ? null : Refusal.Validation(errors.ToValueList());

    public string? Text(string column) => row.Fields.TryGetValue(column, out var text) && text.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    public string Required(string column) => Text(column) ?? Wrong(column, "is required.", "");

    /// <summary>As it was given, spaces included.</summary>
    public string? Exact(string column) => row.Fields.GetValueOrDefault(column);

    public Optional<int> Number(string column) => Text(column) is not { } text ? default
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : Wrong(column, "is not a whole number.", default(Optional<int>));

    public Optional<bool> Flag(string column) => Text(column) is not { } text ? default
        : bool.TryParse(text, out var flag) ? flag
        : Wrong(column, "is neither true nor false.", default(Optional<bool>));

    public Optional<DateTimeOffset?> Time(string column) => Text(column) is not { } text ? default
        : Iso8601.TryParse(text, out var time) ? time
        : Wrong(column, "is not an ISO 8601 time.", default(Optional<DateTimeOffset?>));

    public Optional<ValueList<string>> List(string column) => Text(column) is not { } text ? default(Optional<ValueList<string>>)
        : text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToValueList();

    public Optional<TEnum> OneOf<TEnum>(string column) where TEnum : struct, Enum
    {
        if (Text(column) is not { } text)
            return default;

        var names = WireEnum.ValuesOf<TEnum>();
        return names.TryGetValue(text, out var found) ? found : Wrong(column, $"is none of {string.Join(", ", names.Keys)}.", default(Optional<TEnum>));
    }

    private T Wrong<T>(string column, string message, T value)
    {
        errors.Add(new($"/{column}", message));
        return value;
    }
}

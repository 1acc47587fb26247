using System.Globalization;
using System.Text;
using EventSourcedOrgs.Domain;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Values between the text of the wire and the types of PostgreSQL. What cannot be stored or read there is no value: null.</summary>
static class ListValue
{
    internal static object? Parse(ListKind kind, string text) => kind switch
    {
        ListKind.Number => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        ListKind.Instant => Instant(text),
        ListKind.Flag => bool.TryParse(text, out var flag) ? flag : null,
        ListKind.Id or ListKind.IdSet => Guid.TryParseExact(text, "D", out var id) ? id : null,
        _ => IsStorable(text) ? text : null,
    };

    internal static Array ArrayOf(ListKind kind, IReadOnlyList<object> values) => kind switch
    {
        ListKind.Number => values.Cast<long>().ToArray(),
        ListKind.Instant => values.Cast<DateTime>().ToArray(),
        ListKind.Flag => values.Cast<bool>().ToArray(),
        ListKind.Id or ListKind.IdSet => values.Cast<Guid>().ToArray(),
        _ => values.Cast<string>().ToArray(),
    };

    internal static string Describe(ListKind kind) => kind switch
    {
        ListKind.Number => "a whole number of at most 64 bits",
        ListKind.Instant => "a date or time in ISO 8601, between the years 1 and 9999",
        ListKind.Flag => "true or false",
        ListKind.Id or ListKind.IdSet => "a UUID",
        _ => "text without NUL characters",
    };

    /// <summary>A column of a row as text that <see cref="Parse"/> reads back to the same value.</summary>
    internal static string? Column(NpgsqlDataReader row, int ordinal, ListKind kind) => row.IsDBNull(ordinal) ? null : kind switch
    {
        ListKind.Number => row.GetFieldValue<long>(ordinal).ToString(CultureInfo.InvariantCulture),
        ListKind.Instant => row.GetDateTime(ordinal).ToString("O", CultureInfo.InvariantCulture),
        ListKind.Flag => row.GetBoolean(ordinal) ? "true" : "false",
        ListKind.Id => row.GetGuid(ordinal).ToString("D"),
        _ => row.GetString(ordinal),
    };

    /// <summary>PostgreSQL's UTF-8 knows neither NUL nor half a surrogate pair.</summary>
    internal static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '\0' || !Rune.TryGetRuneAt(text, i, out var rune)) return false;
            i += rune.Utf16SequenceLength;
        }

        return true;
    }

    static DateTime? Instant(string text)
    {
        var plusArrivedAsSpace = text.Length > 6 && text[^6] == ' ' ? $"{text[..^6]}+{text[^5..]}" : text;
        return Iso8601.TryParse(plusArrivedAsSpace, out var instant) ? instant.UtcDateTime : null;
    }
}

using System.Globalization;
using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>A list of the service as comma-separated values (RFC 4180), page by page, for lists that the service does not export itself.</summary>
internal static class CsvExport
{
    private const int Limit = 100;
    private const int MostPages = 1000;

    /// <summary>What a spreadsheet would take for a formula begins with one of these.</summary>
    private static readonly char[] Formulas = ['=', '+', '-', '@', '\t', '\r'];

    public static async Task Write<T>(HttpContext http, ApiClient api, Call<IReadOnlyList<T>> call, string fileName, IReadOnlyList<(string Name, Func<T, object?> Value)> columns)
    {
        IReadOnlyList<T> rows = [];
        var isPaged = call.Understands("page");
        for (var page = 1; page <= MostPages && (page == 1 || (isPaged && rows.Count == Limit)); page++)
        {
            rows = await api.Ask(isPaged ? call with { Query = new Query { ["limit"] = $"{Limit}", ["page"] = $"{page}" }.And(call.Query ?? new()) } : call);
            if (page == 1)
            {
                (http.Response.ContentType, http.Response.Headers.ContentDisposition) = ("text/csv; charset=utf-8", Attachment(fileName));
                await http.Response.WriteAsync(Line(columns.Select(column => column.Name)), http.RequestAborted);
            }

            await http.Response.WriteAsync(string.Concat(rows.Select(row => Line(columns.Select(column => Cell(column.Value(row)))))), http.RequestAborted);
        }
    }

    public static string Attachment(string fileName) => $"attachment; filename=\"{fileName.Replace('"', '_')}\"";

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells) + "\r\n";

    private static string Cell(object? value)
    {
        var text = value switch
        {
            null => "",
            bool flag => flag ? "true" : "false",
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            string words => words.Length > 0 && Formulas.Contains(words[0]) ? $"'{words}" : words,
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
        return text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}

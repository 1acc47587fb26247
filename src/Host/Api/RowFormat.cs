using System.Globalization;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// How rows are written: a page of JSON with the address of the next one, or a stream of all rows, one on a line. A stream reads page after page at one
/// moment, so its length costs neither memory nor a long transaction.
/// </summary>
internal sealed record RowFormat(string Name, string ContentType, bool IsStream)
{
    public static RowFormat Json { get; } = new("json", "application/json", false);
    public static RowFormat NdJson { get; } = new("ndjson", "application/x-ndjson", true);
    public static RowFormat Csv { get; } = new("csv", "text/csv", true);

    private static readonly char[] Formulas = ['=', '+', '-', '@', '\t', '\r'];

    /// <summary>The format that is named or, if none is, the first that the request accepts; null for a name that is none.</summary>
    public static RowFormat? Of(HttpContext http, string? name, params RowFormat[] more)
    {
        RowFormat[] known = [Json, NdJson, Csv, .. more];
        return name is not null
            ? known.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            : http.Request.GetTypedHeaders().Accept.OrderByDescending(accepted => accepted.Quality ?? 1)
                .Select(accepted => known.FirstOrDefault(format => accepted.MediaType.Equals(format.ContentType, StringComparison.OrdinalIgnoreCase)))
                .FirstOrDefault(format => format is not null) ?? Json;
    }

    /// <summary>Answers with the first page, or with it and all that follow.</summary>
    public IResult Answer<TRow>(
        HttpContext http, Moment moment, IReadOnlyList<TRow> rows, string? next, (IReadOnlyList<string> Names, Func<TRow, IEnumerable<string?>> Values) cells,
        Func<string, Task<(IReadOnlyList<TRow> Rows, string? Next)>> page)
    {
        http.Response.Headers[Sending.PositionHeader] = moment.Position.ToString(CultureInfo.InvariantCulture);
        if (!IsStream)
        {
            if (next is not null)
                http.Response.Headers.Append("Link", $"<{http.Request.Address("cursor", next, "asof")}>; rel=\"next\"");
            return Results.Json(rows, HttpJson.Options);
        }

        return Results.Stream(async stream =>
        {
            if (this == Csv)
                await stream.WriteAsync(Line(cells.Names), http.RequestAborted);
            for (var (part, cursor) = (rows, next); ; (part, cursor) = await page(cursor))
            {
                await stream.WriteAsync(part.SelectMany(row => this == Csv ? Line(cells.Values(row)) : Object(row)).ToArray(), http.RequestAborted);
                if (cursor is null)
                    return;
            }
        }, $"{ContentType}; charset=utf-8");
    }

    /// <summary>Answers with all rows as they are read.</summary>
    public IResult Stream<TRow>(HttpContext http, IAsyncEnumerable<TRow> rows, (IReadOnlyList<string> Names, Func<TRow, IEnumerable<string?>> Values) cells) =>
        Results.Stream(async stream =>
        {
            if (this == Csv)
                await stream.WriteAsync(Line(cells.Names), http.RequestAborted);
            await foreach (var row in rows)
                await stream.WriteAsync(this == Csv ? Line(cells.Values(row)) : Object(row), http.RequestAborted);
        }, $"{ContentType}; charset=utf-8");

    private static byte[] Object<TRow>(TRow row) => [.. JsonSerializer.SerializeToUtf8Bytes(row, HttpJson.Options), (byte)'\n'];

    /// <summary>RFC 4180; a value that a spreadsheet would take for a formula begins with an apostrophe.</summary>
    private static byte[] Line(IEnumerable<string?> values) => Encoding.UTF8.GetBytes(string.Join(',', values.Select(Cell)) + "\r\n");

    private static string Cell(string? value)
    {
        var text = value is { Length: > 0 } && Formulas.Contains(value[0]) ? $"'{value}" : value ?? "";
        return text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}

/// <summary>Addresses of what follows.</summary>
internal static class NextAddress
{
    /// <summary>The same request with another value of one parameter, and without those that do not go with it.</summary>
    public static string Address(this HttpRequest request, string name, string value, params string[] without)
    {
        var others = request.Query.Where(parameter => !without.Append(name).Contains(parameter.Key, StringComparer.OrdinalIgnoreCase))
            .Select(parameter => (parameter.Key, Value: parameter.Value.ToString())).Append((name, value))
            .Select(parameter => $"{Uri.EscapeDataString(parameter.Item1)}={Uri.EscapeDataString(parameter.Item2)}");
        return $"{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}?{string.Join('&', others)}";
    }
}

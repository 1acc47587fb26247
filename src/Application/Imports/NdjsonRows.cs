using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>Rows of NDJSON: one JSON object in each line, its members the columns. A list of texts is written like one text with semicolons.</summary>
public static class NdjsonRows
{
    private const int MostLine = 256 * 1024;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    public static async IAsyncEnumerable<Result<ImportRow>> Read(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var (number, line) = (0, 0);
        await foreach (var text in Lines(reader, cancellation))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;

            number++;
            yield return text.Length > MostLine ? ImportRow.Wrong(number, line, Refusal.MalformedImport($"The line is longer than {MostLine} characters.")) : Parse(number, line, text);
        }

        if (number == 0)
            yield return Refusal.MalformedImport("The file is empty.");
    }

    private static ImportRow Parse(int number, int line, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, Options);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return ImportRow.Wrong(number, line, Refusal.MalformedImport("The line is not a JSON object."));

            var fields = json.RootElement.EnumerateObject().Select(member => (member.Name, Value: TextOf(member.Value))).ToList();
            return fields.FirstOrDefault(field => field.Value is null).Name is { } wrong
                ? ImportRow.Wrong(number, line, Refusal.MalformedImport($"'{ImportFormat.Short(wrong)}' is neither text, number, true, false, null nor a list of texts; a text has at most {ImportFormat.MostField} characters."))
                : ImportFormat.Row(number, line, fields.Select(field => KeyValuePair.Create(field.Name, field.Value!)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ImportRow.Wrong(number, line, Refusal.MalformedImport("The line is not valid JSON."));
        }
    }

    private static string? TextOf(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => string.Join(';', value.EnumerateArray().Select(item => item.GetString())),
            _ => null,
        };
        return text?.Length > ImportFormat.MostField ? null : text;
    }

    /// <summary>The lines; of one that is too long only so much that this can be seen.</summary>
    private static async IAsyncEnumerable<string> Lines(StreamReader reader, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (buffer, line) = (new char[32 * 1024], new StringBuilder());
        while (await reader.ReadAsync(buffer, cancellation) is var read and > 0)
        {
            for (var start = 0; start < read;)
            {
                var end = Array.IndexOf(buffer, '\n', start, read - start);
                var piece = buffer.AsMemory(start, (end < 0 ? read : end) - start);
                line.Append(piece[..Math.Min(piece.Length, MostLine + 1 - Math.Min(line.Length, MostLine + 1))]);
                start += piece.Length + 1;
                if (end < 0)
                    continue;

                yield return line.ToString();
                line.Clear();
            }
        }

        if (line.Length > 0)
            yield return line.ToString();
    }
}

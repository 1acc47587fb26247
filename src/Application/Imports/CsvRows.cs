using System.Runtime.CompilerServices;
using System.Text;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// Rows of CSV (RFC 4180): commas, double quotes, any line end, UTF-8 with or without BOM. A header that cannot be used refuses the file;
/// a row that cannot be read is a wrong row, and the rows after it are read on.
/// </summary>
public static class CsvRows
{
    public static async IAsyncEnumerable<Result<ImportRow>> Read(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var records = new CsvRecords(reader);
        var header = await records.Next(cancellation);
        if (header is null || header.Wrong is not null)
        {
            yield return Refusal.MalformedImport(header?.Wrong ?? "The file is empty.");
            yield break;
        }

        if (ImportFormat.Wrong(header.Fields) is { } refusal)
        {
            yield return refusal;
            yield break;
        }

        for (var number = 1; await records.Next(cancellation) is { } record; number++)
        {
            yield return record.Wrong is { } wrong ? ImportRow.Wrong(number, record.Line, Refusal.MalformedImport(wrong))
                : record.Fields.Count > header.Fields.Count
                    ? ImportRow.Wrong(number, record.Line, Refusal.MalformedImport($"The row has {record.Fields.Count} fields, the header {header.Fields.Count}."))
                : ImportFormat.Row(number, record.Line, header.Fields.Zip(record.Fields, KeyValuePair.Create));
        }
    }

    private sealed record CsvRecord(int Line, IReadOnlyList<string> Fields, string? Wrong);

    /// <summary>Takes records from a stream one by one; holds one buffer and one record, however long the stream is.</summary>
    private sealed class CsvRecords(StreamReader reader)
    {
        private const int MostFields = 256;
        private const int End = -1;

        private readonly char[] buffer = new char[32 * 1024];
        private readonly StringBuilder field = new();
        private int position;
        private int length;
        private int line = 1;

        /// <summary>The next record that is not an empty line; null at the end.</summary>
        public async Task<CsvRecord?> Next(CancellationToken cancellation)
        {
            while (await Peek(cancellation) is '\r' or '\n')
                await Take(cancellation);
            if (await Peek(cancellation) == End)
                return null;

            var (start, fields, wrong) = (line, new List<string>(), default(string));
            while (true)
            {
                wrong ??= await Field(cancellation);
                if (fields.Count < MostFields)
                    fields.Add(field.ToString());
                else
                    wrong ??= "The row has too many fields.";

                var next = await Take(cancellation);
                while (next is not (',' or '\r' or '\n' or End))
                {
                    wrong ??= "A quoted field is followed by more text; double the quotes inside it.";
                    next = await Take(cancellation);
                }

                if (next != ',')
                    return new(start, fields, wrong);
            }
        }

        /// <summary>Reads one field into <see cref="field"/> and stops before what ends it; answers what is wrong with it.</summary>
        private async ValueTask<string?> Field(CancellationToken cancellation)
        {
            field.Clear();
            var (quoted, tooLong) = (await Peek(cancellation) == '"', false);
            if (quoted)
                await Take(cancellation);

            while (true)
            {
                var next = await Peek(cancellation);
                if (next == End)
                    return quoted ? "A quoted field is never closed." : tooLong ? TooLong : null;
                if (!quoted && next is (',' or '\r' or '\n'))
                    return tooLong ? TooLong : null;

                await Take(cancellation);
                if (quoted && next == '"')
                {
                    if (await Peek(cancellation) != '"')
                        return tooLong ? TooLong : null;
                    await Take(cancellation);
                }

                tooLong = tooLong || field.Length == ImportFormat.MostField;
                if (!tooLong)
                    field.Append((char)next);
            }
        }

        private static string TooLong { get; } = $"A field is longer than {ImportFormat.MostField} characters.";

        private async ValueTask<int> Peek(CancellationToken cancellation)
        {
            if (position == length)
                (position, length) = (0, await reader.ReadAsync(buffer, cancellation));
            return length == 0 ? End : buffer[position];
        }

        private async ValueTask<int> Take(CancellationToken cancellation)
        {
            var next = await Peek(cancellation);
            if (next == End)
                return End;
            position++;
            if (next == '\n' || (next == '\r' && await Peek(cancellation) != '\n'))
                line++;
            return next;
        }
    }
}

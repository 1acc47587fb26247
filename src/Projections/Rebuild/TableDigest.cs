using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>How many rows a table has, and the sum of their hashes, in which their order does not count.</summary>
internal readonly record struct TableDigest(long Rows, decimal Sum)
{
    private const int LengthOfId = 36;

    private static readonly SearchValues<byte> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    /// <summary>The database hashes rows. Only documents come here: to leave out what is sealed in them takes a pattern ten times as long.</summary>
    public static async Task<TableDigest> OfAsync(Table table, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var row = $"hash_record_extended(row({string.Join(", ", table.Compared.Where(column => !column.IsDocument).Select(column => column.Name))}), 0)";
        if (table.Compared.Where(column => column.IsDocument).Select(column => column.Name).ToList() is { Count: > 0 } documents)
            return await Task.Run(() => OfDocuments($"select {row}, {string.Join(", ", documents)} from {table.Name}", documents.Count, connection, cancellation), cancellation);

        await using var command = new NpgsqlCommand($"select count(*), coalesce(sum({row}), 0) from {table.Name}", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt64(0), reader.GetDecimal(1));
    }

    /// <summary>A document without what is sealed in it, which is different each time it is sealed: the <c>data</c> of <c>{"person":"…","data":"…"}</c>. Whose it is stays.</summary>
    internal static int Unsealed(ReadOnlySpan<byte> document, Span<byte> into)
    {
        ReadOnlySpan<byte> person = "\"person\":\""u8, property = ",\"data\":\""u8;
        var (before, written) = (person.Length + LengthOfId + 1, 0);
        while (document.IndexOf(property) is var start and >= 0)
        {
            var length = document[(start + property.Length)..].IndexOfAnyExcept(Base64);
            var end = start + property.Length + length;
            var isSealed = length >= 0 && document[end..].StartsWith("\"}"u8) && start >= before && document[(start - before)..].StartsWith(person);
            var kept = isSealed ? start : start + property.Length;
            document[..kept].CopyTo(into[written..]);
            written += kept;
            document = document[(isSealed ? end + 1 : kept)..];
        }

        document.CopyTo(into[written..]);
        return written + document.Length;
    }

    private static TableDigest OfDocuments(string query, int documents, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (count, sum, scratch) = (0L, 0m, Array.Empty<byte>());
        foreach (var page in CopyOut.Read(connection, query, 1 + documents, cancellation))
        {
            using var rows = page;
            while (rows.Next())
            {
                var row = BinaryPrimitives.ReadInt64BigEndian(rows.Value()!.Value.Span);
                for (var n = 0; n < documents; n++)
                    row = Hash(row, rows.Value().GetValueOrDefault().Span, ref scratch);
                (count, sum) = (count + 1, sum + row);
            }
        }

        return new(count, sum);
    }

    private static long Hash(long row, ReadOnlySpan<byte> document, ref byte[] scratch)
    {
        if (scratch.Length < document.Length)
            scratch = new byte[2 * document.Length];
        return (long)XxHash3.HashToUInt64(scratch.AsSpan(0, Unsealed(document, scratch)), row);
    }
}

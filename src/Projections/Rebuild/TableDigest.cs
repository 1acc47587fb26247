using System.Buffers;
using System.Buffers.Binary;
using EventSourcedOrgs.Proof;
using Npgsql;
using NpgsqlTypes;

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
            return await OfDocumentsAsync($"select {row}, {string.Join(", ", documents)} from {table.Name}", documents.Count, connection, cancellation);

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

    private static async Task<TableDigest> OfDocumentsAsync(string query, int documents, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (rows, sum, scratch) = (0L, 0m, Array.Empty<byte>());
        await using var copy = await connection.BeginBinaryExportAsync($"copy ({query}) to stdout (format binary)", cancellation);
        copy.Timeout = Timeout.InfiniteTimeSpan;
        while (await copy.StartRowAsync(cancellation) >= 0)
        {
            var row = await copy.ReadAsync<long>(NpgsqlDbType.Bigint, cancellation);
            for (var n = 0; n < documents; n++)
                row = Hash(row, copy.IsNull ? null : await copy.ReadAsync<byte[]>(NpgsqlDbType.Json, cancellation), ref scratch);
            (rows, sum) = (rows + 1, sum + row);
        }

        return new(rows, sum);
    }

    private static long Hash(long row, byte[]? document, ref byte[] scratch)
    {
        var size = sizeof(long) + (document?.Length ?? 0);
        if (scratch.Length < size)
            scratch = new byte[2 * size];
        BinaryPrimitives.WriteInt64BigEndian(scratch, row);
        var length = sizeof(long) + Unsealed(document, scratch.AsSpan(sizeof(long)));
        return (long)Digest.OfLeaf(scratch.AsSpan(0, length)).A;
    }
}

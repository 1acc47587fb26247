using System.Buffers;
using System.Buffers.Binary;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Rows as the database copies them out: bytes that are cut into values where they are worked on. For who goes through a whole table; a reader of rows costs more than what is done with them.
/// </summary>
internal static class CopyOut
{
    private const int PageSize = 1 << 18;

    /// <summary>A signature, flags and the length of an extension that there is not.</summary>
    private const int HeaderSize = 19;

    /// <summary>What a query finds, some rows at a time. It is read on one thread that waits for it: to be woken by others for every few rows would cost more than the rows.</summary>
    public static IEnumerable<CopiedRows> Read(NpgsqlConnection connection, string query, int columns, CancellationToken cancellation)
    {
        using var copy = connection.BeginRawBinaryCopy($"copy ({query}) to stdout (format binary)");
        copy.ReadTimeout = Timeout.Infinite;
        copy.ReadExactly(stackalloc byte[HeaderSize]);

        var (bytes, filled, isMore) = (ArrayPool<byte>.Shared.Rent(PageSize), 0, true);
        while (isMore)
        {
            var read = copy.Read(bytes.AsSpan(filled));
            (filled, isMore) = (filled + read, read > 0);
            if (isMore && filled < bytes.Length)
                continue;

            cancellation.ThrowIfCancellationRequested();
            var (page, whole) = (bytes, WholeOf(bytes.AsSpan(0, filled), columns));
            bytes = ArrayPool<byte>.Shared.Rent(Math.Max(PageSize, 2 * (filled - whole)));
            page.AsSpan(whole, filled - whole).CopyTo(bytes);
            filled -= whole;
            yield return new(page, whole);
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>How many of these bytes are whole rows.</summary>
    private static int WholeOf(ReadOnlySpan<byte> bytes, int columns)
    {
        for (var whole = 0; ;)
        {
            var at = whole + sizeof(short);
            for (var column = 0; column < columns; column++)
            {
                if (bytes.Length < at + sizeof(int))
                    return whole;
                at += sizeof(int) + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(bytes[at..]));
            }

            if (bytes.Length < at)
                return whole;
            whole = at;
        }
    }
}

/// <summary>Some rows, value by value; each value only until this is disposed, which gives its memory back.</summary>
internal sealed class CopiedRows(byte[] bytes, int length) : IDisposable
{
    private int at;

    /// <summary>Goes to the next row; false after the last.</summary>
    public bool Next()
    {
        var isMore = at < length;
        at += isMore ? sizeof(short) : 0;
        return isMore;
    }

    /// <summary>The next value of the row; null where it has none.</summary>
    public ReadOnlyMemory<byte>? Value()
    {
        var size = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
        at += sizeof(int);
        if (size < 0)
            return null;

        at += size;
        return bytes.AsMemory(at - size, size);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);
}

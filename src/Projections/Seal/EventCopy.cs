using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Whole events in their order as the database copies them out: bytes that are cut into events where they are worked on. For who goes through a whole history; a reader of rows costs more than what is done with them.
/// </summary>
internal static class EventCopy
{
    private const int PageSize = 1 << 18;

    /// <summary>A signature, flags and the length of an extension that there is not.</summary>
    private const int HeaderSize = 19;

    /// <summary>What a query of <see cref="CopiedEvents.Columns"/> finds. It is read on one thread that waits for it: to be woken by others for every few rows would cost more than the rows.</summary>
    public static IEnumerable<CopiedEvents> Read(NpgsqlDataSource source, string query, CancellationToken cancellation)
    {
        using var connection = source.OpenConnection();
        using var copy = connection.BeginRawBinaryCopy($"copy ({query}) to stdout (format binary)");
        copy.ReadExactly(stackalloc byte[HeaderSize]);

        var (bytes, filled, isMore) = (ArrayPool<byte>.Shared.Rent(PageSize), 0, true);
        while (isMore)
        {
            var read = copy.Read(bytes.AsSpan(filled));
            (filled, isMore) = (filled + read, read > 0);
            if (isMore && filled < bytes.Length)
                continue;

            cancellation.ThrowIfCancellationRequested();
            var (page, whole) = (bytes, CopiedEvents.WholeOf(bytes.AsSpan(0, filled)));
            bytes = ArrayPool<byte>.Shared.Rent(Math.Max(PageSize, 2 * (filled - whole)));
            page.AsSpan(whole, filled - whole).CopyTo(bytes);
            filled -= whole;
            yield return new(page, whole);
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }
}

/// <summary>Some events in the binary form of COPY. Who is done with them gives their memory back.</summary>
internal sealed class CopiedEvents(byte[] bytes, int length) : IDisposable
{
    public const string Columns =
        "seq_id, id, stream_id, version, type, timestamp, data, headers, user_name, correlation_id, causation_id, tenant_id, coalesce(is_archived, false)";

    private const int ColumnCount = 13;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly long Earliest = (DateTimeOffset.MinValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long Latest = (DateTimeOffset.MaxValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The events one after the other; each only until this is disposed.</summary>
    public IEnumerable<SealedEvent> Events
    {
        get
        {
            for (var at = 0; at < length;)
                yield return Next(ref at);
        }
    }

    /// <summary>How many of these bytes are whole rows.</summary>
    public static int WholeOf(ReadOnlySpan<byte> bytes)
    {
        for (var whole = 0; ;)
        {
            var at = whole + sizeof(short);
            for (var column = 0; column < ColumnCount; column++)
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

    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);

    private SealedEvent Next(ref int at)
    {
        at += sizeof(short);
        return new(
            Integer(ref at), new(Field(ref at).Span, bigEndian: true), new(Field(ref at).Span, bigEndian: true), Integer(ref at), Text(ref at)!, Time(ref at), Json(ref at)!.Value, Json(ref at),
            Text(ref at), Text(ref at), Text(ref at), Text(ref at)!, Field(ref at).Span[0] != 0);
    }

    private long Integer(ref int at) => BinaryPrimitives.ReadInt64BigEndian(Field(ref at).Span);

    /// <summary>Stored in microseconds since 2000. What lies beyond the time that can be told, infinity too, is its end.</summary>
    private DateTimeOffset Time(ref int at)
    {
        var microseconds = Integer(ref at);
        return microseconds <= Earliest ? DateTimeOffset.MinValue : microseconds > Latest ? DateTimeOffset.MaxValue : Epoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }

    private string? Text(ref int at) => IsNull(ref at) ? null : Encoding.UTF8.GetString(Field(ref at).Span);

    /// <summary>The number of the format, one byte, comes before the text.</summary>
    private ReadOnlyMemory<byte>? Json(ref int at) => IsNull(ref at) ? null : (ReadOnlyMemory<byte>?)Field(ref at)[1..];

    private bool IsNull(ref int at)
    {
        var isNull = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at)) < 0;
        at += isNull ? sizeof(int) : 0;
        return isNull;
    }

    private ReadOnlyMemory<byte> Field(ref int at)
    {
        var size = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
        var field = bytes.AsMemory(at + sizeof(int), size);
        at += sizeof(int) + size;
        return field;
    }
}

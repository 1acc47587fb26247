using System.Buffers.Binary;
using System.Text;
using EventSourcedOrgs.Proof;

namespace EventSourcedOrgs.Projections;

/// <summary>Some events in the binary form of COPY. Who is done with them gives their memory back.</summary>
internal sealed class CopiedEvents(CopiedRows rows) : IDisposable
{
    public const string Columns =
        "seq_id, id, stream_id, version, type, timestamp, data, headers, user_name, correlation_id, causation_id, tenant_id, coalesce(is_archived, false)";

    public const int ColumnCount = 13;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly long Earliest = (DateTimeOffset.MinValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long Latest = (DateTimeOffset.MaxValue - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The events one after the other, once; each only until this is disposed.</summary>
    public IEnumerable<SealedEvent> Events
    {
        get
        {
            while (rows.Next())
                yield return new(Integer(), Id(), Id(), Integer(), Text()!, Time(), Json()!.Value, Json(), Text(), Text(), Text(), Text()!, rows.Value()!.Value.Span[0] != 0);
        }
    }

    public void Dispose() => rows.Dispose();

    private long Integer() => BinaryPrimitives.ReadInt64BigEndian(rows.Value()!.Value.Span);

    private Guid Id() => new(rows.Value()!.Value.Span, bigEndian: true);

    /// <summary>Stored in microseconds since 2000. What lies beyond the time that can be told, infinity too, is its end.</summary>
    private DateTimeOffset Time()
    {
        var microseconds = Integer();
        return microseconds <= Earliest ? DateTimeOffset.MinValue : microseconds > Latest ? DateTimeOffset.MaxValue : Epoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }

    private string? Text() => rows.Value() is { } text ? Encoding.UTF8.GetString(text.Span) : null;

    /// <summary>The number of the format, one byte, comes before the text.</summary>
    private ReadOnlyMemory<byte>? Json() => rows.Value()?.Slice(1);
}

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>Looks again and again how much of what was allocated is held: the process of the tests is that of the Host.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly long before = GC.GetTotalMemory(forceFullCollection: true);
    private readonly Timer timer;
    private long most;

    public MemoryWatch() => timer = new(_ => Interlocked.Exchange(ref most, Math.Max(Interlocked.Read(ref most), GC.GetGCMemoryInfo().HeapSizeBytes)), null, 0, 10);

    /// <summary>By how much what survived a collection has grown, at most.</summary>
    public long Grown => Math.Max(0, Interlocked.Read(ref most) - before);

    public void Dispose() => timer.Dispose();
}

/// <summary>As many zeros as wanted, which are nowhere.</summary>
internal sealed class Zeros(long size) : Stream
{
    private long left = size;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static async Task<long> Count(Stream zeros)
    {
        var (block, count) = (new byte[64 * 1024], 0L);
        while (await zeros.ReadAsync(block) is > 0 and var read)
        {
            block.AsSpan(0, read).ContainsAnyExcept((byte)0).ShouldBeFalse();
            count += read;
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = (int)Math.Min(left, count);
        Array.Clear(buffer, offset, read);
        left -= read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

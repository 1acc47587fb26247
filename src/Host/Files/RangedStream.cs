namespace EventSourcedOrgs.Host.Files;

/// <summary>A content of known size elsewhere, opened where reading begins: seeking costs nothing until then.</summary>
internal sealed class RangedStream(long size, Func<long, CancellationToken, Task<Stream>> openAt) : Stream
{
    private Stream? open;
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= size || buffer.Length == 0)
            return 0;

        open ??= await openAt(position, cancellationToken);
        var read = await open.ReadAsync(buffer, cancellationToken);
        position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read over a network, and that asynchronously.");

    public override long Seek(long offset, SeekOrigin origin)
    {
        var to = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => position + offset, _ => size + offset };
        if (to != position)
        {
            open?.Dispose();
            open = null;
        }

        return position = to;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("It is for reading.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is for reading.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            open?.Dispose();
        base.Dispose(disposing);
    }
}

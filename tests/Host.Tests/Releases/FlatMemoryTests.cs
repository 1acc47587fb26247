namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>Tests that look at the whole process, and so run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}

/// <summary>Large files take no more memory than small ones.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class FlatMemoryTests
{
    [Fact]
    public async Task Memory_stays_flat_however_large_it_is()
    {
        const long size = 50 * 1024 * 1024;
        var shelf = await Shelf.Empty();
        var release = (await shelf.Prepare("2.1")).Id();
        await shelf.Upload(release, new byte[300_000], "warm-up").Expect(201);

        using var peak = new MemoryWatch();
        using var content = new StreamContent(new Zeros(size), 64 * 1024);
        (await shelf.Upload(release, content).Expect(201))["size"]!.GetValue<long>().ShouldBe(size);
        using var download = await Shelf.Download(shelf.Vendor, release);
        await using var bytes = await download.Content.ReadAsStreamAsync();
        (await Zeros.Count(bytes)).ShouldBe(size);

        peak.Grown.ShouldBeLessThan(size / 2);
    }
}

/// <summary>Looks again and again how much of what was allocated is held: the process of the tests is that of the Host.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly long before = GC.GetTotalMemory(forceFullCollection: true);
    private readonly Timer timer;
    private long most;

    public MemoryWatch() => timer = new(_ => Interlocked.Exchange(ref most, Math.Max(Interlocked.Read(ref most), Held)), null, 0, 10);

    /// <summary>What is in the heap, without the holes that others left in it.</summary>
    private static long Held => GC.GetGCMemoryInfo() is var heap ? heap.HeapSizeBytes - heap.FragmentedBytes : 0;

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

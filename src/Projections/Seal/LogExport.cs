using System.Buffers;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Writes the sealed history as lines that anybody can check with the public key (<see cref="ExportLines"/>).</summary>
public sealed class LogExport(NpgsqlDataSource source, EventRows events)
{
    private readonly SealedLog log = new(source);

    /// <summary>So many events are read at a time.</summary>
    public int AtOnce { get; init; } = 1000;

    /// <summary>
    /// Every event up to the latest checkpoint, and the checkpoints between them where they were signed. What was sealed never changes, so it is read in pages, and nothing of the database is held
    /// while one is written: who takes it may be slow.
    /// </summary>
    /// <returns>How many events were written.</returns>
    public async Task<long> Whole(Stream to, CancellationToken cancellation)
    {
        if (await log.Latest(cancellation) is not { } last)
            return 0;

        var (tiles, lines, bytes) = (new LogTiles(source), new ExportLines(), new ArrayBufferWriter<byte>());
        var (written, position) = (0L, 0L);
        for (var isMore = true; isMore;)
        {
            var page = await events.Read(position, last.Position, AtOnce, cancellation).ToListAsync(cancellation);
            var leaves = await tiles.Leaves(written, written + page.Count, cancellation).ToListAsync(cancellation);
            var checkpoints = new Queue<KeptCheckpoint>(await log.Between(written, written + page.Count, cancellation));
            for (var i = 0; i < page.Count; i++)
            {
                var (index, leaf) = Of(page[i], i < leaves.Count ? leaves[i] : null);
                bytes.Write(lines.Event(page[i], index, leaf, null));
                position = page[i].Position;
                written++;
                if (checkpoints.TryPeek(out var next) && next.Size == written)
                    bytes.Write(lines.Checkpoint(checkpoints.Dequeue().Note));
            }

            await to.WriteAsync(bytes.WrittenMemory, cancellation);
            bytes.ResetWrittenCount();
            isMore = page.Count == AtOnce;
        }

        return written;
    }

    /// <summary>Chosen events with the proof of each, up to the latest checkpoint, which comes last.</summary>
    /// <param name="to">Where the lines go.</param>
    /// <param name="chosen">In the order of their positions.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>How many events were written.</returns>
    public async Task<long> Chosen(Stream to, IAsyncEnumerable<SealedEvent> chosen, CancellationToken cancellation)
    {
        if (await log.Latest(cancellation) is not { } checkpoint)
            return 0;

        var (tiles, lines, written) = (new LogTiles(source), new ExportLines(), 0L);
        var tree = new MerkleTree(checkpoint.Size, tiles.Node);
        await foreach (var e in chosen.WithCancellation(cancellation))
        {
            if (e.Position > checkpoint.Position)
                break;

            var index = await tiles.IndexOf(e.Position, cancellation)
                ?? throw new InvalidDataException($"The log does not hold the event at position {e.Position}. Run 'history verify'.");
            await Write(to, lines.Event(e, index, await tiles.Node(0, index, cancellation), await tree.Inclusion(index, cancellation)), cancellation);
            written++;
        }

        await Write(to, lines.Checkpoint(checkpoint.Note), cancellation);
        return written;
    }

    /// <summary>The place and the hash of an event, as far as the next leaf of the log is its own.</summary>
    private static (long Index, Digest Leaf) Of(SealedEvent e, (long Index, long Position, Digest Leaf)? next) => next switch
    {
        { } leaf when leaf.Position == e.Position => (leaf.Index, leaf.Leaf),
        { } leaf when leaf.Position < e.Position => throw new InvalidDataException($"The event at position {leaf.Position} was sealed and is gone. Run 'history verify'."),
        _ => throw new InvalidDataException($"The log does not hold the event at position {e.Position}. Run 'history verify'."),
    };

    private static ValueTask Write(Stream to, ReadOnlySpan<byte> line, CancellationToken cancellation) => to.WriteAsync(line.ToArray(), cancellation);
}

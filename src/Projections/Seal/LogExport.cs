using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Writes the sealed history as lines that anybody can check with the public key (<see cref="ExportLines"/>).</summary>
public sealed class LogExport(NpgsqlDataSource source, EventRows events)
{
    private readonly SealedLog log = new(source);

    /// <summary>Every event up to the latest checkpoint, and the checkpoints between them where they were signed.</summary>
    /// <returns>How many events were written.</returns>
    public async Task<long> Whole(Stream to, CancellationToken cancellation)
    {
        var (tiles, lines, written) = (new LogTiles(source), new ExportLines(), 0L);
        var checkpoints = new Queue<KeptCheckpoint>(await log.Since(0, int.MaxValue, cancellation));
        if (checkpoints.Count == 0)
            return 0;

        await using var leaves = tiles.Leaves(0, cancellation: cancellation).GetAsyncEnumerator(cancellation);
        await foreach (var e in events.Read(0, checkpoints.Last().Position, cancellation: cancellation))
        {
            if (!await leaves.MoveNextAsync() || leaves.Current.Position > e.Position)
                throw new InvalidDataException($"The log does not hold the event at position {e.Position}. Run 'history verify'.");
            if (leaves.Current.Position < e.Position)
                throw new InvalidDataException($"The event at position {leaves.Current.Position} was sealed and is gone. Run 'history verify'.");

            await Write(to, lines.Event(e, leaves.Current.Index, leaves.Current.Leaf, null), cancellation);
            written++;
            if (checkpoints.Peek().Size == written)
                await Write(to, lines.Checkpoint(checkpoints.Dequeue().Note), cancellation);
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

    private static ValueTask Write(Stream to, ReadOnlySpan<byte> line, CancellationToken cancellation) => to.WriteAsync(line.ToArray(), cancellation);
}

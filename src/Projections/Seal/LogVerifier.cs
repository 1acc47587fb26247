using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What the check of a live log came to.</summary>
/// <param name="Events">How many events were hashed.</param>
/// <param name="Size">How many the log holds.</param>
/// <param name="Unsealed">How many come after its end and wait to be sealed.</param>
/// <param name="Root">The root of the log, base64.</param>
/// <param name="Checkpoints">How many checkpoints were right.</param>
/// <param name="Found">What is wrong, at most a hundred.</param>
/// <param name="Count">How much is wrong.</param>
public sealed record LogCheck(long Events, long Size, long Unsealed, string Root, long Checkpoints, IReadOnlyList<Finding> Found, long Count);

/// <summary>
/// Hashes every event again and compares it with the log, the log with its checkpoints in the database, and those with the ones that were published. It trusts nothing in the database.
/// </summary>
public sealed class LogVerifier(NpgsqlDataSource source, EventRows events)
{
    /// <summary>So many pages are hashed, or wait to be compared, at a time.</summary>
    private const int Ahead = 8;

    /// <param name="keys">The public keys of the log; not from the database.</param>
    /// <param name="folder">Where checkpoints are published; null to go by those of the database alone.</param>
    /// <param name="progress">Is told how many events have been hashed.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<LogCheck> Verify(
        IReadOnlyCollection<LogPublicKey> keys, CheckpointFolder? folder, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var (tiles, nodes) = (new LogTiles(source), new List<(int Level, long Number, Digest Hash)>());
        var audit = new Audit(Completed);
        if (!await tiles.AreThere(cancellation))
        {
            audit.Find(Findings.LogDamaged, 0, "The tables of the sealed log are gone. Run 'migrate' and let a Host seal anew: it signs nothing that is not what was published.");
            return new(0, 0, 0, audit.Root.ToString(), 0, audit.Found, audit.Count);
        }

        foreach (var position in await events.Astray(cancellation))
            audit.Find(Findings.EventAdded, position, $"The event at position {position} was not appended by the store, which never gave that position out.");
        await using var checkpoints = new CheckpointTrail(new(source), folder, keys, audit);
        await checkpoints.Open(cancellation);
        await using var leaves = tiles.Leaves(0, cancellation: cancellation).GetAsyncEnumerator(cancellation);
        var (hasLeaf, seen, unsealed) = (await leaves.MoveNextAsync(), 0L, 0L);

        // Asked after the log, which grows meanwhile; and whoever set the mark back must not hide what was sealed.
        var final = Math.Max(await events.Final(cancellation), (await tiles.End(cancellation)).Position);
        await foreach (var batch in Hashed(final, cancellation))
        {
            foreach (var (position, leaf) in batch)
            {
                for (; hasLeaf && leaves.Current.Position < position; hasLeaf = await leaves.MoveNextAsync())
                    await Sealed(checkpoints, leaves.Current.Position, leaves.Current.Leaf, null);

                if (hasLeaf && leaves.Current.Position == position)
                {
                    await Sealed(checkpoints, position, leaves.Current.Leaf, leaf);
                    hasLeaf = await leaves.MoveNextAsync();
                }
                else if (hasLeaf)
                {
                    audit.Unsealed(position);
                }
                else
                {
                    unsealed++;
                }
            }

            seen += batch.Length;
            progress?.Report(seen);
        }

        for (; hasLeaf; hasLeaf = await leaves.MoveNextAsync())
            await Sealed(checkpoints, leaves.Current.Position, leaves.Current.Leaf, null);

        while (checkpoints.Size is not null)
        {
            foreach (var (checkpoint, place) in await checkpoints.Take(cancellation))
                audit.Find(Findings.LogShortened, audit.Position, $"The {place} is of {checkpoint.Size} events, and the log holds {audit.Size}.");
        }

        foreach (var (leaf, what) in await LogShape.Misfits(source, cancellation))
            audit.Find(Findings.LogDamaged, leaf, what);
        Nodes(audit, nodes, await tiles.Above(cancellation));
        return new(seen, audit.Size, unsealed, audit.Root.ToString(), audit.Checkpoints, audit.Found, audit.Count);

        void Completed(int level, long number, Digest hash)
        {
            if (level % LogTiles.LevelsOfTile == 0)
                nodes.Add((level, number, hash));
        }

        async ValueTask Sealed(CheckpointTrail trail, long position, Digest kept, Digest? computed)
        {
            audit.Leaf(position, kept, computed);
            while (trail.Size <= audit.Size)
            {
                foreach (var (checkpoint, place) in await trail.Take(cancellation))
                    audit.Signed(checkpoint, place);
            }
        }
    }

    /// <summary>One thread reads and does nothing else, tasks hash; the pages come in their order.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the reading is thrown where the pages are taken.")]
    private async IAsyncEnumerable<(long Position, Digest Leaf)[]> Hashed(long final, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pages = Channel.CreateBounded<Task<(long, Digest)[]>>(Ahead);
        var reading = Task.Factory.StartNew(() =>
        {
            try
            {
                foreach (var page in events.Copy(0, final, ended.Token))
                    pages.Writer.WriteAsync(Task.Run(() => Hash(page), CancellationToken.None), ended.Token).AsTask().GetAwaiter().GetResult();
                pages.Writer.Complete();
            }
            catch (Exception wrong)
            {
                pages.Writer.Complete(wrong);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(cancellation))
                yield return await page;
        }
        finally
        {
            await ended.CancelAsync();
            await reading;
        }
    }

    private static (long Position, Digest Leaf)[] Hash(CopiedEvents page)
    {
        using (page)
        {
            var writer = new CanonicalWriter();
            return [.. page.Events.Select(e => (e.Position, e.Seal(writer)))];
        }
    }

    /// <summary>Whether the nodes above the leaves are what the leaves make.</summary>
    private static void Nodes(Audit audit, List<(int Level, long Number, Digest Hash)> nodes, Dictionary<(int, long), Digest[]> tiles)
    {
        foreach (var (level, number, hash) in nodes.OrderBy(node => node.Level))
        {
            var tile = tiles.GetValueOrDefault((level / LogTiles.LevelsOfTile, number / LogTiles.Width), []);
            var offset = (int)(number % LogTiles.Width);
            if (offset >= tile.Length)
                audit.Find(Findings.LogDamaged, number << level, $"The log has no node {number} of level {level}.");
            else if (tile[offset] != hash)
                audit.Find(Findings.LogDamaged, number << level, $"Node {number} of level {level} of the log is not what lies below it.");
        }
    }
}

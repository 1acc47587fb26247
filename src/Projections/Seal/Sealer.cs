using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What a pass of the sealer did.</summary>
/// <param name="Sealed">How many events it added to the log.</param>
/// <param name="Size">How many the log holds.</param>
/// <param name="Checkpoint">The checkpoint it made, if it made one.</param>
/// <param name="IsFull">It took as many as it takes at once: there may be more.</param>
public sealed record SealingPass(long Sealed, long Size, Checkpoint? Checkpoint, bool IsFull = false);

/// <summary>
/// Adds every final event to the log, once, in its order, and signs what the log is. One process seals at a time; which one does not matter.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="events">Its events.</param>
/// <param name="folder">Where checkpoints are published; null to keep them in the database only.</param>
/// <param name="clock">Tells when checkpoints are made.</param>
public sealed class Sealer(NpgsqlDataSource source, EventRows events, CheckpointFolder? folder, TimeProvider clock)
{
    private const long Lock = 0x5EA1;

    private readonly CanonicalWriter writer = new();

    /// <summary>How many events a pass takes at most.</summary>
    public int MostAtOnce { get; init; } = 20_000;

    /// <summary>How many checkpoints that were missed are published at a time; the rest waits for the next.</summary>
    public int MostPublished { get; init; } = 1000;

    /// <summary>Seals what is final. Makes a checkpoint when something is new since the last one and that is old enough.</summary>
    /// <param name="key">Signs.</param>
    /// <param name="between">The least time between two checkpoints.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="InvalidDataException">The log is not the continuation of what was published; the message says how. Nothing is signed then.</exception>
    public async Task<SealingPass> Seal(LogKey key, TimeSpan between, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var alone = new NpgsqlCommand($"select pg_try_advisory_xact_lock({Lock})", connection))
        {
            if (await alone.ExecuteScalarAsync(cancellation) is false)
                return new(0, 0, null);
        }

        await (folder?.Keep(key.Public, cancellation) ?? Task.CompletedTask);
        var tiles = new LogTiles(source);
        var (size, position) = await tiles.End(cancellation);
        var added = await Leaves(position, await events.Final(cancellation), cancellation);
        if (added.Count > 0)
            await tiles.Append(connection, size, added, cancellation);
        await transaction.CommitAsync(cancellation);

        var checkpoint = added.Count < MostAtOnce ? await Sign(key, between, cancellation) : null;
        return new(added.Count, size + added.Count, checkpoint, added.Count == MostAtOnce);
    }

    private async Task<List<(long Position, Digest Leaf)>> Leaves(long after, long final, CancellationToken cancellation)
    {
        var leaves = new List<(long, Digest)>();
        if (final > after)
        {
            await foreach (var e in events.Read(after, final, MostAtOnce, cancellation))
                leaves.Add((e.Position, e.Seal(writer)));
        }

        return leaves;
    }

    private async Task<Checkpoint?> Sign(LogKey key, TimeSpan between, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var alone = new NpgsqlCommand($"select pg_advisory_xact_lock({Lock})", connection))
            await alone.ExecuteNonQueryAsync(cancellation);

        var log = new SealedLog(source);
        var (tiles, last) = (new LogTiles(source), await log.Latest(cancellation));
        var (size, position) = await tiles.End(cancellation);
        var tree = new MerkleTree(size, tiles.Node);
        var published = await PublishMissed(log, key, size, tree, cancellation);

        // A clock that was ahead once has made a checkpoint later than now.
        var now = clock.GetUtcNow();
        if (size == (last?.Size ?? 0) || (now - last?.MadeAt)?.Duration() < between)
            return null;

        await SeeThatContinues(size, tree, published, cancellation);
        await SeeThatContinues(size, tree, last?.Open(key.Public), cancellation);

        var checkpoint = new Checkpoint(key.Name, size, await tree.Root(size, cancellation), position, now);
        var note = checkpoint.Sign(key);
        await using (var keep = new NpgsqlCommand($"insert into {LogTiles.Schema}.checkpoint (size, position, note, made_at) values ($1, $2, $3, $4)", connection))
        {
            keep.Parameters.Add(new NpgsqlParameter<long> { TypedValue = size });
            keep.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
            keep.Parameters.Add(new NpgsqlParameter<string> { TypedValue = note });
            keep.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
            await keep.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        await PublishAlone(connection, log, key, cancellation);
        return checkpoint;
    }

    /// <summary>Publishes what is committed, while no other Host does.</summary>
    private async Task PublishAlone(NpgsqlConnection connection, SealedLog log, LogKey key, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var alone = new NpgsqlCommand($"select pg_advisory_xact_lock({Lock})", connection))
            await alone.ExecuteNonQueryAsync(cancellation);
        var tiles = new LogTiles(source);
        var (size, _) = await tiles.End(cancellation);
        await PublishMissed(log, key, size, new MerkleTree(size, tiles.Node), cancellation);
    }

    /// <summary>
    /// Publishes what was signed while the folder could not be written, and notices a log that has become shorter. Whoever writes the database writes its checkpoints, too:
    /// only what this key signed for this log is published. Answers the last checkpoint that is published.
    /// </summary>
    private async Task<Checkpoint?> PublishMissed(SealedLog log, LogKey key, long size, MerkleTree tree, CancellationToken cancellation)
    {
        if (folder is null)
            return null;

        var published = await folder.Latest(key.Public, cancellation);
        if (published?.Size > size)
            throw new InvalidDataException($"A checkpoint of {published.Size} events is published, and the log holds {size}: the database is older than its proof.");

        var missed = await log.Since(published?.Size ?? 0, MostPublished, cancellation);
        if (missed.Count > 0)
            await SeeThatContinues(size, tree, published, cancellation);
        var right = new List<(string Note, DateTimeOffset Time)>();
        try
        {
            foreach (var checkpoint in missed)
            {
                var signed = checkpoint.Open(key.Public);
                await SeeThatContinues(size, tree, signed, cancellation);
                right.Add((checkpoint.Note, signed.Time));
            }
        }
        finally
        {
            // One that is wrong keeps back what comes after it, and nothing else.
            await folder.Publish(right, cancellation);
        }

        return published;
    }

    /// <summary>A log that was sealed anew has as many events as before, and they are others.</summary>
    private static async Task SeeThatContinues(long size, MerkleTree tree, Checkpoint? signed, CancellationToken cancellation)
    {
        if (signed?.Size > size)
            throw new InvalidDataException($"A checkpoint of {signed.Size} events was signed, and the log holds {size}. Run 'history verify'.");
        if (signed is not null && await tree.Root(signed.Size, cancellation) != signed.Root)
            throw new InvalidDataException($"The first {signed.Size} events of the log are not what was signed. Run 'history verify'.");
    }
}

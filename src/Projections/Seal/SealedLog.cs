using System.Runtime.CompilerServices;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>A checkpoint as it is kept: its text with the signature.</summary>
public sealed record KeptCheckpoint(long Size, long Position, string Note, DateTimeOffset MadeAt)
{
    /// <summary>Whether the columns say the same as the checkpoint that was signed.</summary>
    public bool SaysWhat(Checkpoint signed) => (Size, Position) == (signed.Size, signed.Position);

    /// <summary>What was signed.</summary>
    /// <exception cref="InvalidDataException">It is not what the row says, or not signed with the key.</exception>
    public Checkpoint Open(LogPublicKey key)
    {
        try
        {
            return Checkpoint.Open(Note, key) is var signed && SaysWhat(signed)
                ? signed
                : throw new InvalidDataException($"The checkpoint of {Size} events in the database says otherwise than what was signed. Run 'history verify'.");
        }
        catch (FormatException wrong)
        {
            throw new InvalidDataException($"The checkpoint of {Size} events in the database is not signed by this log. {wrong.Message} Run 'history verify'.", wrong);
        }
    }
}

/// <summary>That an event is in the log of a checkpoint: its place, its leaf hash and the hashes from there to the root.</summary>
public sealed record ProvedInclusion(KeptCheckpoint Checkpoint, long Position, long Index, Digest Leaf, IReadOnlyList<Digest> Hashes);

/// <summary>That the log of one checkpoint is the beginning of that of another.</summary>
public sealed record ProvedConsistency(KeptCheckpoint First, KeptCheckpoint Second, IReadOnlyList<Digest> Hashes);

/// <summary>The questions to the log. Checkpoints are made as long as there is news: whoever wants all of them takes some at a time.</summary>
public sealed class SealedLog(NpgsqlDataSource source)
{
    private const string Columns = "size, position, note, made_at";
    private const int Page = 1000;

    public Task<KeptCheckpoint?> Latest(CancellationToken cancellation) => One("true order by size desc", [], cancellation);

    /// <summary>The checkpoint of exactly so many events.</summary>
    public Task<KeptCheckpoint?> Of(long size, CancellationToken cancellation) => One("size = $1", [size], cancellation);

    /// <summary>The checkpoints of more events than these, the smallest first, not more than so many.</summary>
    public Task<IReadOnlyList<KeptCheckpoint>> Since(long size, int atMost, CancellationToken cancellation) =>
        Many($"size > $1 order by size limit {atMost}", [size], cancellation);

    /// <summary>The checkpoints of more events than these and not more than those, the smallest first.</summary>
    public Task<IReadOnlyList<KeptCheckpoint>> Between(long after, long upTo, CancellationToken cancellation) =>
        Many("size > $1 and size <= $2 order by size", [after, upTo], cancellation);

    /// <summary>Every checkpoint of not more than so many events, the smallest first. They are asked for in pages, and nothing is open in between.</summary>
    internal async IAsyncEnumerable<KeptCheckpoint> UpTo(long size, int atOnce = Page, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var (after, isMore) = (0L, true); isMore;)
        {
            var page = await Since(after, atOnce, cancellation);
            foreach (var checkpoint in page.Where(one => one.Size <= size))
                yield return checkpoint;

            after = page.Count == 0 ? size : page[^1].Size;
            isMore = page.Count == atOnce && after < size;
        }
    }

    /// <summary>Proves that the event at a position (the last one) is in the log of a checkpoint of a given size (the latest); null when it is not.</summary>
    public async Task<ProvedInclusion?> Inclusion(long? position, long? size, CancellationToken cancellation)
    {
        var checkpoint = size is { } given ? await Of(given, cancellation) : await Latest(cancellation);
        var tiles = new LogTiles(source);
        var (at, last) = (position ?? checkpoint?.Position ?? 0, checkpoint?.Position ?? 0);
        if (checkpoint is null || at > last || await tiles.IndexOf(at, cancellation) is not { } index)
            return null;

        return new(checkpoint, at, index, await tiles.Node(0, index, cancellation), await new MerkleTree(checkpoint.Size, tiles.Node).Inclusion(index, cancellation));
    }

    /// <summary>Proves that the log of one checkpoint (the first) begins that of another (the latest); null when one of them is not kept.</summary>
    public async Task<ProvedConsistency?> Consistency(long? first, long? second, CancellationToken cancellation)
    {
        var (before, after) = (first is { } size ? await Of(size, cancellation) : await One("true order by size", [], cancellation), second is { } given ? await Of(given, cancellation) : await Latest(cancellation));
        if (before is null || after is null || before.Size > after.Size)
            return null;

        return new(before, after, await new MerkleTree(after.Size, new LogTiles(source).Node).Consistency(before.Size, cancellation));
    }

    /// <summary>The checkpoints of more events than these that the transaction of a connection sees, the smallest first, not more than so many.</summary>
    public static async Task<IReadOnlyList<KeptCheckpoint>> Kept(NpgsqlConnection connection, long since, int atMost, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from {LogTiles.Schema}.checkpoint where size > $1 order by size limit {atMost}", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = since });
        return await Rows(command, cancellation);
    }

    private async Task<KeptCheckpoint?> One(string condition, long[] values, CancellationToken cancellation) =>
        (await Many($"{condition} limit 1", values, cancellation)) is [var first] ? first : null;

    private async Task<IReadOnlyList<KeptCheckpoint>> Many(string condition, long[] values, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select {Columns} from {LogTiles.Schema}.checkpoint where {condition}");
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        return await Rows(command, cancellation);
    }

    private static async Task<IReadOnlyList<KeptCheckpoint>> Rows(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<KeptCheckpoint>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Row(reader));
        return found;
    }

    private static KeptCheckpoint Row(NpgsqlDataReader reader) =>
        new(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3));
}

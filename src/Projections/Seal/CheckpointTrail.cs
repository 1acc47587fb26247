using EventSourcedOrgs.Proof;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The checkpoints of the database and those of the folder side by side, the smallest first, as they were when it was opened. Both grow without end: a page of those in the database is in
/// memory, and of the folder the days whose checkpoints come next.
/// </summary>
internal sealed class CheckpointTrail : IAsyncDisposable
{
    private readonly SealedLog log;
    private readonly CheckpointFolder? folder;
    private readonly IReadOnlyCollection<LogPublicKey> keys;
    private readonly Audit audit;
    private readonly Queue<PublishedDay> days = new();
    private readonly PriorityQueue<(Checkpoint Checkpoint, string Place), (long Size, int Order)> published = new();
    private long lastPublished;
    private IAsyncEnumerator<KeptCheckpoint>? rows;
    private (Checkpoint Checkpoint, string Place)? kept;

    /// <param name="log">The checkpoints of the database.</param>
    /// <param name="folder">Those that are published; null to go by those of the database alone.</param>
    /// <param name="keys">One of these has signed them.</param>
    /// <param name="audit">Is told of those that are forged or missing.</param>
    public CheckpointTrail(SealedLog log, CheckpointFolder? folder, IReadOnlyCollection<LogPublicKey> keys, Audit audit) =>
        (this.log, this.folder, this.keys, this.audit) = (log, folder, keys, audit);

    /// <summary>Of how many events the next ones are; null behind the last.</summary>
    public long? Size { get; private set; }

    /// <summary>
    /// Goes to the first. A Host keeps a checkpoint in the database first and publishes it then; so the folder is looked at first: what is in it has to be in the database afterwards. What
    /// either gets later is not looked at.
    /// </summary>
    /// <param name="cancellation">Stops it, also while they are taken.</param>
    public async Task Open(CancellationToken cancellation)
    {
        foreach (var day in folder is null ? [] : await folder.Days(keys, cancellation))
        {
            days.Enqueue(day);
            lastPublished = Math.Max(lastPublished, day.Largest);
        }

        var last = (await log.Latest(cancellation))?.Size ?? 0;
        rows = log.UpTo(last, cancellation: cancellation).GetAsyncEnumerator(cancellation);
        kept = await NextKept();
        await Reach(cancellation);
    }

    /// <summary>Takes the next ones, all of one size, that of the database first.</summary>
    public async Task<IReadOnlyList<(Checkpoint Checkpoint, string Place)>> Take(CancellationToken cancellation)
    {
        var (size, taken, isKept) = (Size, new List<(Checkpoint Checkpoint, string Place)>(), kept?.Checkpoint.Size == Size);
        if (kept is { } one && isKept)
        {
            taken.Add(one);
            kept = await NextKept();
        }

        while (published.TryPeek(out var next, out var order) && order.Size == size)
        {
            taken.Add(next);
            published.Dequeue();
            if (!isKept)
                audit.Find(Findings.CheckpointMissing, next.Checkpoint.Position, $"The {next.Place} (of {size} events) is not in the database.");
        }

        if (isKept && taken.Count == 1 && size < lastPublished)
            audit.Find(Findings.CheckpointMissing, 0, $"The checkpoint of {size} events is in the database and was removed from the folder.");
        await Reach(cancellation);
        return taken;
    }

    public ValueTask DisposeAsync() => rows?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Finds out of how many events the next ones are. A day is read when the smallest of its checkpoints may be among them.</summary>
    private async Task Reach(CancellationToken cancellation)
    {
        Size = Least();
        while (days.TryPeek(out var day) && (Size is null || day.Smallest <= Size))
        {
            days.Dequeue();
            foreach (var (place, checkpoint, wrong) in await CheckpointFolder.Of(day, keys, cancellation))
            {
                if (checkpoint is null)
                    audit.Find(Findings.CheckpointForged, 0, $"The {place} is not to be trusted. {wrong}");
                else if (checkpoint.Size >= day.Smallest) // A smaller one has come into the file since.
                    published.Enqueue((checkpoint, place), (checkpoint.Size, published.Count));
            }

            Size = Least();
        }
    }

    private long? Least() => published.TryPeek(out _, out var first) && (kept is null || first.Size < kept.Value.Checkpoint.Size) ? first.Size : kept?.Checkpoint.Size;

    /// <summary>The next one of the database that is genuine. One that says to be of another size than its row has its place elsewhere, and is told.</summary>
    private async Task<(Checkpoint Checkpoint, string Place)?> NextKept()
    {
        while (await rows!.MoveNextAsync())
        {
            var (row, place) = (rows.Current, $"checkpoint of {rows.Current.Size} events in the database");
            try
            {
                var signed = Checkpoint.Open(row.Note, keys);
                if (!row.SaysWhat(signed))
                    audit.Find(Findings.CheckpointForged, row.Position, $"The {place} says otherwise than what was signed.");
                if (signed.Size == row.Size)
                    return (signed, place);
            }
            catch (FormatException wrong)
            {
                audit.Find(Findings.CheckpointForged, row.Position, $"The {place} is not to be trusted. {wrong.Message}");
            }
        }

        return null;
    }
}

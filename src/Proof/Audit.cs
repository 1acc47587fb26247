namespace EventSourcedOrgs.Proof;

/// <summary>What does not fit, where, and what that means.</summary>
/// <param name="Code">One of the codes of <see cref="Findings"/>; stable.</param>
/// <param name="Position">The position of the event, or of the last event before the damage is known to have begun.</param>
/// <param name="Detail">For people.</param>
public sealed record Finding(string Code, long Position, string Detail);

/// <summary>The codes of what an audit can find.</summary>
public static class Findings
{
    /// <summary>An event is not what was sealed at its position.</summary>
    public const string EventAltered = "EVENT_ALTERED";

    /// <summary>An event that was sealed is gone.</summary>
    public const string EventMissing = "EVENT_MISSING";

    /// <summary>An event stands among the sealed ones and was never sealed.</summary>
    public const string EventAdded = "EVENT_ADDED";

    /// <summary>The log itself was altered: its hashes do not make one another.</summary>
    public const string LogDamaged = "LOG_DAMAGED";

    /// <summary>The log has fewer events than a checkpoint says.</summary>
    public const string LogShortened = "LOG_SHORTENED";

    /// <summary>The events are not those that a checkpoint was signed for.</summary>
    public const string CheckpointDiffers = "CHECKPOINT_DIFFERS";

    /// <summary>A checkpoint is not signed by the key of the log, or cannot be read.</summary>
    public const string CheckpointForged = "CHECKPOINT_FORGED";

    /// <summary>A checkpoint is missing in one of the two places where it should be.</summary>
    public const string CheckpointMissing = "CHECKPOINT_MISSING";

    /// <summary>A line of an export cannot be read.</summary>
    public const string LineUnreadable = "LINE_UNREADABLE";
}

/// <summary>
/// Compares events with the hashes that were sealed for them, and the hashes with signed checkpoints. Whoever altered an event and left its hash is found at that event;
/// whoever altered both, between two checkpoints.
/// </summary>
/// <param name="completed">Is told the level, the number and the hash of every node that the sealed hashes make.</param>
public sealed class Audit(Action<int, long, Digest>? completed = null)
{
    private const int MostFindings = 100;

    private readonly List<Finding> findings = [];
    private readonly MerkleRoot root = new() { Completed = completed };
    private (long Size, long Position) good;

    /// <summary>The first hundred.</summary>
    public IReadOnlyList<Finding> Found => findings;

    /// <summary>How many there are in all.</summary>
    public long Count { get; private set; }

    public bool IsClean => Count == 0;

    /// <summary>How many hashes have been seen.</summary>
    public long Size => root.Size;

    /// <summary>The position of the last one.</summary>
    public long Position { get; private set; }

    /// <summary>The root of the hashes.</summary>
    public Digest Root => root.Hash;

    /// <summary>How many checkpoints were right.</summary>
    public long Checkpoints { get; private set; }

    /// <summary>The next sealed hash, and what the event at its position hashes to; null when there is none.</summary>
    public void Leaf(long position, Digest kept, Digest? computed)
    {
        if (position <= Position)
            Find(Findings.LogDamaged, position, $"Position {position} follows position {Position} in the log.");
        if (computed is null)
            Find(Findings.EventMissing, position, $"The event at position {position} was sealed and is gone.");
        else if (computed != kept)
            Find(Findings.EventAltered, position, $"The event at position {position} is not what was sealed.");
        Position = position;
        root.Add(kept);
    }

    /// <summary>An event at or before the end of the log that is not in it.</summary>
    public void Unsealed(long position) => Find(Findings.EventAdded, position, $"The event at position {position} was never sealed and stands among those that were.");

    /// <summary>A checkpoint of as many hashes as have been seen.</summary>
    public void Signed(Checkpoint checkpoint, string place)
    {
        if (checkpoint.Size != Size)
            throw new ArgumentException($"The checkpoint is of {checkpoint.Size} events, not of {Size}.", nameof(checkpoint));

        if (checkpoint.Root == root.Hash && checkpoint.Position == Position)
        {
            (good, Checkpoints) = ((Size, Position), Checkpoints + 1);
            return;
        }

        Find(Findings.CheckpointDiffers, good.Position, good.Size == Size
            ? $"The {place} says otherwise than another checkpoint of as many events."
            : $"The {place} was signed for other events: they were altered between positions {good.Position + 1} and {Position}, together with their hashes.");
    }

    public void Find(string code, long position, string detail)
    {
        Count++;
        if (findings.Count < MostFindings)
            findings.Add(new(code, position, detail));
    }
}

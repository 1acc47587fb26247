using System.Text;
using System.Text.Json;

namespace EventSourcedOrgs.Proof;

/// <summary>
/// The lines of an export (NDJSON). A line is an event with its place and leaf hash, and with its proof when events before it are not in the export:
/// <c>{"index":7,"leaf":"…","proof":["…"],"event":{…}}</c>; or a checkpoint: <c>{"checkpoint":"…"}</c>. The event is written in its canonical form.
/// </summary>
public sealed class ExportLines
{
    private readonly CanonicalWriter content = new();
    private readonly CanonicalWriter line = new();

    /// <summary>The line of an event, with the line break; the bytes are there until the next line is made.</summary>
    public ReadOnlySpan<byte> Event(SealedEvent e, long index, Digest leaf, IReadOnlyList<Digest>? proof)
    {
        e.WriteTo(content);
        line.Clear();
        line.Raw("{\"index\":"u8);
        line.Integer(index);
        line.Raw(",\"leaf\":"u8);
        line.String(leaf.ToString());
        if (proof is not null)
        {
            line.Raw(",\"proof\":["u8);
            for (var i = 0; i < proof.Count; i++)
            {
                line.Raw(i > 0 ? ","u8 : []);
                line.String(proof[i].ToString());
            }

            line.Raw("]"u8);
        }

        line.Raw(",\"event\":"u8);
        line.Raw(content.Written);
        line.Raw("}\n"u8);
        return line.Written;
    }

    /// <summary>A line that is neither, with the line break: what stands beside the history when a whole installation is written. Who checks the history passes over it.</summary>
    public ReadOnlySpan<byte> Other(string name, ReadOnlySpan<byte> json)
    {
        line.Clear();
        line.Raw("{"u8);
        line.String(name);
        line.Raw(":"u8);
        line.Raw(json);
        line.Raw("}\n"u8);
        return line.Written;
    }

    /// <summary>The line of a checkpoint, with the line break.</summary>
    public ReadOnlySpan<byte> Checkpoint(string note)
    {
        line.Clear();
        line.Raw("{\"checkpoint\":"u8);
        line.String(note);
        line.Raw("}\n"u8);
        return line.Written;
    }
}

/// <summary>What the check of an export came to.</summary>
/// <param name="Events">How many it has.</param>
/// <param name="Checkpoints">How many checkpoints were right.</param>
/// <param name="Last">The last checkpoint that was right; what the export is proved against.</param>
/// <param name="Found">What is wrong, at most a hundred.</param>
/// <param name="Count">How much is wrong.</param>
public sealed record ExportCheck(long Events, long Checkpoints, Checkpoint? Last, IReadOnlyList<Finding> Found, long Count)
{
    /// <summary>Every event is proved by a signed checkpoint.</summary>
    public bool IsProved => Count == 0 && (Events == 0 || Last is not null);
}

/// <summary>Checks an export with nothing but public keys: the whole log from its first event, or chosen events with their proofs.</summary>
public sealed class ExportVerifier(params IReadOnlyCollection<LogPublicKey> keys)
{
    private static readonly string[] Others = ["export", "row", "end"];

    /// <summary>Of two members of one name each reader would take another.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly Audit audit = new();
    private readonly CanonicalWriter writer = new();
    private readonly List<(long Index, long Position, Digest Leaf, Digest[] Proof)> proved = [];
    private Checkpoint? last;
    private long events;
    private long plain;
    private long expected;
    private bool isWhole = true;

    public async Task<ExportCheck> Verify(Stream export, CancellationToken cancellation = default)
    {
        using var reader = new StreamReader(export, Encoding.UTF8, leaveOpen: true);
        for (var number = 1L; await reader.ReadLineAsync(cancellation) is { } line; number++)
        {
            try
            {
                using var json = JsonDocument.Parse(line, Strict);
                Line(json.RootElement, number);
            }
            catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
            {
                audit.Find(Findings.LineUnreadable, audit.Position, $"Line {number} cannot be read: {wrong.Message}");
            }
        }

        if (plain + proved.Count is > 0 and var unproved)
            audit.Find(Findings.CheckpointMissing, audit.Position, $"No checkpoint covers the last {unproved} events.");
        return Check();
    }

    /// <summary>What it has come to so far.</summary>
    public ExportCheck Check() => new(events, audit.Checkpoints, last, audit.Found, audit.Count);

    /// <summary>Checks the next line.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public void Line(JsonElement json, long number)
    {
        if (json.TryGetProperty("event", out _) && Others.Append("checkpoint").Any(name => json.TryGetProperty(name, out _)))
            throw new FormatException("It is an event and something else.");
        if (json.TryGetProperty("checkpoint", out var note))
            Signed(Text(note), number);
        else if (!Others.Any(name => json.TryGetProperty(name, out _)))
            Event(json, number);
    }

    private static string Text(JsonElement json) => json.GetString() ?? throw new FormatException("Null stands where a text belongs.");

    private void Event(JsonElement json, long number)
    {
        var (index, e) = (json.GetProperty("index").GetInt64(), json.GetProperty("event"));
        var position = e.GetProperty("position").GetInt64();
        if (!Digest.TryParse(Text(json.GetProperty("leaf")), out var leaf))
            throw new FormatException("The leaf is no hash.");

        writer.Clear();
        writer.Json(Encoding.UTF8.GetBytes(e.GetRawText()));
        var computed = Digest.OfLeaf(writer.Written);
        events++;
        if (json.TryGetProperty("proof", out var proof))
        {
            if (computed != leaf)
                audit.Find(Findings.EventAltered, position, $"Line {number}: the event at position {position} is not what was sealed.");
            proved.Add((index, position, leaf, [.. proof.EnumerateArray().Select(hash => Digest.TryParse(Text(hash), out var one) ? one : throw new FormatException("A proof is no hash."))]));
            return;
        }

        if (index != expected)
        {
            isWhole = false;
            audit.Find(index > expected ? Findings.EventMissing : Findings.LogDamaged, position, index > expected
                ? $"Line {number}: events {expected} to {index - 1} of the log are missing before position {position}."
                : $"Line {number}: event {index} of the log stands where event {expected} belongs.");
        }

        expected = index + 1;
        plain++;
        audit.Leaf(position, leaf, computed);
    }

    /// <summary>Events without proofs are proved by the root of all of them alone, whatever else it proves.</summary>
    private void Signed(string note, long number)
    {
        var (checkpoint, right, wrong) = (Checkpoint.Open(note, keys), audit.Checkpoints, audit.Count);
        if (isWhole && (plain > 0 || proved.Count == 0))
        {
            if (checkpoint.Size == audit.Size)
                audit.Signed(checkpoint, $"checkpoint on line {number}");
            else
                audit.Find(Findings.LogShortened, audit.Position, $"The checkpoint on line {number} is of {checkpoint.Size} events, and {audit.Size} stand before it.");
            plain = audit.Checkpoints > right ? 0 : plain;
        }

        foreach (var (index, position, leaf, proof) in proved)
        {
            if (position > checkpoint.Position || !MerkleProof.Includes(leaf, index, checkpoint.Size, proof, checkpoint.Root))
                audit.Find(Findings.CheckpointDiffers, position, $"The event at position {position} is not in the log of the checkpoint on line {number}.");
        }

        proved.Clear();
        last = audit.Count == wrong ? checkpoint : last;
    }
}

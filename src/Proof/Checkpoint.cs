using System.Globalization;
using System.Text;

namespace EventSourcedOrgs.Proof;

/// <summary>
/// What the log was at a moment, signed: the form of C2SP's tlog-checkpoint, which other tools know. Its lines are the origin, the number of leaves, the root as base64, and
/// two of ours, the position of the last event and the time (UTC); then an empty line and one line for each signature.
/// </summary>
/// <param name="Origin">The log it is of.</param>
/// <param name="Size">The number of leaves.</param>
/// <param name="Root">The root of their tree.</param>
/// <param name="Position">The position of the last event in it; 0 when it has none.</param>
/// <param name="Time">When it was made, UTC, in seconds.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root, long Position, DateTimeOffset Time)
{
    private const string PositionLine = "position ";
    private const string TimeLine = "time ";
    private const string SignatureLine = "— ";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The text that is signed.</summary>
    public string Body => string.Create(
        CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n{PositionLine}{Position}\n{TimeLine}{Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}\n");

    /// <summary>The whole text, with a signature.</summary>
    public string Sign(LogKey key) => $"{Body}\n{SignatureLine}{key.Name} {Convert.ToBase64String([.. key.Public.Hash, .. key.Sign(Encoding.UTF8.GetBytes(Body))])}\n";

    /// <summary>Reads a checkpoint that one of these keys signed.</summary>
    /// <exception cref="FormatException">It is no checkpoint, or no key has signed it; the message says which.</exception>
    public static Checkpoint Open(string note, params IReadOnlyCollection<LogPublicKey> keys)
    {
        var end = note.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0)
            throw new FormatException("It is no checkpoint: it has no signatures.");

        var (body, signatures) = (note[..(end + 1)], note[(end + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        if (!signatures.Any(line => keys.Any(key => IsSignedBy(key, line, body))))
            throw new FormatException("It is not signed with the key of this log.");

        var lines = body.TrimEnd('\n').Split('\n');
        return lines.Length == 5 && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) && Digest.TryParse(lines[2], out var root)
            && lines[3].StartsWith(PositionLine, StringComparison.Ordinal)
            && long.TryParse(lines[3][PositionLine.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            && lines[4].StartsWith(TimeLine, StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(
                lines[4][TimeLine.Length..], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? new(lines[0], size, root, position, time)
                : throw new FormatException("It is no checkpoint of this form.");
    }

    private static bool IsSignedBy(LogPublicKey key, string line, string body)
    {
        if (!line.StartsWith($"{SignatureLine}{key.Name} ", StringComparison.Ordinal))
            return false;

        var bytes = new byte[LogPublicKey.HashSize + LogKey.SignatureSize];
        return Convert.TryFromBase64String(line[(SignatureLine.Length + key.Name.Length + 1)..], bytes, out var written) && written == bytes.Length
            && bytes.AsSpan(0, LogPublicKey.HashSize).SequenceEqual(key.Hash.AsSpan()) && key.Verify(Encoding.UTF8.GetBytes(body), bytes.AsSpan(LogPublicKey.HashSize));
    }
}

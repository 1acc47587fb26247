using System.Globalization;
using System.Text;
using EventSourcedOrgs.Proof;

namespace EventSourcedOrgs.Projections;

/// <summary>A checkpoint as it was found in a folder, and where; what is wrong with it when it cannot be read.</summary>
public sealed record PublishedCheckpoint(string Place, Checkpoint? Checkpoint, string? Wrong);

/// <summary>The file of a day as it was at a moment: how many checkpoints were in it, of how many events the smallest says to be, and of how many the largest that is signed.</summary>
internal sealed record PublishedDay(string File, int Count, long Smallest, long Largest);

/// <summary>
/// Checkpoints outside the database, where who alters it does not reach: one file for each day (UTC), one note after the other, and the public key. Files only grow.
/// Copy the folder, or let it be a mount, to where nobody of the database can write.
/// </summary>
public sealed class CheckpointFolder(string path)
{
    private const string Extension = ".checkpoints";
    private const string KeyFile = "log.pub";

    private readonly Dictionary<string, (Checkpoint? Largest, DateTime Changed, long Length)> known = [];

    public string Path { get; } = path;

    /// <summary>Keeps the public key, unless the folder has one.</summary>
    /// <exception cref="InvalidDataException">It is of another log.</exception>
    public async Task Keep(LogPublicKey key, CancellationToken cancellation)
    {
        var file = System.IO.Path.Combine(Path, KeyFile);
        System.IO.Directory.CreateDirectory(Path);
        if (!File.Exists(file))
            await File.WriteAllTextAsync(file, $"{key}\n", cancellation);
        else if ((await File.ReadAllTextAsync(file, cancellation)).Trim() != key.ToString())
            throw new InvalidDataException($"The folder {Path} holds the checkpoints of another log, or its key was replaced.");
    }

    /// <summary>The text of the public key that the folder has; null without one.</summary>
    public async Task<string?> Key(CancellationToken cancellation)
    {
        var file = System.IO.Path.Combine(Path, KeyFile);
        return File.Exists(file) ? await File.ReadAllTextAsync(file, cancellation) : null;
    }

    /// <summary>
    /// Adds checkpoints in their order, those of one day that follow each other together; they are on the disk when this returns. The rest of one that was cut off while it was written is removed
    /// first.
    /// </summary>
    public async Task Publish(IReadOnlyList<(string Note, DateTimeOffset Time)> checkpoints, CancellationToken cancellation)
    {
        System.IO.Directory.CreateDirectory(Path);
        for (var done = 0; done < checkpoints.Count;)
        {
            var file = FileOf(checkpoints[done].Time);
            List<string> notes = [.. checkpoints.Skip(done).TakeWhile(one => FileOf(one.Time) == file).Select(one => one.Note)];
            await Append(file, notes, cancellation);
            done += notes.Count;
        }
    }

    /// <summary>The largest checkpoint of all that are published, whatever days their files name; null without any.</summary>
    public async Task<Checkpoint?> Latest(LogPublicKey key, CancellationToken cancellation)
    {
        Checkpoint? latest = null;
        foreach (var file in Files())
        {
            // Other Hosts, and whoever reaches the folder, write here, too.
            var info = new FileInfo(file);
            var (changed, length) = (info.LastWriteTimeUtc, info.Length);
            if (!known.TryGetValue(file, out var read) || (read.Changed, read.Length) != (changed, length))
                known[file] = read = (Largest(Notes(await File.ReadAllTextAsync(file, cancellation)), [key]), changed, length);
            if (latest is null || read.Largest?.Size > latest.Size)
                latest = read.Largest;
        }

        return latest;
    }

    /// <summary>All checkpoints in the order in which they were published.</summary>
    public async IAsyncEnumerable<PublishedCheckpoint> All(
        IReadOnlyCollection<LogPublicKey> keys, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var file in Files())
        {
            var number = 0;
            foreach (var note in Notes(await File.ReadAllTextAsync(file, cancellation)))
                yield return Read(note, file, ++number, keys);
        }
    }

    /// <summary>
    /// What there is now, the days of the smallest checkpoints first. The last file is looked at first: whatever was published before a checkpoint that is seen is in the files that are looked
    /// at later.
    /// </summary>
    internal async Task<IReadOnlyList<PublishedDay>> Days(IReadOnlyCollection<LogPublicKey> keys, CancellationToken cancellation)
    {
        var days = new List<PublishedDay>();
        foreach (var file in Files().Reverse())
        {
            if (Notes(await File.ReadAllTextAsync(file, cancellation)) is [_, ..] notes)
                days.Add(new(file, notes.Count, notes.Min(note => SizeOf(note)), Largest(notes, keys)?.Size ?? 0));
        }

        return [.. days.OrderBy(day => day.Smallest)];
    }

    /// <summary>The checkpoints of a day as they were then.</summary>
    internal static async Task<IReadOnlyList<PublishedCheckpoint>> Of(PublishedDay day, IReadOnlyCollection<LogPublicKey> keys, CancellationToken cancellation) =>
        [.. Notes(await File.ReadAllTextAsync(day.File, cancellation)).Take(day.Count).Select((note, index) => Read(note, day.File, index + 1, keys))];

    private static async Task Append(string file, List<string> notes, CancellationToken cancellation)
    {
        await using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1, FileOptions.WriteThrough);
        using var reader = new StreamReader(stream, leaveOpen: true);
        var whole = Notes(await reader.ReadToEndAsync(cancellation));
        stream.SetLength(whole.Sum(before => Encoding.UTF8.GetByteCount(before) + 1));
        stream.Seek(0, SeekOrigin.End);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(notes.Select(note => note + "\n"))), cancellation);
        await stream.FlushAsync(cancellation);
    }

    private static Checkpoint? Largest(List<string> notes, IReadOnlyCollection<LogPublicKey> keys) =>
        notes.OrderByDescending(SizeOf).Select(note => Read(note, "", 0, keys).Checkpoint).FirstOrDefault(checkpoint => checkpoint is not null);

    /// <summary>What a note says of its size, signed or not.</summary>
    private static long SizeOf(string note) => note.Split('\n', 3) is [_, var size, ..] && long.TryParse(size, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static PublishedCheckpoint Read(string note, string file, int number, IReadOnlyCollection<LogPublicKey> keys)
    {
        var place = $"checkpoint {number} of {System.IO.Path.GetFileName(file)}";
        try
        {
            return new(place, Checkpoint.Open(note, keys), null);
        }
        catch (FormatException wrong)
        {
            return new(place, null, wrong.Message);
        }
    }

    /// <summary>A note ends with an empty line behind its signatures; a rest without one was cut off while it was written.</summary>
    private static List<string> Notes(string text)
    {
        var lines = text.Split('\n');
        var (notes, note, isSigned) = (new List<string>(), new StringBuilder(), false);
        foreach (var line in lines)
        {
            if (line.Length == 0 && isSigned)
            {
                notes.Add(note.ToString());
                note.Clear();
                isSigned = false;
                continue;
            }

            isSigned = isSigned || line.StartsWith('—');
            note.Append(line).Append('\n');
        }

        return notes;
    }

    private string FileOf(DateTimeOffset time) => System.IO.Path.Combine(Path, time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + Extension);

    private IEnumerable<string> Files() => System.IO.Directory.Exists(Path)
        ? System.IO.Directory.EnumerateFiles(Path, "*" + Extension).Order(StringComparer.Ordinal)
        : [];
}

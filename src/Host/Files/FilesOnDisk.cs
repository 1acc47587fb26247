using System.Buffers;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Files;

/// <summary>
/// Contents of release files in a folder, each in a file that is named by its id. What arrives is written beside them under another name and gets its own only when all
/// of it is on the disk; what a crash leaves under the other name is dropped later.
/// </summary>
internal sealed class FilesOnDisk(string folder) : IReleaseFiles
{
    private const string Unfinished = ".part";
    private const int BlockSize = 128 * 1024;

    public async Task<Result<ReceivedFile>> Take(Guid content, FileIntake arriving, CancellationToken cancellation)
    {
        var path = PathOf(content);
        var part = path + Unfinished;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            var received = await Write(part, arriving, cancellation);
            if (received.Refusal is null)
                File.Move(part, path);
            return received;
        }
        finally
        {
            File.Delete(part);
        }
    }

    public Task<Stream> Open(Guid content, long size, CancellationToken cancellation) => Task.FromResult<Stream>(new FileStream(
        PathOf(content), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BlockSize, FileOptions.Asynchronous | FileOptions.SequentialScan));

    public Task Delete(Guid content, CancellationToken cancellation)
    {
        if (File.Exists(PathOf(content)))
            File.Delete(PathOf(content));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<(Guid Content, DateTimeOffset Since)> All([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var file in Files("*"))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Guid.TryParseExact(file.Name, "N", out var content))
                yield return (content, file.LastWriteTimeUtc);
        }
    }

    public Task DropUnfinished(DateTimeOffset before, CancellationToken cancellation)
    {
        foreach (var file in Files($"*{Unfinished}").Where(file => file.LastWriteTimeUtc < before))
            file.Delete();
        return Task.CompletedTask;
    }

    public async Task<string?> Noted(CancellationToken cancellation) => File.Exists(PathOfNote) ? await File.ReadAllTextAsync(PathOfNote, cancellation) : null;

    public async Task Note(string text, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var part = PathOfNote + Unfinished;
        await File.WriteAllTextAsync(part, text, cancellation);
        File.Move(part, PathOfNote, overwrite: true);
    }

    private static async Task<Result<ReceivedFile>> Write(string part, FileIntake arriving, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            await using var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            while (await arriving.Fill(block.AsMemory(0, BlockSize), cancellation) is > 0 and var filled)
                await file.WriteAsync(block.AsMemory(0, filled), cancellation);

            var received = arriving.Finish();
            if (received.Refusal is null)
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            return received;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private string PathOfNote => Path.Combine(folder, "history");

    private IEnumerable<FileInfo> Files(string pattern) => Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles(pattern, SearchOption.AllDirectories) : [];

    /// <summary>256 folders, told apart by the end of the id: its beginning is the time, and the same for all of a day.</summary>
    private string PathOf(Guid content)
    {
        var name = content.ToString("N");
        return Path.Combine(folder, name[^2..], name);
    }
}

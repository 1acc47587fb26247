using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>
/// Where the contents of release files are kept, each under an id of its own that is never used twice, so that nothing is ever overwritten and no name that somebody
/// chose becomes a path. What was taken is there for good; what was not taken leaves nothing.
/// </summary>
public interface IReleaseFiles
{
    /// <summary>Takes everything that arrives, or nothing of it: what is too large, broken off or not what was announced is dropped.</summary>
    Task<Result<ReceivedFile>> Take(Guid content, FileIntake arriving, CancellationToken cancellation);

    /// <summary>The content, of which any part can be read without what is before it.</summary>
    Task<Stream> Open(Guid content, long size, CancellationToken cancellation);

    Task Delete(Guid content, CancellationToken cancellation);

    /// <summary>Everything that is kept, and since when (UTC).</summary>
    IAsyncEnumerable<(Guid Content, DateTimeOffset Since)> All(CancellationToken cancellation);

    /// <summary>Drops what was begun before a moment (UTC) and never taken: the Host that received it is gone.</summary>
    Task DropUnfinished(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>What was noted beside the contents last; null before anything was.</summary>
    Task<string?> Noted(CancellationToken cancellation);

    /// <summary>Notes something in place of what was noted before.</summary>
    Task Note(string text, CancellationToken cancellation);
}

/// <summary>What arrived: its size and its checksums, hexadecimal.</summary>
public sealed record ReceivedFile(long Size, string Md5, string Sha256);

/// <summary>Checksums that a client announced, hexadecimal; what is null is not compared.</summary>
public sealed record AnnouncedChecksums(string? Md5, string? Sha256);

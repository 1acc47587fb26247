using System.Security.Cryptography;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>A file on its way in: read block by block into memory that the reader brings, counted and hashed in passing. Never more than one block is held.</summary>
public sealed class FileIntake(Stream source, long most, AnnouncedChecksums announced) : IDisposable
{
    // MD5 is what the contract calls the checksum; what we vouch for is the SHA-256.
    private readonly IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long size;

    /// <summary>Fills the block as far as there is something to come, and tells how far; 0 at the end, or once it is too much.</summary>
    public async Task<int> Fill(Memory<byte> block, CancellationToken cancellation)
    {
        var filled = await source.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellation);
        size += filled;
        if (size > most)
            return 0;

        md5.AppendData(block.Span[..filled]);
        sha256.AppendData(block.Span[..filled]);
        return filled;
    }

    /// <summary>What arrived, once <see cref="Fill"/> told the end; or why it is not taken.</summary>
    public Result<ReceivedFile> Finish()
    {
        if (size > most)
            return Refusal.ReleaseFileTooLarge(most);

        var received = new ReceivedFile(size, Convert.ToHexStringLower(md5.GetHashAndReset()), Convert.ToHexStringLower(sha256.GetHashAndReset()));
        return Differs(announced.Md5, received.Md5) ? Refusal.ChecksumMismatch("MD5")
            : Differs(announced.Sha256, received.Sha256) ? Refusal.ChecksumMismatch("SHA-256")
            : received;
    }

    public void Dispose()
    {
        md5.Dispose();
        sha256.Dispose();
    }

    private static bool Differs(string? announced, string received) => announced is not null && !announced.Equals(received, StringComparison.OrdinalIgnoreCase);
}

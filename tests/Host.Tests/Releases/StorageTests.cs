using System.Security.Cryptography;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Files;
using EventSourcedOrgs.Host.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>Where contents are kept: in a folder, and in a storage that speaks S3.</summary>
public sealed class StorageTests
{
    /// <summary>Three parts, the last of them short.</summary>
    private static readonly byte[] Large = RandomNumberGenerator.GetBytes((2 * 16 * 1024 * 1024) + 4711);

    private static FileIntake Arriving(Stream bytes, long most = long.MaxValue, string? sha256 = null) => new(bytes, most, new(null, sha256));

    [Fact]
    public async Task Housekeeping_drops_what_a_crash_left_and_what_no_release_names()
    {
        await using var host = await TestHost.StartAsync();
        var shelf = await Shelf.Empty(host);
        var release = await shelf.Prepare("2.1");
        await shelf.Upload(release.Id(), "first"u8.ToArray()).Expect(201);
        await shelf.Upload(release.Id(), "second"u8.ToArray()).Expect(201);
        var folder = Path.GetDirectoryName(Shelf.Kept(host)[0])!;
        string Name() => $"{Guid.NewGuid():N}"[..30] + Path.GetFileName(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{Name()}.part"), "half of");
        await File.WriteAllTextAsync(Path.Combine(folder, Name()), "taken and never recorded");
        var housekeeping = host.Services.GetRequiredService<Housekeeping>();

        await housekeeping.Work(CancellationToken.None);
        Shelf.Kept(host).Count.ShouldBe(4, "what is young may be just about to be named");

        foreach (var file in Shelf.Kept(host))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow - UnnamedFiles.Kept - TimeSpan.FromMinutes(1));
        await housekeeping.Work(CancellationToken.None);
        (await File.ReadAllTextAsync(Shelf.Kept(host).ShouldHaveSingleItem())).ShouldBe("second");

        await shelf.Vendor.Delete($"/v3/releases/{release.Id()}").Expect(204);
        await housekeeping.Work(CancellationToken.None);
        Shelf.Kept(host).ShouldBeEmpty();
    }

    [Fact]
    public async Task Contents_of_another_history_are_never_dropped()
    {
        await using var host = await TestHost.StartAsync();
        var shelf = await Shelf.Empty(host);
        var release = await shelf.Prepare("2.1");
        await shelf.Upload(release.Id(), "of the other"u8.ToArray()).Expect(201);
        var housekeeping = host.Services.GetRequiredService<Housekeeping>();
        await housekeeping.Work(CancellationToken.None);

        var kept = Shelf.Kept(host).ShouldHaveSingleItem();
        var note = Path.Combine(Path.GetDirectoryName(kept)!, "..", "history");
        var own = await File.ReadAllTextAsync(note);
        await shelf.Vendor.Delete($"/v3/releases/{release.Id()}").Expect(204);
        File.SetLastWriteTimeUtc(kept, DateTime.UtcNow - UnnamedFiles.Kept - TimeSpan.FromMinutes(1));
        foreach (var foreign in (string[])[$"{own.Split(' ')[0]} {Guid.NewGuid()}", $"999999999 {own.Split(' ')[1]}", "nonsense"])
        {
            await File.WriteAllTextAsync(note, foreign);
            await housekeeping.Work(CancellationToken.None);
            File.Exists(kept).ShouldBeTrue(foreign);
        }

        await File.WriteAllTextAsync(note, own);
        await housekeeping.Work(CancellationToken.None);
        File.Exists(kept).ShouldBeFalse();
    }

    [Fact]
    public async Task A_bucket_keeps_large_and_small_and_nothing_by_halves()
    {
        await using var bucket = await BucketServer.Start();
        using var client = bucket.Client();
        var files = new FilesInS3(client, BucketServer.Bucket, "files/");
        var (large, small, broken) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());

        (await files.Take(large, Arriving(new MemoryStream(Large)), default)).Value!.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Large)));
        (await files.Take(small, Arriving(new MemoryStream("small"u8.ToArray())), default)).Value!.Size.ShouldBe(5);
        bucket.Objects[$"files/{large:N}"].AsSpan().SequenceEqual(Large).ShouldBeTrue();
        bucket.Requests.Count(request => request.Contains("partNumber", StringComparison.Ordinal)).ShouldBe(3);

        (await files.Take(broken, Arriving(new MemoryStream(Large), most: Large.Length - 1), default)).Refusal!.Code.ShouldBe("RELEASE_FILE_TOO_LARGE");
        (await files.Take(broken, Arriving(new MemoryStream(Large), sha256: "00"), default)).Refusal.ShouldBe(Refusal.ChecksumMismatch("SHA-256"));
        (await files.Take(broken, Arriving(new MemoryStream("small"u8.ToArray()), sha256: "00"), default)).Refusal.ShouldBe(Refusal.ChecksumMismatch("SHA-256"));
        await Should.ThrowAsync<EndOfStreamException>(() => files.Take(broken, Arriving(new BrokenOff(Large)), default));
        (bucket.Objects.Count, bucket.Uploads.Count).ShouldBe((2, 0));
        (await files.Noted(default)).ShouldBeNull();
        await files.Note("7 seven", default);
        (await files.Noted(default)).ShouldBe("7 seven");

        await using var read = await files.Open(large, Large.Length, default);
        read.Seek(Large.Length - 100, SeekOrigin.Begin);
        var end = new byte[100];
        await read.ReadExactlyAsync(end);
        end.ShouldBe(Large[^100..]);

        bucket.Uploads["forgotten"] = new();
        await files.DropUnfinished(DateTimeOffset.UtcNow, default);
        bucket.Uploads.ShouldBeEmpty();
        (await files.All(default).Select(kept => kept.Content).ToListAsync()).ShouldBe([large, small], ignoreOrder: true);
        await files.Delete(small, default);
        bucket.Objects.Keys.ShouldBe([$"files/{large:N}", "files/history"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_whole_Host_works_on_a_bucket()
    {
        await using var bucket = await BucketServer.Start();
        using var client = bucket.Client();
        await using var host = await TestHost.StartAsync(services => services.AddSingleton<IReleaseFiles>(new FilesInS3(client, BucketServer.Bucket, "")));
        var shelf = await Shelf.Empty(host);
        var release = await shelf.Prepare("2.1");

        await shelf.Upload(release.Id(), Large).Expect(201);
        using var part = await Shelf.DownloadPart(shelf.Vendor, release.Id(), new(20_000_000, 20_000_099));
        (await part.Content.ReadAsByteArrayAsync()).ShouldBe(Large[20_000_000..20_000_100]);
        using var whole = await Shelf.Download(shelf.Vendor, release.Id());
        (await whole.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(Large).ShouldBeTrue();

        await bucket.DisposeAsync();
        await shelf.Upload(release.Id(), "small"u8.ToArray(), "other").ExpectProblem(503, "UNAVAILABLE");
        await Shelf.Download(shelf.Vendor, release.Id()).ExpectProblem(503, "UNAVAILABLE");
    }

    /// <summary>A connection that ends in the middle.</summary>
    private sealed class BrokenOff(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position > Length / 2 ? throw new EndOfStreamException() : base.ReadAsync(buffer[..Math.Min(buffer.Length, 100_000)], cancellationToken);
    }
}

using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Files;

/// <summary>
/// Contents of release files as objects of a bucket, in any storage that speaks S3. What arrives goes on in parts of one block, so that neither its size need be known
/// nor more of it be held; it becomes an object only when all parts are there.
/// </summary>
internal sealed class FilesInS3(IAmazonS3 s3, string bucket, string prefix) : IReleaseFiles
{
    /// <summary>No part but the last may be smaller than 5 MiB, and there are 10,000 at most: 160 GiB.</summary>
    private const int PartSize = 16 * 1024 * 1024;

    public async Task<Result<ReceivedFile>> Take(Guid content, FileIntake arriving, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent(PartSize);
        try
        {
            var filled = await arriving.Fill(block.AsMemory(0, PartSize), cancellation);
            return filled < PartSize ? await TakeWhole(content, block, filled, arriving, cancellation) : await TakeInParts(content, block, arriving, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    public Task<Stream> Open(Guid content, long size, CancellationToken cancellation) => Task.FromResult<Stream>(new RangedStream(size, async (from, stop) =>
    {
        var answer = await s3.GetObjectAsync(
            new GetObjectRequest { BucketName = bucket, Key = KeyOf(content), ByteRange = from > 0 ? new ByteRange(from, size - 1) : null }, stop);
        return answer.ResponseStream;
    }));

    public Task Delete(Guid content, CancellationToken cancellation) => s3.DeleteObjectAsync(bucket, KeyOf(content), cancellation);

    public async IAsyncEnumerable<(Guid Content, DateTimeOffset Since)> All([EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await s3.ListObjectsV2Async(request, cancellation);
            foreach (var item in page.S3Objects ?? [])
            {
                if (Guid.TryParseExact(item.Key[prefix.Length..], "N", out var content) && item.LastModified is { } since)
                    yield return (content, since.ToUniversalTime());
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task DropUnfinished(DateTimeOffset before, CancellationToken cancellation)
    {
        var uploads = await s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket, Prefix = prefix }, cancellation);
        foreach (var upload in (uploads.MultipartUploads ?? []).Where(upload => upload.Initiated is { } begun && begun.ToUniversalTime() < before))
            await Abort(upload.Key, upload.UploadId, cancellation);
    }

    public async Task<string?> Noted(CancellationToken cancellation)
    {
        try
        {
            using var answer = await s3.GetObjectAsync(bucket, KeyOfNote, cancellation);
            using var reader = new StreamReader(answer.ResponseStream);
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (AmazonS3Exception none) when (none.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task Note(string text, CancellationToken cancellation) => s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = KeyOfNote, ContentBody = text }, cancellation);

    private async Task<Result<ReceivedFile>> TakeWhole(Guid content, byte[] block, int filled, FileIntake arriving, CancellationToken cancellation)
    {
        var received = arriving.Finish();
        if (received.Refusal is not null)
            return received;

        using var body = new MemoryStream(block, 0, filled, writable: false);
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = KeyOf(content), InputStream = body, AutoCloseStream = false }, cancellation);
        return received;
    }

    private async Task<Result<ReceivedFile>> TakeInParts(Guid content, byte[] block, FileIntake arriving, CancellationToken cancellation)
    {
        var key = KeyOf(content);
        var upload = (await s3.InitiateMultipartUploadAsync(bucket, key, cancellation)).UploadId;
        var taken = false;
        try
        {
            var parts = new List<PartETag>();
            for (var filled = PartSize; filled > 0; filled = await arriving.Fill(block.AsMemory(0, PartSize), cancellation))
                parts.Add(await Send(key, upload, parts.Count + 1, block, filled, cancellation));

            var received = arriving.Finish();
            if (received.Refusal is not null)
                return received;

            await s3.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload, PartETags = parts }, cancellation);
            taken = true;
            return received;
        }
        finally
        {
            if (!taken)
                await Abort(key, upload, CancellationToken.None);
        }
    }

    private async Task<PartETag> Send(string key, string upload, int number, byte[] block, int filled, CancellationToken cancellation)
    {
        using var body = new MemoryStream(block, 0, filled, writable: false);
        var sent = await s3.UploadPartAsync(
            new UploadPartRequest { BucketName = bucket, Key = key, UploadId = upload, PartNumber = number, InputStream = body, PartSize = filled }, cancellation);
        return new(number, sent.ETag);
    }

    private async Task Abort(string key, string upload, CancellationToken cancellation)
    {
        try
        {
            await s3.AbortMultipartUploadAsync(bucket, key, upload, cancellation);
        }
        catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            // Somebody else dropped it: what was wanted is so.
        }
    }

    private string KeyOfNote => $"{prefix}history";

    private string KeyOf(Guid content) => $"{prefix}{content:N}";
}

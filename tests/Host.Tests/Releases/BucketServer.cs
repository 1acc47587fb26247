using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>A storage that speaks as much S3 as is needed, over real HTTP: it takes signed requests only, keeps objects, and parts until they become one.</summary>
internal sealed partial class BucketServer : IAsyncDisposable
{
    public const string Bucket = "releases";
    public const string AccessKey = "AKIDTEST";

    private readonly WebApplication app;

    private BucketServer(WebApplication app) => this.app = app;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>Uploads in parts that are neither complete nor aborted.</summary>
    public ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> Uploads { get; } = new();

    public ConcurrentBag<string> Requests { get; } = [];

    public string Address => app.Urls.First();

    public static async Task<BucketServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new BucketServer(app);
        app.Run(server.Answer);
        await app.StartAsync();
        return server;
    }

    public AmazonS3Client Client() => new(AccessKey, "secret", new AmazonS3Config
    {
        ServiceURL = Address, ForcePathStyle = true, AuthenticationRegion = "eu-test-1",
        RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = Amazon.Runtime.ResponseChecksumValidation.WHEN_REQUIRED,
    });

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task Answer(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        if (!Signed().IsMatch(request.Headers.Authorization.ToString()))
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        Requests.Add($"{request.Method} {request.QueryString}");
        var key = request.Path.Value!.Split('/', 3) is [_, _, var name] ? name : "";
        var upload = request.Query["uploadId"].ToString();
        switch (request.Method)
        {
            case "PUT" when upload.Length > 0:
                Uploads[upload][int.Parse(request.Query["partNumber"]!, CultureInfo.InvariantCulture)] = await Body(request);
                response.Headers.ETag = $"\"{request.Query["partNumber"]}\"";
                break;
            case "PUT":
                Objects[key] = await Body(request);
                response.Headers.ETag = "\"whole\"";
                break;
            case "POST" when request.Query.ContainsKey("uploads"):
                var begun = Guid.NewGuid().ToString("N");
                Uploads[begun] = new();
                await Xml(response, $"<InitiateMultipartUploadResult><Bucket>{Bucket}</Bucket><Key>{key}</Key><UploadId>{begun}</UploadId></InitiateMultipartUploadResult>");
                break;
            case "POST":
                Uploads.TryRemove(upload, out var parts);
                Objects[key] = [.. parts!.OrderBy(part => part.Key).SelectMany(part => part.Value)];
                await Xml(response, $"<CompleteMultipartUploadResult><Bucket>{Bucket}</Bucket><Key>{key}</Key><ETag>\"done\"</ETag></CompleteMultipartUploadResult>");
                break;
            case "DELETE" when upload.Length > 0:
                Uploads.TryRemove(upload, out _);
                response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "DELETE":
                Objects.TryRemove(key, out _);
                response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "GET" when request.Query.ContainsKey("uploads"):
                await Xml(response, $"<ListMultipartUploadsResult>{string.Concat(Uploads.Keys.Select(id =>
                    $"<Upload><Key>k</Key><UploadId>{id}</UploadId><Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>"))}</ListMultipartUploadsResult>");
                break;
            case "GET" when key.Length == 0:
                await Xml(response, $"<ListBucketResult><IsTruncated>false</IsTruncated>{string.Concat(Objects.Keys.Select(name =>
                    $"<Contents><Key>{name}</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>"))}</ListBucketResult>");
                break;
            case "GET" when !Objects.ContainsKey(key):
                response.StatusCode = StatusCodes.Status404NotFound;
                break;
            default:
                var from = request.GetTypedHeaders().Range is { } range ? (int)range.Ranges.Single().From! : 0;
                response.StatusCode = from > 0 ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
                await response.Body.WriteAsync(Objects[key].AsMemory(from));
                break;
        }
    }

    private static Task Xml(HttpResponse response, string xml)
    {
        response.ContentType = "application/xml";
        return response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml}");
    }

    /// <summary>The body, out of its signed chunks where it comes in such.</summary>
    private static async Task<byte[]> Body(HttpRequest request)
    {
        using var all = new MemoryStream();
        await request.Body.CopyToAsync(all);
        var bytes = all.ToArray();
        if (!request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal))
            return bytes;

        var (body, at) = (new List<byte>(), 0);
        while (true)
        {
            var line = Array.IndexOf(bytes, (byte)'\r', at);
            var size = int.Parse(System.Text.Encoding.ASCII.GetString(bytes, at, line - at).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return [.. body];
            body.AddRange(bytes.AsSpan(line + 2, size));
            at = line + 2 + size + 2;
        }
    }

    [GeneratedRegex(@"^AWS4-HMAC-SHA256 Credential=AKIDTEST/\d{8}/eu-test-1/s3/aws4_request, ?SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}$")]
    private static partial Regex Signed();
}

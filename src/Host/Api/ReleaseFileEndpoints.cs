using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The files of releases: as entries, and at <c>/v3/{releaseId}/{fileName}</c> as bytes that come and go as they are, never held as a whole.</summary>
internal static class ReleaseFileEndpoints
{
    private const string Address = "/{releaseId:guid}/{fileName}";
    private const string Part = "file";
    private const string Form = "multipart/form-data";
    private const string Bytes = "application/octet-stream";

    /// <summary>What multipart adds around a file.</summary>
    private const int Wrapping = 64 * 1024;

    public static void MapReleaseFiles(this Routes routes)
    {
        var files = routes.MapGroup("/release-files").WithTags("Release files");

        files.MapPost("", (NewReleaseFile body, HttpContext http) =>
                http.Send(body.ToCommand(), ReleaseWires.Of(http).Release, StatusCodes.Status201Created, r => $"/v3/releases/{r.Id}"))
            .WithSummary("Give a release a file that lies at an address elsewhere; the answer is the release").Produces<WireRelease>(StatusCodes.Status201Created);

        files.MapGet("", Task<IResult> (HttpContext http) => http.List(ReleaseFileList.Listing, request => new ListReleaseFiles(request), ReleaseWires.Of(http).Entries))
            .WithList(ReleaseFileList.Listing).WithSummary("List the files of all releases").Produces<IReadOnlyList<WireReleaseFile>>();

        files.MapGet("/{releaseFileId}", (ReleaseFileId releaseFileId, HttpContext http) => http.Ask(new GetReleaseFile(releaseFileId), ReleaseWires.Of(http).File))
            .WithSummary("Get the entry of a file").OfNow().Produces<WireReleaseFile>();

        files.MapDelete("/{releaseFileId}", (ReleaseFileId releaseFileId, HttpContext http) => http.Send(new RemoveReleaseFile(releaseFileId)))
            .WithSummary("Remove a file from a release that is not published").Produces(StatusCodes.Status204NoContent);

        routes.MapPut(Address, Upload).WithTags("Release files").WithName("uploadReleaseFile").WithSummary("Upload a file of a release that is not published")
            .WithDescription("The bytes are the body, or the part `file` of multipart/form-data. A file of the same name is replaced. `checksum` (MD5) and `sha256`, both hexadecimal, "
                + "are compared with what arrived, and nothing is kept when they differ.")
            .Accepts<IFormFile>(Bytes, Form, "*/*").Produces<WireReleaseFile>(StatusCodes.Status201Created);

        routes.MapGet(Address, Download).WithTags("Release files").WithName("downloadReleaseFile").WithSummary("Download a file of a release")
            .WithDescription("A secured file wants the `key` of a license that entitles to the release, or the token of a user who may use one. Ranges are understood.")
            .OfNow().AllowAnonymous().Produces<Stream>(StatusCodes.Status200OK, Bytes).Produces<Stream>(StatusCodes.Status206PartialContent, Bytes)
            .Produces(StatusCodes.Status302Found);
        routes.MapHead(Address, Download).OfNow().AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> Upload(
        ReleaseId releaseId, string fileName, HttpContext http, IReleaseFiles files, ReleaseFileLimits limits, bool secured = true, string? checksum = null, string? sha256 = null)
    {
        var expected = await http.RequestServices.GetRequiredService<IMediator>().Send(new ExpectReleaseFile(releaseId, fileName), http.RequestAborted);
        if (expected.Refusal is { } refused)
            return refused.AsHttp();
        if ((Wrong(checksum, 32, nameof(checksum)) ?? Wrong(sha256, 64, nameof(sha256))) is { } unreadable)
            return unreadable.AsHttp();
        if (http.Request.ContentLength > limits.MostBytes + Wrapping)
            return Refusal.ReleaseFileTooLarge(limits.MostBytes).AsHttp();
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        if (await BodyOf(http) is not { } body)
            return Refusal.ReleaseFileMissing.AsHttp();

        var content = Guid.CreateVersion7();
        using var arriving = new FileIntake(body, limits.MostBytes, new(checksum, sha256));
        var received = await files.Take(content, arriving, http.RequestAborted);
        return received.Refusal is { } refusal ? refusal.AsHttp() : await Record(http, files, releaseId, fileName, secured, content, received.Value!);
    }

    private static Refusal? Wrong(string? checksum, int length, string parameter) =>
        checksum is null || (checksum.Length == length && checksum.All(char.IsAsciiHexDigit)) ? null
        : Refusal.Validation($"?{parameter}", $"'{parameter}' has {length} hexadecimal digits.");

    /// <summary>Records what was taken. Whatever it comes to, a content that no release names for certain is dropped; a doubtful one is found later.</summary>
    private static async Task<IResult> Record(
        HttpContext http, IReleaseFiles files, ReleaseId release, string name, bool secured, Guid content, ReceivedFile received)
    {
        var (named, wires) = (false, ReleaseWires.Of(http));
        var file = new ReleaseFile(Id.New<ReleaseFileId>(), name, received.Size, received.Md5, received.Sha256, secured, content, Url: null);
        var answer = await http.Send(new AddReleaseFile(release, file), (after, store, cancellation) =>
        {
            var held = after.FileNamed(name)!;
            named = held.File.Content == content;
            return wires.File(new(after, held), store, cancellation);
        }, StatusCodes.Status201Created, after => $"/v3/release-files/{after.FileNamed(name)!.File.Id}");
        if (!named)
            await files.Delete(content, CancellationToken.None);
        return answer;
    }

    /// <summary>The body, or the part of it that is the file.</summary>
    private static async Task<Stream?> BodyOf(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase))
            return http.Request.Body;
        if (HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 256 } boundary)
            return null;

        var reader = new MultipartReader(boundary.ToString(), http.Request.Body);
        while (await reader.ReadNextSectionAsync(http.RequestAborted) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } disposition && (disposition.IsFileDisposition() || disposition.Name == Part))
                return section.Body;
        }

        return null;
    }

    private static async Task<IResult> Download(
        ReleaseId releaseId, string fileName, HttpContext http, IMediator mediator, IReleaseFiles files, ReleaseDownloads downloads, string? key = null)
    {
        var found = await mediator.Send(new DownloadReleaseFile(releaseId, fileName, key), http.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal.AsHttp();

        var (file, since) = (found.Value!.Held.File, found.Value.Held.UpdatedAt);
        if (IsFromTheBeginning(http.Request))
            await downloads.Count(file.Id, http.RequestAborted);
        return file.Url is { } elsewhere ? Results.Redirect(elsewhere)
            : Results.Stream(
                await files.Open(file.Content!.Value, file.Size, http.RequestAborted), Bytes, file.Name, since, new EntityTagHeaderValue($"\"{file.Sha256}\""),
                enableRangeProcessing: true);
    }

    /// <summary>Parts of a download that goes on, and looks at what there is, are no more downloads.</summary>
    private static bool IsFromTheBeginning(HttpRequest request) => HttpMethods.IsGet(request.Method)
        && (request.GetTypedHeaders().Range is not { } range || range.Ranges.Any(part => part.From is 0));
}

using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>Files on their way from the service to the browser, as they come.</summary>
internal static class Downloads
{
    private static readonly string[] Kept = ["Content-Type", "Content-Length", "Content-Disposition", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified"];

    public static void MapDownloads(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/portal/download/{releaseId:guid}/{fileName}", [ForEverybody] (Guid releaseId, string fileName, HttpContext http, ApiClient api) =>
            Pass(http, api, Contract.DownloadReleaseFile(releaseId, fileName), fileName));

    /// <summary>Hands on what a question answers, under a name to keep it by.</summary>
    public static async Task Pass<T>(HttpContext http, ApiClient api, Call<T> call, string fileName)
    {
        using var answer = await api.Open(call, request =>
        {
            if (http.Request.Headers.Range is [{ } range])
                request.Headers.TryAddWithoutValidation("Range", range);
            if (http.Request.Headers.IfRange is [{ } ifRange])
                request.Headers.TryAddWithoutValidation("If-Range", ifRange);
        });
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => Kept.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
            http.Response.Headers[name] = values.ToArray();
        if (!http.Response.Headers.ContainsKey("Content-Disposition"))
            http.Response.Headers.ContentDisposition = CsvExport.Attachment(fileName);
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}

using System.Globalization;
using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>Changes as they happen (server-sent events), for pages that are open, after the position that the page shows: the script asks for the page again and puts the live parts of it into place.</summary>
internal static class Live
{
    public static void MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/portal/changes", (HttpContext http, ApiClient api, PortalSession session) => Pass(http, api, Contract.ListOrganizationChanges(session.Organization)));
        routes.MapGet("/admin/changes", (HttpContext http, ApiClient api) => Pass(http, api, Contract.ListChanges()));
        routes.MapGet("/admin/projections/work/{id:guid}/events", (Guid id, HttpContext http, ApiClient api) => Pass(http, api, Contract.GetOperationRebuild(id)));
    }

    private static async Task Pass<T>(HttpContext http, ApiClient api, Call<T> call)
    {
        using var answer = await api.Open(call, request =>
        {
            request.Headers.Add("Accept", "text/event-stream");
            if (long.TryParse(http.Request.Headers["Last-Event-ID"] is [{ } last] ? last : http.Request.Query["after"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var after))
                request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        });
        (http.Response.ContentType, http.Response.Headers["X-Accel-Buffering"]) = ("text/event-stream", "no");
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}

using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>Files and exports on their way from the service to the browser, as they come.</summary>
internal static class Downloads
{
    private const string LikeTheList = "page limit";
    private static readonly string[] Kept = ["Content-Type", "Content-Length", "Content-Disposition", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified"];

    public static void MapDownloads(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/portal/download/{releaseId:guid}/{fileName}", [ForEverybody] (Guid releaseId, string fileName, HttpContext http, ApiClient api) =>
            Pass(http, api, Contract.DownloadReleaseFile(releaseId, fileName), fileName));

        routes.MapGet("/admin/export/users.csv", (HttpContext http, ApiClient api) => Pass(http, api, Filtered(http, Contract.ExportUsers()), "users.csv"));
        routes.MapGet("/admin/export/licenses.csv", (HttpContext http, ApiClient api) => Pass(http, api, Filtered(http, Contract.ExportLicenses()), "licenses.csv"));
        routes.MapGet("/admin/export/activations.csv", (HttpContext http, ApiClient api) => Pass(http, api, Filtered(http, Contract.ExportActivations()), "activations.csv"));
        routes.MapGet("/admin/export/history.csv", (HttpContext http, ApiClient api) => Pass(http, api, AsCsv(http, Contract.ListHistory()), "history.csv"));
        routes.MapGet("/admin/export/organizations.csv", (HttpContext http, ApiClient api) => CsvExport.Write(http, api, Filtered(http, Contract.ListOrganizations()), "organizations.csv",
            [("name", it => it.Name), ("email", it => it.Email), ("seatsAllowed", it => Words.Limit(it.AllowedUsers)), ("seatsTaken", it => it.UsersCount), ("suspended", it => it.Suspended), ("createdAt", it => it.CreatedAt), ("id", it => it.Id)]));

        routes.MapGet("/portal/export/history.csv", (HttpContext http, ApiClient api, PortalSession session) => Pass(http, api, AsCsv(http, Contract.ListOrganizationHistory(session.Organization)), "history.csv"));
        routes.MapGet("/portal/export/activation-log.csv", (HttpContext http, ApiClient api, PortalSession session) =>
            Pass(http, api, AsCsv(http, Contract.ListOrganizationActivationHistory(session.Organization)), "activation-log.csv"));
        routes.MapGet("/portal/export/users.csv", (HttpContext http, ApiClient api, PortalSession session) => CsvExport.Write(http, api, Filtered(http, Contract.ListOrganizationUsers(session.Organization)), "users.csv",
            [("name", it => it.Name), ("email", it => it.Email), ("role", it => it.Role), ("groups", it => string.Join(';', it.UserGroups.Select(group => group.Name))), ("suspended", it => it.Suspended), ("lastLoginAt", it => it.LastLoginAt), ("createdAt", it => it.CreatedAt), ("id", it => it.Id)]));
        routes.MapGet("/portal/export/groups.csv", (HttpContext http, ApiClient api, PortalSession session) => CsvExport.Write(http, api, Filtered(http, Contract.ListOrganizationUserGroups(session.Organization)), "groups.csv",
            [("name", it => it.Name), ("description", it => it.Description), ("createdAt", it => it.CreatedAt), ("id", it => it.Id)]));
        routes.MapGet("/portal/export/licenses.csv", (HttpContext http, ApiClient api, PortalSession session) => CsvExport.Write(http, api, Filtered(http, Contract.ListOrganizationLicenses(session.Organization)), "licenses.csv",
            [("product", it => it.Product?.DisplayNameValue), ("key", it => it.Key), ("type", it => it.Type), ("groups", it => string.Join(';', (it.UserGroups ?? []).Select(group => group.Name))), ("activations", it => it.TotalActivations), ("allowedActivations", it => Words.Limit(it.AllowedActivations)), ("expiresAt", it => it.ExpiresAt), ("suspended", it => it.Suspended), ("revoked", it => it.Revoked), ("id", it => it.Id)]));
        routes.MapGet("/portal/export/activations.csv", (HttpContext http, ApiClient api, PortalSession session) => CsvExport.Write(http, api, Filtered(http, Contract.ListOrganizationActivations(session.Organization)), "activations.csv",
            [("hostname", it => it.Hostname), ("os", it => it.Os), ("osVersion", it => it.OsVersion), ("version", it => it.ReleaseVersion ?? it.AppVersion), ("offline", it => it.Offline), ("lastSyncedAt", it => it.LastSyncedAt), ("leaseExpiresAt", it => it.LeaseExpiresAt), ("createdAt", it => it.CreatedAt), ("licenseId", it => it.LicenseId), ("id", it => it.Id)]));
    }

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

    private static Call<T> AsCsv<T>(HttpContext http, Call<T> call)
    {
        var filtered = Filtered(http, call);
        filtered.Query!["format"] = "csv";
        return filtered;
    }

    /// <summary>The filters and the order of the list that is exported.</summary>
    private static Call<T> Filtered<T>(HttpContext http, Call<T> call)
    {
        var query = new Query();
        foreach (var (name, value) in http.Request.Query.Where(value => !LikeTheList.Split(' ').Contains(value.Key) && call.Understands(value.Key.Split('[')[0])))
            query[name] = value.ToString();
        return call with { Query = query };
    }
}

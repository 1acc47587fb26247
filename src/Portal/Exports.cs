using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>Every list as a file, narrowed and ordered like the list it is taken from: by the service where it exports, and else page by page.</summary>
internal static class Exports
{
    private static readonly string[] OfThePage = ["page", "limit"];

    private static readonly (string, Func<UserGroup, object?>)[] Groups =
        [("name", it => it.Name), ("description", it => it.Description), ("createdAt", it => it.CreatedAt), ("id", it => it.Id)];

    private static readonly (string, Func<HeldLicense, object?>)[] Licenses =
    [
        ("product", it => it.Product?.DisplayNameValue), ("key", it => it.Key), ("type", it => it.Type), ("groups", it => string.Join(';', (it.UserGroups ?? []).Select(group => group.Name))),
        ("activations", it => it.TotalActivations), ("allowedActivations", it => Words.Limit(it.AllowedActivations)), ("expiresAt", it => it.ExpiresAt), ("suspended", it => it.Suspended),
        ("revoked", it => it.Revoked), ("id", it => it.Id),
    ];

    private static readonly (string, Func<Activation, object?>)[] Activations =
    [
        ("hostname", it => it.Hostname), ("os", it => it.Os), ("osVersion", it => it.OsVersion), ("version", it => it.ReleaseVersion ?? it.AppVersion), ("offline", it => it.Offline),
        ("lastSyncedAt", it => it.LastSyncedAt), ("leaseExpiresAt", it => it.LeaseExpiresAt), ("createdAt", it => it.CreatedAt), ("licenseId", it => it.LicenseId), ("id", it => it.Id),
    ];

    private static readonly (string, Func<UserRelease, object?>)[] Releases =
    [
        ("product", it => it.Product.DisplayName), ("name", it => it.Name), ("version", it => it.Version), ("channel", it => it.Channel), ("platforms", it => string.Join(';', it.Platforms)),
        ("publishedAt", it => it.PublishedAt), ("files", it => string.Join(';', it.Files.Select(file => file.Name))), ("id", it => it.Id),
    ];

    private static readonly (string, Func<RefusedCommand, object?>)[] Refused =
        [("at", it => it.At), ("command", it => it.Command), ("code", it => it.Code), ("actor", it => it.Actor), ("ipAddress", it => it.IpAddress), ("requestId", it => it.RequestId), ("id", it => it.Id)];

    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        MapOfVendor(routes);
        MapOfOrganization(routes);
        List(routes, "/portal/export/my-licenses.csv", _ => Contract.ListMyLicenses(), Licenses);
        List(routes, "/portal/export/my-activations.csv", _ => Contract.ListMyActivations(), Activations);
        List(routes, "/portal/export/my-releases.csv", _ => Contract.ListMyReleases(), Releases);
    }

    private static void MapOfVendor(IEndpointRouteBuilder routes)
    {
        Stream(routes, "/admin/export/users.csv", (_, _) => Contract.ExportUsers());
        Stream(routes, "/admin/export/licenses.csv", (_, _) => Contract.ExportLicenses());
        Stream(routes, "/admin/export/activations.csv", (_, _) => Contract.ExportActivations());
        Stream(routes, "/admin/export/history.csv", (_, _) => Contract.ListHistory());
        Stream(routes, "/admin/export/access-diff.csv", (http, _) => Contract.GetOrganizationAccessDiff(IdIn(http, "organizationId")));
        Stream(routes, "/admin/export/license-access.csv", (http, _) => Contract.GetLicenseAccess(IdIn(http, "licenseId")));
        Stream(routes, "/admin/export/user-access.csv", (http, _) => Contract.GetUserAccess(IdIn(http, "userId")));
        List(routes, "/admin/export/organizations.csv", _ => Contract.ListOrganizations(),
            ("name", it => it.Name), ("email", it => it.Email), ("seatsAllowed", it => Words.Limit(it.AllowedUsers)), ("seatsTaken", it => it.UsersCount), ("suspended", it => it.Suspended), ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        routes.MapGet("/admin/export/{organizationId:guid}/groups.csv", (Guid organizationId, HttpContext http, ApiClient api) =>
            CsvExport.Write(http, api, Filtered(http, Contract.ListOrganizationUserGroups(organizationId)), "groups.csv", Groups));
        List(routes, "/admin/export/products.csv", _ => Contract.ListProducts(),
            ("name", it => it.Name), ("displayName", it => it.DisplayName), ("description", it => it.Description), ("licenses", it => it.TotalLicenses), ("releases", it => it.TotalReleases), ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        List(routes, "/admin/export/templates.csv", _ => Contract.ListLicenseTemplates(),
            ("name", it => it.Name), ("type", it => it.Type), ("validitySeconds", it => it.Validity), ("subscriptionInterval", it => it.SubscriptionInterval), ("allowedActivations", it => Words.Limit(it.AllowedActivations)),
            ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        List(routes, "/admin/export/releases.csv", _ => Contract.ListReleases(),
            ("name", it => it.Name), ("version", it => it.Version), ("channel", it => it.Channel), ("platforms", it => string.Join(';', it.Platforms)), ("published", it => it.Published), ("archived", it => it.Archived),
            ("private", it => it.Private), ("files", it => it.TotalFiles), ("publishedAt", it => it.PublishedAt), ("createdAt", it => it.CreatedAt), ("productId", it => it.ProductId), ("id", it => it.Id));
        List(routes, "/admin/export/channels.csv", _ => Contract.ListReleaseChannels(),
            ("name", it => it.Name), ("displayName", it => it.DisplayName), ("private", it => it.Private), ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        List(routes, "/admin/export/platforms.csv", _ => Contract.ListReleasePlatforms(),
            ("name", it => it.Name), ("displayName", it => it.DisplayName), ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        List(routes, "/admin/export/roles.csv", _ => Contract.ListRoles(),
            ("name", it => it.Name), ("description", it => it.Description), ("claims", it => string.Join(';', it.Claims)), ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        List(routes, "/admin/export/tokens.csv", _ => Contract.ListPersonalAccessTokens(),
            ("name", it => it.Name), ("scopes", it => string.Join(';', it.Scopes)), ("revoked", it => it.Revoked), ("expiresAt", it => it.ExpiresAt), ("lastUsedAt", it => it.LastUsedAt), ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        List(routes, "/admin/export/refused.csv", _ => Contract.ListHistoryRefusedCommands(), Refused);
        List(routes, "/admin/export/projections.csv", _ => Contract.ListOperationProjections(),
            ("name", it => it.Name), ("version", it => it.Version), ("state", it => it.State), ("position", it => it.Position), ("highWater", it => it.HighWater), ("eventsBehind", it => it.EventsBehind),
            ("secondsBehind", it => it.SecondsBehind), ("eventsPerSecond", it => it.EventsPerSecond), ("error", it => it.Error), ("poisonPosition", it => it.Poison?.Position));
    }

    private static void MapOfOrganization(IEndpointRouteBuilder routes)
    {
        Stream(routes, "/portal/export/history.csv", (_, session) => Contract.ListOrganizationHistory(session.Organization));
        Stream(routes, "/portal/export/activation-log.csv", (_, session) => Contract.ListOrganizationActivationHistory(session.Organization));
        Stream(routes, "/portal/export/access.csv", (_, session) => Contract.GetOrganizationAccess(session.Organization));
        Stream(routes, "/portal/export/access-diff.csv", (_, session) => Contract.GetOrganizationAccessDiff(session.Organization));
        List(routes, "/portal/export/users.csv", session => Contract.ListOrganizationUsers(session.Organization),
            ("name", it => it.Name), ("email", it => it.Email), ("role", it => it.Role), ("groups", it => string.Join(';', it.UserGroups.Select(group => group.Name))), ("suspended", it => it.Suspended),
            ("lastLoginAt", it => it.LastLoginAt), ("createdAt", it => it.CreatedAt), ("id", it => it.Id));
        List(routes, "/portal/export/groups.csv", session => Contract.ListOrganizationUserGroups(session.Organization), Groups);
        List(routes, "/portal/export/licenses.csv", session => Contract.ListOrganizationLicenses(session.Organization), Licenses);
        List(routes, "/portal/export/activations.csv", session => Contract.ListOrganizationActivations(session.Organization), Activations);
        List(routes, "/portal/export/releases.csv", session => Contract.ListOrganizationReleases(session.Organization), Releases);
        List(routes, "/portal/export/refused.csv", session => Contract.ListOrganizationHistoryRefusedCommands(session.Organization), Refused);
    }

    private static void List<T>(IEndpointRouteBuilder routes, string path, Func<PortalSession, Call<IReadOnlyList<T>>> call, params (string Name, Func<T, object?> Value)[] columns) =>
        routes.MapGet(path, (HttpContext http, ApiClient api, PortalSession session) => CsvExport.Write(http, api, Filtered(http, call(session)), Path.GetFileName(path), columns));

    private static void Stream<T>(IEndpointRouteBuilder routes, string path, Func<HttpContext, PortalSession, Call<T>> call) => routes.MapGet(path, (HttpContext http, ApiClient api, PortalSession session) =>
    {
        var asked = Filtered(http, call(http, session));
        if (asked.Understands("format"))
            asked.Query!["format"] = "csv";
        return Downloads.Pass(http, api, asked, Path.GetFileName(path));
    });

    /// <summary>Whose list it is, by the address; nothing of the service has an empty id.</summary>
    private static Guid IdIn(HttpContext http, string name) => Guid.TryParse(http.Request.Query[name], out var id) ? id : Guid.Empty;

    /// <summary>What narrows and orders the list that is exported.</summary>
    private static Call<T> Filtered<T>(HttpContext http, Call<T> call)
    {
        var query = new Query();
        foreach (var (name, value) in http.Request.Query.Where(value => !OfThePage.Contains(value.Key) && call.Understands(value.Key.Split('[')[0])))
            query[name] = value.ToString();
        return call with { Query = query };
    }
}

using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>Where everything is: an address of every page, by who looks at it. Whoever adds a page adds it here, or a test says so.</summary>
internal static partial class Atlas
{
    public static string[] OfStrangers { get; } = ["/portal/sign-in", "/admin/sign-in", $"/portal/welcome?user={Guid.Empty}&token=none"];

    public static string[] OfUsers(DemoSite site) =>
        ["/portal/my/licenses", $"/portal/my/licenses/{site.LicenseOfUser}", "/portal/my/activations", "/portal/my/downloads", "/portal/profile", "/portal/security", "/portal/sessions"];

    public static string[] OfOrganizationAdmins(DemoSite site)
    {
        var (user, group, license) = ($"/portal/users/{site.Person}", $"/portal/groups/{site.Group}", $"/portal/licenses/{site.License}");
        return
        [
            "/portal", "/portal/users", "/portal/users/new", "/portal/users/import", user, $"{user}/edit", $"{user}/invite", $"{user}/suspend", $"{user}/reinstate", $"{user}/remove", $"{user}/two-factor",
            "/portal/groups", "/portal/groups/new", group, $"{group}/edit", $"{group}/members", $"{group}/members/{site.Member}/remove", $"{group}/delete", "/portal/licenses", license, $"{license}/groups",
            $"{license}/users", $"{license}/users/{site.Person}/remove", $"{license}/responses/{site.Response}/revoke", "/portal/activations", $"/portal/activations/{site.Activation}", "/portal/activations/log",
            "/portal/releases", "/portal/offline", "/portal/offline/deactivate", "/portal/history", "/portal/history/refused", $"/portal/access-diff?from={site.Opened:yyyy-MM-dd'T'HH:mm:ss}",
            "/portal/search?search=ada", "/portal/moment",
        ];
    }

    public static string[] OfCustomers(DemoSite site)
    {
        var (organization, user) = ($"/admin/organizations/{site.Organization}", $"/admin/users/{site.Person}");
        var group = $"{organization}/groups/{site.Group}";
        return
        [
            "/admin", "/admin/organizations", "/admin/organizations/new", organization, $"{organization}/edit", $"{organization}/users", $"{organization}/users/new?role=organization-admin", $"{organization}/groups",
            group, $"{group}/delete", $"{group}/members/{site.Member}/remove", $"{organization}/licenses", $"{organization}/activations", $"{organization}/suspend", $"{organization}/reinstate", $"{organization}/delete",
            "/admin/users", "/admin/users/new", user, $"{user}/edit", $"{user}/move", $"{user}/invite", $"{user}/suspend", $"{user}/reinstate", $"{user}/delete", "/admin/search", "/admin/search?search=acme",
        ];
    }

    public static string[] OfLicensing(DemoSite site)
    {
        var (license, release, product, template) = ($"/admin/licenses/{site.License}", $"/admin/releases/{site.Release}", $"/admin/products/{site.Product}", $"/admin/templates/{site.Template}");
        return
        [
            "/admin/products", "/admin/products/new", product, $"{product}/edit", $"{product}/delete", "/admin/templates", "/admin/templates/new", template, $"{template}/edit", $"{template}/delete", "/admin/licenses",
            "/admin/licenses/new", license, $"{license}/edit", $"{license}/assign", $"{license}/extend", $"{license}/change/suspend", $"{license}/delete", $"{license}/users/{site.Person}/remove", "/admin/activations",
            $"/admin/activations/{site.Activation}", $"/admin/activations/{site.Activation}/delete", "/admin/releases", "/admin/releases/new", "/admin/releases/channels", $"/admin/releases/channels/{site.Channel}/delete",
            $"/admin/releases/platforms/{site.Platform}/delete", release, $"{release}/edit", $"{release}/publish", $"{release}/archive", $"{release}/delete", $"{release}/files/{site.File}/delete",
        ];
    }

    public static string[] OfTheAccount(DemoSite site)
    {
        var (role, token) = ($"/admin/roles/{site.Role}", $"/admin/tokens/{site.Token}");
        return
        [
            "/admin/roles", "/admin/roles/new", role, $"{role}/edit", $"{role}/delete", "/admin/tokens", "/admin/tokens/new", token, $"{token}/rotate", $"{token}/revoke", $"{token}/delete", "/admin/profile", "/admin/security",
            "/admin/sessions", "/admin/moment",
        ];
    }

    public static string[] OfAuditorsAndOperators(DemoSite site) =>
    [
        "/admin/history", "/admin/history?resource=license", "/admin/history/refused", $"/admin/access-diff?organizationId={site.Organization}&from={site.Opened:yyyy-MM-dd'T'HH:mm:ss}", "/admin/proof",
        "/admin/projections", "/admin/projections/EffectiveAccess/rebuild", "/admin/projections/EffectiveAccess/verify", $"/admin/projections/work/{site.Work}",
    ];

    public static IEnumerable<string> OfEverybody(DemoSite site) =>
        [.. OfStrangers, .. OfUsers(site), .. OfOrganizationAdmins(site), .. OfCustomers(site), .. OfLicensing(site), .. OfTheAccount(site), .. OfAuditorsAndOperators(site)];

    /// <summary>The routes of all pages that there are.</summary>
    public static IEnumerable<string> Routes { get; } =
        [.. typeof(PortalPage).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes(typeof(RouteAttribute), inherit: false).Cast<RouteAttribute>()).Select(route => route.Template)];

    /// <summary>Whether an address is one of a route, whose parameters are ids, words of a list, or a name.</summary>
    public static bool IsOf(string route, string address) => Regex.IsMatch(address.Split('?')[0], $"^{Parameter().Replace(route, OneOf)}$");

    /// <summary>A page by its address, without ids.</summary>
    public static string NameOf(string address) =>
        string.Join('-', address.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => Guid.TryParse(part, out _) ? "one" : part));

    private static string OneOf(Match parameter) => parameter.Groups["of"].Value switch
    {
        "guid" => "[0-9a-f-]{36}",
        { Length: > 0 } words => words[(words.IndexOf("^(", StringComparison.Ordinal) + 1)..words.IndexOf(")$", StringComparison.Ordinal)] + ")",
        _ => "[A-Za-z]+",
    };

    [GeneratedRegex(@"\{\w+(:(?<of>[^}]+))?\}")]
    private static partial Regex Parameter();
}

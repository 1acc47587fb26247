using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The log of activations and deactivations.</summary>
internal static class ActivationLogEndpoints
{
    private static readonly string[] Columns =
    [
        "id", "createdAt", "updatedAt", "action", "licenseId", "activationId", "os", "osVersion", "hostname", "ipAddress", "countryCode", "vmName", "container", "releaseVersion",
        "releaseChannel", "releasePlatform", "offline",
    ];

    public static void MapActivationLogs(this Routes routes)
    {
        var logs = routes.MapGroup("/activation-logs").WithTags("Activation logs");

        logs.MapGet("", Task<IResult> (HttpContext http) => http.List(ActivationLog.Listing, request => new ListActivationLogs(request), WireActivationLog.Of))
            .WithList(ActivationLog.Listing).WithSummary("List activations and deactivations").Produces<IReadOnlyList<WireActivationLog>>();

        logs.MapGet("/export", Task<IResult> (HttpContext http) => http.Export(
                RowFormat.Csv, ActivationLog.Listing, request => new ListActivationLogs(request), WireActivationLog.Of, (Columns, Cells)))
            .WithName("exportActivationLogs").WithExport(ActivationLog.Listing).WithSummary("All activations and deactivations that match, as CSV")
            .Produces<string>(StatusCodes.Status200OK, RowFormat.Csv.ContentType);

        logs.MapGet("/{logId}", (Guid logId, HttpContext http) => http.Ask(
                new GetActivationLog(logId), async (entry, store, cancellation) => (await WireActivationLog.Of([entry], store, cancellation))[0]))
            .WithSummary("Get an activation or deactivation from the log").Produces<WireActivationLog>();
    }

    private static IEnumerable<string?> Cells(WireActivationLog row) =>
    [
        row.Id.ToString(), HttpJson.Text(row.CreatedAt), HttpJson.Text(row.UpdatedAt), row.Action, row.LicenseId.ToString(), row.ActivationId.ToString(), row.Os.ToString().ToLowerInvariant(),
        row.OsVersion, row.Hostname, row.Location.IpAddress, row.Location.CountryCode, row.VmName, Exports.Text(row.Container), row.ReleaseVersion, row.ReleaseChannel,
        row.ReleasePlatform, Exports.Text(row.Offline),
    ];
}

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Licences, as the vendor manages them.</summary>
internal static class LicenseEndpoints
{
    private const string Release = "releaseId";

    public static void MapLicenses(this Routes routes)
    {
        var licenses = routes.MapGroup("/licenses").WithTags("Licenses");

        licenses.MapPost("", (NewLicenseBody body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(context.Now), WireLicense.Of, StatusCodes.Status201Created, l => $"/v3/licenses/{l.Id}", l => l.Recorded))
            .WithSummary("Create a license").Produces<WireLicense>(StatusCodes.Status201Created);

        licenses.MapGet("", Task<IResult> (HttpContext http) => http.List(
                LicenseList.All, request => Licenses(http, request), WireLicense.Of, "userId", "userId[eq]"))
            .WithList(LicenseList.All, "userId").WithSummary("List licenses").Produces<IReadOnlyList<WireLicense>>();

        licenses.MapGet("/export", Task<IResult> (HttpContext http) => http.Export(
                RowFormat.Csv, LicenseList.All, request => Licenses(http, request), WireLicense.Of, LicenseExport.Licenses, "userId", "userId[eq]"))
            .WithName("exportLicenses").WithExport(LicenseList.All, "userId").WithSummary("All licenses that match, as CSV")
            .Produces<string>(StatusCodes.Status200OK, RowFormat.Csv.ContentType);

        licenses.MapGet("/subscription-logs", Task<IResult> (HttpContext http) =>
                http.List(SubscriptionLog.Listing, request => new ListSubscriptionLogs(request), WireSubscriptionLog.Of))
            .WithList(SubscriptionLog.Listing).WithSummary("List what changed how long licenses and their maintenance last").Produces<IReadOnlyList<WireSubscriptionLog>>();

        licenses.MapGet("/subscription-logs/{logId}", (Guid logId, HttpContext http) => http.Ask(new GetSubscriptionLog(logId), WireSubscriptionLog.Of))
            .WithName("getSubscriptionLog").WithSummary("Get one change of how long a license lasts").Produces<WireSubscriptionLog>();

        licenses.MapGet("/{licenseId}", (LicenseId licenseId, HttpContext http) => http.Ask(new GetLicense(licenseId), WireLicense.Of, l => l.Recorded))
            .WithSummary("Get a license").Produces<WireLicense>();

        licenses.MapPatch("/{licenseId}", (LicenseId licenseId, LicensePatch body, Context context, HttpContext http) =>
                http.Send(body.ToCommand(licenseId, context.Now), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Change a license").Produces<WireLicense>();

        licenses.MapDelete("/{licenseId}", (LicenseId licenseId, HttpContext http) => http.Send(new DeleteLicense(licenseId)))
            .WithSummary("Delete a license").Produces(StatusCodes.Status204NoContent);

        licenses.MapPost("/{licenseId}/renew", (LicenseId licenseId, HttpContext http) =>
                http.Send(new RenewLicense(licenseId), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Add one subscription interval to the end of a license").Produces<WireLicense>();

        licenses.MapPost("/{licenseId}/extend", (LicenseId licenseId, Extension body, HttpContext http) =>
                http.Send(new ExtendLicense(licenseId, body.ExtensionLength), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Move the end of a license by seconds; 'expires-at' replaces this").Produces<WireLicense>();

        licenses.MapPatch("/{licenseId}/subscription", (LicenseId licenseId, NewSubscription body, HttpContext http) =>
                http.Send(body.ToCommand(licenseId), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Give a license another subscription interval").Produces<WireLicense>();

        licenses.MapPatch("/{licenseId}/expires-at", (LicenseId licenseId, NewExpiry body, HttpContext http) =>
                http.Send(body.ToCommand(licenseId), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Set the end of a license; null makes it perpetual").Produces<WireLicense>();

        licenses.MapDelete("/metadata/{metadataId}", (Guid metadataId, HttpContext http) => http.Send(new DropLicenseMetadata(metadataId)))
            .WithSummary("Take an entry out of a license's metadata").Produces(StatusCodes.Status204NoContent);

        licenses.MapPost("/meter-attributes/{meterId}/reset", (Guid meterId, HttpContext http) =>
                http.Send(new ResetLicenseMeter(meterId), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Let a meter attribute of a license count from nothing again").Produces<WireLicense>();

        licenses.MapDelete("/meter-attributes/{meterId}", (Guid meterId, HttpContext http) => http.Send(new DropLicenseMeter(meterId)))
            .WithSummary("Take a meter attribute out of a license").Produces(StatusCodes.Status204NoContent);
    }

    private static ListLicenses Licenses(HttpContext http, ListRequest request) => new(request, http.IdParameter<UserId>("userId"));

    public static void MapMyLicenses(this Routes routes)
    {
        var licenses = routes.MapGroup("/me/licenses").WithTags("Profile");

        licenses.MapGet("", Task<IResult> (Context context, HttpContext http) => http.IdParameter<ReleaseId>(Release) is { } release
                ? MyLicensesOf(release, context, http)
                : MyLicenses(http, context))
            .WithList(LicenseList.OfUser, Release).WithSummary("List my licenses; an organization-admin sees those of the organization")
            .Produces<IReadOnlyList<WireHeldLicense>>();

        licenses.MapGet("/{licenseId}", (LicenseId licenseId, HttpContext http) =>
                http.Ask(new GetMyLicense(licenseId), WireHeldLicense.OfUser, l => l.Recorded))
            .WithSummary("Get one of my licenses").Produces<WireHeldLicense>();
    }

    private static Task<IResult> MyLicenses(HttpContext http, Context context, IReadOnlyList<LicenseId>? among = null) => http.List(
        LicenseList.OfUserAt(context.AsOf?.Position),
        request => new ListUserLicenses(
            context.Caller.User.GetValueOrDefault(), context.Caller.Organization, context.Caller.Role == Role.OrganizationAdmin, request, among),
        WireHeldLicense.OfUser, Release, $"{Release}[eq]");

    /// <summary>What licences entitle to is told for now only.</summary>
    private static async Task<IResult> MyLicensesOf(ReleaseId release, Context context, HttpContext http)
    {
        if (context.AsOf is not null)
            return ((ListError[])[ListError.Parameter(Positions.AsOf, $"Not together with {Release}: what licenses entitle to is told for now.")]).AsRefusal().AsHttp();

        var found = await http.RequestServices.GetRequiredService<IMediator>().Send(new FindLicensesOfRelease(release), http.RequestAborted);
        return found.Refusal is { } refusal ? refusal.AsHttp() : await MyLicenses(http, context, found.Value);
    }
}

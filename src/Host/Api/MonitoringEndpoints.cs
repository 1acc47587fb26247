using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>How organizations and licences fare: the numbers of an organization, and what happened to its licences.</summary>
internal static class MonitoringEndpoints
{
    private const string Daily = "daily";
    private const int UsualDays = 30;
    private const string From = "from";
    private const string To = "to";
    public const string Format = "format";

    private static readonly string[] Columns =
    [
        "id", "position", "at", "kind", "licenseId", "organizationId", "userId", "userGroupId", "activationId", "productId", "fingerprint", "code", "actor",
    ];

    public static void MapMonitoring(this Routes routes)
    {
        routes.MapGet("/organizations/{organizationId}/summary", Summarize)
            .WithTags("Organizations").WithSummary("The numbers of an organization: seats, users, groups, licenses; with history=daily also its seats day by day").Produces<Summary>();

        routes.MapGet("/organizations/{organizationId}/activation-history", (OrganizationId organizationId, HttpContext http) =>
                History(http, request => new ListOrganizationLicenseHistory(organizationId, null, request)))
            .WithHistory().WithTags("Organization licenses").WithSummary("What happened to the licenses of an organization");

        routes.MapGet("/licenses/{licenseId}/activation-history", (LicenseId licenseId, HttpContext http, Context context) =>
                History(http, request => Question(licenseId, context.Caller, request)))
            .WithHistory().WithTags("Licenses").WithSummary("What happened to a license");

        routes.MapGet("/users/{userId}/activation-history", (UserId userId, HttpContext http) => History(http, request => new ListUserHistory(userId, request)))
            .WithHistory().WithTags("Users").WithSummary("What a user did with licenses, and what was done to licenses for the user");

        routes.MapGet("/me/activation-history", (HttpContext http, Context context) =>
                History(http, request => new ListMyHistory(context.Caller.User.GetValueOrDefault(), request)))
            .WithHistory().WithTags("Profile").WithSummary("What I did with licenses, and what was done to licenses for me");
    }

    private static RouteHandlerBuilder WithHistory(this RouteHandlerBuilder endpoint) =>
        endpoint.WithList(ActivationHistory.Listing, From, To, Format).Produces<IReadOnlyList<HistoryRow>>();

    /// <summary>A page of lines as JSON, or all of them as NDJSON or CSV.</summary>
    private static Task<IResult> History(HttpContext http, Func<ListRequest, IListQuery<HistoryRow>> question)
    {
        var listing = http.RequestServices.GetRequiredService<Context>().Caller.IsVendor ? ActivationHistory.Listing : ActivationHistory.OfCustomers;
        return RowFormat.Of(http, http.Request.Query[Format] is [{ Length: > 0 } name] ? name : null) switch
        {
            null => Task.FromResult(Wrong(Format, "Expected json, ndjson or csv.")),
            { IsStream: true } format => http.Export(format, listing, request => question(Within(http, request)), Wire, (Columns, Cells), From, To, Format),
            _ => http.List(listing, request => question(Within(http, request)), Wire, From, To, Format),
        };
    }

    private static IEnumerable<string?> Cells(HistoryRow row) =>
    [
        row.Id.ToString(), row.Position.ToString(CultureInfo.InvariantCulture), HttpJson.Text(row.At), row.Kind, row.LicenseId.ToString(), row.OrganizationId?.ToString(), row.UserId?.ToString(),
        row.UserGroupId?.ToString(), row.ActivationId?.ToString(), row.ProductId?.ToString(), row.Fingerprint, row.Code, row.Actor,
    ];

    private static IListQuery<HistoryRow> Question(LicenseId license, Caller caller, ListRequest request) =>
        caller.IsVendor ? new ListLicenseHistory(license, request) : new ListOrganizationLicenseHistory(caller.Organization ?? default(OrganizationId), license, request);

    /// <summary>The request between the moments that <c>from</c> (included) and <c>to</c> (not) name.</summary>
    private static ListRequest Within(HttpContext http, ListRequest request) => request with
    {
        Filters =
        [
            .. request.Filters,
            .. http.Request.Query[From].ToString() is { Length: > 0 } from ? (ListFilter[])[new("at", ListOperator.Gte, from)] : [],
            .. http.Request.Query[To].ToString() is { Length: > 0 } to ? (ListFilter[])[new("at", ListOperator.Lt, to)] : [],
        ],
    };

    private static async Task<IReadOnlyList<HistoryRow>> Wire(IReadOnlyList<HistoryRow> rows, Store store, CancellationToken cancellation)
    {
        var actors = await SeenActors.Of(rows.Select(row => row.Actor), store, cancellation);
        return [.. rows.Select(row => row with { Actor = actors.NameOf(row.Actor) })];
    }

    private static async Task<IResult> Summarize(OrganizationId organizationId, Context context, HttpContext http, IMediator mediator, string? history, DateOnly? from, DateOnly? to)
    {
        if (history is not (null or Daily))
            return Wrong("history", $"Expected {Daily}.");
        if (history is null && (from ?? to) is not null)
            return Wrong(from is null ? "to" : "from", $"Goes with history={Daily}.");

        var last = to ?? DateOnly.FromDateTime((context.AsOf?.At ?? context.Now).UtcDateTime);
        var days = history is null ? null : new DayRange(from ?? DateOnly.FromDayNumber(Math.Max(0, last.DayNumber + 1 - UsualDays)), last);
        if (days is { IsValid: false })
            return Wrong("from", $"Expected a day not after 'to', and at most {DayRange.MostDays} days.");

        var past = context.AsOf is { } moment ? new Moment(moment.Position, moment.At) : null;
        var summary = await mediator.Send(new GetOrganizationSummary(organizationId, context.Now, past, days), http.RequestAborted);
        if (summary.Refusal is { } refusal)
            return refusal.AsHttp();

        http.Response.Headers[Sending.PositionHeader] = summary.Value!.Position.ToString(CultureInfo.InvariantCulture);
        return Results.Json(summary.Value, HttpJson.Options);
    }

    private static IResult Wrong(string parameter, string message) => ((ListError[])[ListError.Parameter(parameter, message)]).AsRefusal().AsHttp();
}

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

    public static void MapMonitoring(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/organizations/{organizationId}/summary", Summarize)
            .WithTags("Organizations").WithSummary("The numbers of an organization: seats, users, groups, licenses; with history=daily also its seats day by day").Produces<Summary>();

        routes.MapGet("/organizations/{organizationId}/activation-history", (OrganizationId organizationId, HttpContext http) =>
                http.List(ActivationHistory.Listing, request => new ListOrganizationLicenseHistory(organizationId, null, Within(http, request)), Wire, "from", "to"))
            .WithList(ActivationHistory.Listing).WithTags("Organization licenses").WithSummary("What happened to the licenses of an organization").Produces<IReadOnlyList<HistoryRow>>();

        routes.MapGet("/licenses/{licenseId}/activation-history", (LicenseId licenseId, HttpContext http, Context context) =>
                http.List(ActivationHistory.Listing, request => Question(licenseId, context.Caller, Within(http, request)), Wire, "from", "to"))
            .WithList(ActivationHistory.Listing).WithTags("Licenses").WithSummary("What happened to a license").Produces<IReadOnlyList<HistoryRow>>();
    }

    private static IListQuery<HistoryRow> Question(LicenseId license, Caller caller, ListRequest request) =>
        caller.IsVendor ? new ListLicenseHistory(license, request) : new ListOrganizationLicenseHistory(caller.Organization ?? default(OrganizationId), license, request);

    /// <summary>The request between the moments that <c>from</c> (included) and <c>to</c> (not) name.</summary>
    private static ListRequest Within(HttpContext http, ListRequest request) => request with
    {
        Filters =
        [
            .. request.Filters,
            .. http.Request.Query["from"].ToString() is { Length: > 0 } from ? (ListFilter[])[new("at", ListOperator.Gte, from)] : [],
            .. http.Request.Query["to"].ToString() is { Length: > 0 } to ? (ListFilter[])[new("at", ListOperator.Lt, to)] : [],
        ],
    };

    private static Task<IReadOnlyList<HistoryRow>> Wire(IReadOnlyList<HistoryRow> rows, Store store, CancellationToken cancellation) => Task.FromResult(rows);

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

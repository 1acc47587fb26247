using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Which period is asked about: the last thirty days unless it says otherwise, as a whole or cut into intervals.</summary>
internal sealed record UtilisationParameters(
    [FromQuery(Name = "from")] string? From, [FromQuery(Name = "to")] string? To, [FromQuery(Name = "interval")] string? Interval, [FromQuery(Name = "minPosition")] long? MinPosition)
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);
    private static readonly string[] Known = ["from", "to", "interval", Positions.AsOf, Positions.MinPosition];

    /// <summary>The period, or everything that is wrong with it; what has not happened yet is left out.</summary>
    public Checked<UsedPeriod> Period(HttpContext http, DateTimeOffset now, params string[] alsoKnown)
    {
        var (from, to) = (Time(From), Time(To));
        var end = to is { } given && given < now ? given : now;
        var period = new UsedPeriod(from ?? end - Usual, end, Interval);
        ListError[] errors =
        [
            .. AccessParameters.Errors(http, [.. Known, .. alsoKnown], null, RowFormat.Json),
            .. From is not null && from is null ? Wrong("from", "Expected a time in ISO 8601.") : [],
            .. To is not null && to is null ? Wrong("to", "Expected a time in ISO 8601.") : [],
            .. Interval is not null && !UsedPeriod.Intervals.Contains(Interval) ? Wrong("interval", $"Expected one of: {string.Join(", ", UsedPeriod.Intervals)}.") : [],
        ];
        return errors.Length > 0 ? new(errors)
            : period.From >= period.To ? new(Wrong("from", "Expected a time before 'to', and before now."))
            : period.Bounds() is null ? new(Wrong("interval", $"At most {UsedPeriod.MostIntervals} intervals: ask for a shorter period or for longer intervals."))
            : new(period);
    }

    private static DateTimeOffset? Time(string? text) => text is null ? null : AsOf.Parse(text)?.Time;

    private static ListError[] Wrong(string parameter, string message) => [ListError.Parameter(parameter, message)];
}

/// <summary>How well licences are used: how many places were taken at once, and what came and went.</summary>
internal static class UtilisationEndpoints
{
    public static void MapUtilisation(this Routes routes)
    {
        routes.MapGet("/licenses/{licenseId}/utilisation", (LicenseId licenseId, [AsParameters] UtilisationParameters parameters, HttpContext http, Context context) =>
                Answer(http, context, parameters, [], (period, past) => Question(licenseId, context.Caller, period, past)))
            .WithTags("Licenses").WithSummary("How many places of a license were taken at once in a period, and when most").Produces<Used>();

        routes.MapGet("/organizations/{organizationId}/utilisation", (
                OrganizationId organizationId, LicenseId? licenseId, [AsParameters] UtilisationParameters parameters, HttpContext http, Context context) =>
                Answer(http, context, parameters, ["licenseId"], (period, past) => new GetOrganizationUtilisation(organizationId, licenseId, period, past)))
            .WithTags("Organization licenses").WithSummary("How many places of an organization's licenses were taken at once in a period, and when most").Produces<Used>();
    }

    private static IRequest<Result<Used>> Question(LicenseId license, Caller caller, UsedPeriod period, Moment? past) => caller.IsVendor
        ? new GetLicenseUtilisation(license, period, past)
        : new GetOrganizationUtilisation(caller.Organization ?? default(OrganizationId), license, period, past);

    private static async Task<IResult> Answer(
        HttpContext http, Context context, UtilisationParameters parameters, string[] alsoKnown, Func<UsedPeriod, Moment?, IRequest<Result<Used>>> question)
    {
        var past = context.AsOf is { } moment ? new Moment(moment.Position, moment.At) : null;
        var period = parameters.Period(http, past?.At ?? context.Now, alsoKnown);
        if (!period.IsValid)
            return period.Errors.AsRefusal().AsHttp();

        var used = await http.RequestServices.GetRequiredService<IMediator>().Send(question(period.Value, past), http.RequestAborted);
        if (used.Refusal is { } refusal)
            return refusal.AsHttp();

        http.Response.Headers[Sending.PositionHeader] = used.Value!.Position.ToString(CultureInfo.InvariantCulture);
        return Results.Json(used.Value, HttpJson.Options);
    }
}

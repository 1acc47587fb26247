using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace EventSourcedOrgs.Host.Api;

/// <summary>So many trials began on a day (UTC).</summary>
internal sealed record TrialsByDate(long Activations, DateTimeOffset ActivatedAt);

/// <summary>So many trials are on machines with this operating system.</summary>
internal sealed record TrialsByOs(long Activations, MachineOs Os);

/// <summary>So many trials are on machines with this version of an operating system.</summary>
internal sealed record TrialsByOsVersion(long Activations, string OsVersion);

/// <summary>So many trials are on machines in this country.</summary>
internal sealed record TrialsByCountry(long Activations, string CountryCode);

/// <summary>So many trials are in this kind of virtual machine; the empty one is none.</summary>
internal sealed record TrialsByVm(long Activations, string VmName);

/// <summary>Which trials are counted: those of products, that began from one time up to another, both included.</summary>
internal sealed record TrialPeriod(
    [FromQuery(Name = "productId")] ProductId? ProductId, [FromQuery(Name = "startDate")] string? StartDate, [FromQuery(Name = "endDate")] string? EndDate);

/// <summary>How many try the products, and on which machines.</summary>
internal static class TrialAnalyticsEndpoints
{
    private const string Start = "startDate";
    private const string End = "endDate";

    private static readonly string[] Known = ["productId", Start, End, Positions.AsOf, Positions.MinPosition];

    public static void MapTrialAnalytics(this Routes routes)
    {
        var analytics = routes.MapGroup("/analytics/trial-activations").WithTags("Analytics");

        analytics.MapGet("", ([AsParameters] TrialPeriod period, HttpContext http) => http.Count(TrialAspect.Day, count => new TrialsByDate(
                count.Trials, DateTimeOffset.ParseExact(count.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal))))
            .WithName("listTrialAnalytics").WithSummary("Trials by the day they began; days without any are left out").Produces<IReadOnlyList<TrialsByDate>>();

        analytics.MapGet("/os", ([AsParameters] TrialPeriod period, HttpContext http) =>
                http.Count(TrialAspect.Os, count => new TrialsByOs(count.Trials, Enum.Parse<MachineOs>(count.Value, ignoreCase: true))))
            .WithName("listTrialAnalyticsByOs").WithSummary("Trials by operating system").Produces<IReadOnlyList<TrialsByOs>>();

        analytics.MapGet("/os-version", ([AsParameters] TrialPeriod period, HttpContext http) => http.Count(TrialAspect.OsVersion, count => new TrialsByOsVersion(count.Trials, count.Value)))
            .WithName("listTrialAnalyticsByOsVersion").WithSummary("Trials by version of the operating system").Produces<IReadOnlyList<TrialsByOsVersion>>();

        analytics.MapGet("/geo-location", ([AsParameters] TrialPeriod period, HttpContext http) => http.Count(TrialAspect.Country, count => new TrialsByCountry(count.Trials, count.Value)))
            .WithName("listTrialAnalyticsByGeoLocation").WithSummary("Trials by country").Produces<IReadOnlyList<TrialsByCountry>>();

        analytics.MapGet("/vm-name", ([AsParameters] TrialPeriod period, HttpContext http) => http.Count(TrialAspect.VirtualMachine, count => new TrialsByVm(count.Trials, count.Value)))
            .WithName("listTrialAnalyticsByVmName").WithSummary("Trials by virtual machine").Produces<IReadOnlyList<TrialsByVm>>();
    }

    private static async Task<IResult> Count<T>(this HttpContext http, TrialAspect by, Func<TrialCount, T> row)
    {
        if (http.Request.Query.Keys.FirstOrDefault(key => !Known.Contains(key.Split('[')[0], StringComparer.OrdinalIgnoreCase)) is { } unknown)
            return ((ListError[])[ListError.Unknown(unknown, Known)]).AsRefusal().AsHttp();
        var bound = ListBinding.Bind(http.Request.Query, GetTrialAnalytics.Listing, Start, End, Positions.AsOf, Positions.MinPosition);
        if (!bound.IsValid)
            return bound.Errors.AsRefusal().AsHttp();

        var request = bound.Value with
        {
            AsOf = http.RequestServices.GetRequiredService<Context>().AsOf?.Position,
            Filters = [.. bound.Value.Filters, .. http.Limit(Start, ListOperator.Gte), .. http.Limit(End, ListOperator.Lte)],
        };
        var counts = await http.RequestServices.GetRequiredService<IMediator>().Send(new GetTrialAnalytics(by, request), http.RequestAborted);
        return counts.Refusal is { } refusal ? refusal.AsHttp() : Results.Json(counts.Value!.Select(row), HttpJson.Options);
    }

    private static ListFilter[] Limit(this HttpContext http, string name, ListOperator @operator) =>
        http.Request.Query[name].ToString() is { Length: > 0 } text ? [new("createdAt", @operator, text)] : [];
}

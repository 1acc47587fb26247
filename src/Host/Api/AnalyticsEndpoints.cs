using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The account in numbers.</summary>
internal static class AnalyticsEndpoints
{
    private const string Start = "startDate";
    private const string End = "endDate";

    public static void MapAnalytics(this Routes routes)
    {
        var analytics = routes.MapGroup("/analytics").WithTags("Analytics");

        analytics.MapGet("/stats", Task<IResult> (HttpContext http, Context context) => Count(http, new GetAccountStats(At(context), context.AsOf is not null)))
            .WithName("getStatsAnalytics").WithSummary("What the account has, counted").Produces<AccountStats>();

        analytics.MapGet("/licenses", Task<IResult> (HttpContext http, Context context) => Count(http, new GetLicenseStats(At(context), context.AsOf is not null)))
            .WithName("getLicenseStatsAnalytics").WithSummary("Licenses by state").Produces<LicenseStats>();

        Map("", ActivationsBy.Day, "getActivationsAnalytics", "Activations by day", count => new ActivationsOfDay(count.Activations, DateTimeOffset.Parse($"{count.Value}T00:00:00Z", null)));
        Map("/os", ActivationsBy.Os, "getActivationsByOsAnalytics", "Activations by operating system", count => new ActivationsOfOs(count.Activations, count.Value));
        Map("/os-version", ActivationsBy.OsVersion, "getActivationsByOsVersionAnalytics", "Activations by version of the operating system", count => new ActivationsOfOsVersion(count.Activations, count.Value));
        Map("/geo-location", ActivationsBy.Country, "getActivationsByCountryAnalytics", "Activations by country", count => new ActivationsOfCountry(count.Activations, count.Value));
        Map("/release-version", ActivationsBy.ReleaseVersion, "getActivationsByReleaseVersionAnalytics", "Activations by release", count => new ActivationsOfRelease(count.Activations, count.Value));
        Map("/app-version", ActivationsBy.ReleaseVersion, "getActivationsByAppVersionAnalytics", "Activations by release, by an older name", count => new ActivationsOfRelease(count.Activations, count.Value));
        Map("/vm-name", ActivationsBy.VmName, "getActivationsByVmAnalytics", "Activations by virtual machine", count => new ActivationsOfVm(count.Activations, count.Value));

        void Map<TWire>(string path, ActivationsBy by, string name, string summary, Func<ActivationCount, TWire> wire) =>
            analytics.MapGet($"/activations{path}", Task<IResult> (HttpContext http, Context context) => Counted(http, context, by, wire))
                .WithName(name).WithSummary($"{summary}, of those that were made from startDate to endDate").WithFilters(ActivationAnalytics.Listing, Start, End)
                .Produces<IReadOnlyList<TWire>>();
    }

    private static Moment At(Context context) => new(context.AsOf?.Position ?? 0, context.AsOf?.At ?? context.Now);

    private static Task<IResult> Count<T>(HttpContext http, IRequest<Result<T>> question) =>
        AccessParameters.Errors(http, [Positions.AsOf, Positions.MinPosition], null, RowFormat.Json) is { Length: > 0 } errors
            ? Task.FromResult(errors.AsRefusal().AsHttp())
            : http.Ask(question, (counted, _, _) => Task.FromResult(counted));

    private static async Task<IResult> Counted<TWire>(HttpContext http, Context context, ActivationsBy by, Func<ActivationCount, TWire> wire)
    {
        var bound = ListBinding.Bind(http.Request.Query, ActivationAnalytics.Listing, Positions.AsOf, Positions.MinPosition, Start, End);
        if (!bound.IsValid)
            return bound.Errors.AsRefusal().AsHttp();

        var request = bound.Value with
        {
            AsOf = context.AsOf?.Position,
            Filters = [.. bound.Value.Filters, .. Given(Start, ListOperator.Gte), .. Given(End, ListOperator.Lte)],
        };
        return await http.Ask(new CountActivations(by, request), (counts, _, _) => Task.FromResult(counts.Select(wire)));

        IEnumerable<ListFilter> Given(string parameter, ListOperator compares) =>
            http.Request.Query[parameter].ToString() is { Length: > 0 } text ? [new("startedAt", compares, text)] : [];
    }
}

/// <summary>Activations of a day (UTC).</summary>
internal sealed record ActivationsOfDay(int Activations, DateTimeOffset ActivatedAt);

/// <summary>Activations of an operating system.</summary>
internal sealed record ActivationsOfOs(int Activations, string Os);

/// <summary>Activations of a version of an operating system.</summary>
internal sealed record ActivationsOfOsVersion(int Activations, string OsVersion);

/// <summary>Activations from a country.</summary>
internal sealed record ActivationsOfCountry(int Activations, string CountryCode);

/// <summary>Activations with a release.</summary>
internal sealed record ActivationsOfRelease(int Activations, string ReleaseVersion);

/// <summary>Activations in a virtual machine.</summary>
internal sealed record ActivationsOfVm(int Activations, string VmName);

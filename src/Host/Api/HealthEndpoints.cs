using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Api;

/// <summary>For orchestrators: is the process alive, has it started, can it answer now? Nobody needs a token to ask.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").ExcludeFromDescription();
        health.ShortCircuit();
        health.MapGet("/live", () => AsHttp(new("live", [])));
        health.MapGet("/startup", async (Health checks, CancellationToken cancellation) => AsHttp(await checks.Startup(cancellation)));
        health.MapGet("/ready", async (Health checks, CancellationToken cancellation) => AsHttp(await checks.Readiness(cancellation)));
    }

    private static IResult AsHttp(HealthReport report) =>
        Results.Json(report, HttpJson.Options, statusCode: report.Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}

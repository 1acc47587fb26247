using EventSourcedOrgs.Application.Pipeline;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Traces, metrics and logs for a collector, by the variables that OpenTelemetry defines; without <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> nothing is measured for anybody.
/// </summary>
internal static class TelemetrySetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>What HTTP tells of who asks, and addresses that may hold what somebody typed: the template of the address is enough.</summary>
    private static readonly string[] Withheld = ["url.path", "url.query", "url.full", "user_agent.original", "client.address", "client.port", "network.peer.address", "network.peer.port"];

    /// <summary>Whether somebody listens.</summary>
    public static bool HasCollector(this IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[Endpoint]);

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        if (!configuration.HasCollector())
            return;

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                configuration["OTEL_SERVICE_NAME"] ?? "eventsourcedorgs", serviceVersion: typeof(TelemetrySetup).Assembly.GetName().Version?.ToString(3)))
            .WithTracing(traces => traces
                .AddSource(Telemetry.Name, "Marten", "Wolverine")
                .AddNpgsql()
                .AddAspNetCoreInstrumentation(options =>
                {
                    options.Filter = http => !http.Request.Path.StartsWithSegments("/health");
                    options.EnrichWithHttpResponse = (activity, _) => Withhold(activity);
                    options.EnrichWithException = (activity, _) => Withhold(activity);
                }))
            .WithMetrics(metrics => metrics
                .AddMeter(Telemetry.Name, ReadModelMeter.Name, SealingMeter.Name, "Marten", "Wolverine*", "Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation())
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
            .UseOtlpExporter();
    }

    private static void Withhold(System.Diagnostics.Activity activity)
    {
        foreach (var name in Withheld)
            activity.SetTag(name, null);
    }
}

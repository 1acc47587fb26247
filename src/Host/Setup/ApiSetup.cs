using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Portal;
using Serilog;
using Serilog.Events;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The HTTP side: JSON, errors, limits, headers, endpoints.</summary>
internal static class ApiSetup
{
    private const long MostBody = 1024 * 1024;

    public static void AddApi(this IServiceCollection services)
    {
        Routes.AddTo(services);
        services.AddSingleton<OpenStreams>();
        services.ConfigureHttpJsonOptions(options => HttpJson.Configure(options.SerializerOptions));
        services.AddResponseCompression(options => options.MimeTypes = ["application/json", "application/problem+json", "application/x-ndjson", "application/cloudevents-batch+json", "text/csv", "text/html", "text/css", "text/javascript"]);
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MostBody;
        });
    }

    public static void UseApi(this WebApplication app)
    {
        app.UseSerilogRequestLogging(options => (options.GetLevel, options.Logger) = (LevelOf, app.Services.GetRequiredService<Serilog.ILogger>()));
        app.Use(UntilStarted(app.Lifetime));
        app.Use(PortalMount.BelievePortals);
        app.UseResponseCompression();
        app.UsePortal();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = Problems.WriteException,
            AllowStatusCode404Response = true,
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException or RefusedException,
        });
        app.UseStatusCodePages(context => Problems.WriteStatus(context.HttpContext, context.HttpContext.Response.StatusCode));
        app.Use(Headers);
        app.UseRouting();
        app.Use(Routes.Make);
        app.Use(Identification.Identify);
        app.Use(RateLimiting.Limit);
        app.Use(Identification.StopNobody);
        app.Use(Positions.Understand);

        var v3 = Routes.Of(app, "/v3");
        v3.MapOrganizations();
        v3.MapUsers();
        v3.MapOrganizationUsers();
        v3.MapUserGroups();
        v3.MapProducts();
        v3.MapLicenseTemplates();
        v3.MapMaintenancePolicies();
        v3.MapMaintenanceOfLicenses();
        v3.MapFeatures();
        v3.MapEntitlementSets();
        v3.MapEntitlementsOfLicenses();
        v3.MapLicenses();
        v3.MapMyLicenses();
        v3.MapOrganizationLicenses();
        v3.MapAccess();
        v3.MapAccessLists();
        v3.MapAccessDifference();
        v3.MapActivations();
        v3.MapHeldActivations();
        v3.MapTrials();
        v3.MapTrialAnalytics();
        v3.MapOffline();
        v3.MapMonitoring();
        v3.MapUtilisation();
        v3.MapActivationLogs();
        v3.MapAnalytics();
        v3.MapWebhooks();
        v3.MapRefusals();
        v3.MapHistory();
        v3.MapChanges();
        v3.MapEventLogs();
        v3.MapProof();
        v3.MapOperations();
        v3.MapSignIn();
        v3.MapProviderSignIn();
        v3.MapIdentityProviders();
        v3.MapSessions();
        v3.MapProfile();
        v3.MapTwoFactorOfOthers();
        v3.MapPasswords();
        v3.MapAccessTokens();
        v3.MapOrganizationAccessTokens();
        v3.MapRoles();
        v3.MapImports();
        v3.MapReleases();
        v3.MapReleaseFiles();
        v3.MapReleaseChannels();
        v3.MapReleasePlatforms();
        v3.MapMyReleases();
    }

    /// <summary>Services start side by side, so the port may be open before all have; who comes so early waits for them, unless it is to ask whether they have.</summary>
    private static Func<HttpContext, RequestDelegate, Task> UntilStarted(IHostApplicationLifetime life)
    {
        var started = life.Started();
        return (http, next) => started.IsCompleted || http.Request.Path == "/health/startup" ? next(http) : Wait(http, next);

        async Task Wait(HttpContext http, RequestDelegate next)
        {
            await started.WaitAsync(http.RequestAborted);
            await next(http);
        }
    }

    /// <summary>Requests are told apart from what is worth reading: only our own failures are loud. The query, which may name people, is never written.</summary>
    private static LogEventLevel LevelOf(HttpContext http, double milliseconds, Exception? thrown) =>
        thrown is not null || http.Response.StatusCode >= StatusCodes.Status500InternalServerError ? LogEventLevel.Error : LogEventLevel.Debug;

    private static Task Headers(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        if (http.Request.Path.StartsWithSegments("/v3"))
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (http.Request.Headers.ContainsKey(Sending.IdempotencyHeader))
            http.Request.EnableBuffering();
        return next(http);
    }
}

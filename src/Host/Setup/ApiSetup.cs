using EventSourcedOrgs.Host.Api;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The HTTP side: JSON, errors, limits, headers, endpoints.</summary>
internal static class ApiSetup
{
    private const long MostBody = 1024 * 1024;

    public static void AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => HttpJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MostBody;
        });
    }

    public static void UseApi(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Problems.WriteException, SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException or RefusedException });
        app.UseStatusCodePages(context => Problems.WriteStatus(context.HttpContext, context.HttpContext.Response.StatusCode));
        app.Use(Headers);
        app.UseRouting();
        app.Use(Identification.Identify);
        app.Use(Positions.Understand);

        var v3 = app.MapGroup("/v3");
        v3.MapOrganizations();
        v3.MapUsers();
        v3.MapOrganizationUsers();
        v3.MapUserGroups();
        v3.MapProducts();
        v3.MapLicenseTemplates();
        v3.MapLicenses();
        v3.MapMyLicenses();
        v3.MapOrganizationLicenses();
        v3.MapAccess();
        v3.MapAccessLists();
        v3.MapAccessDifference();
        v3.MapMonitoring();
        v3.MapSignIn();
        v3.MapProfile();
        v3.MapPasswords();
        v3.MapAccessTokens();
        v3.MapImports();
    }

    private static Task Headers(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        if (http.Request.Headers.ContainsKey(Sending.IdempotencyHeader))
            http.Request.EnableBuffering();
        return next(http);
    }
}

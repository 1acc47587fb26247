using EventSourcedOrgs.Portal.Api;
using EventSourcedOrgs.Portal.Layout;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EventSourcedOrgs.Portal;

/// <summary>Puts the portals into a web application: <c>/admin</c> for the vendor, <c>/portal</c> for customers.</summary>
public static class PortalSetup
{
    /// <summary>The largest form: a file of users, or of a release, is sent on as it comes and has its own limit.</summary>
    private const int LongestValue = 1024 * 1024;

    public static void AddPortal(this IServiceCollection services, Func<IServiceProvider, PortalOptions> options)
    {
        services.AddHttpContextAccessor();
        services.AddRazorComponents(components => components.DetailedErrors = false);
        services.AddCascadingValue(provider => provider.GetRequiredService<PortalSession>());
        services.AddSingleton(options);
        services.AddSingleton<ApiConnection>().AddSingleton<SessionCookie>().AddSingleton<TokenRefresh>().AddSingleton<Assets>();
        services.AddScoped<PortalSession>().AddScoped<ApiClient>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, CookieKeys>();
        services.Configure<FormOptions>(form => form.ValueLengthLimit = LongestValue);
        services.Configure<AntiforgeryOptions>(forgery =>
        {
            forgery.Cookie.Name = "portal-forms";
            forgery.Cookie.SameSite = SameSiteMode.Strict;
            forgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            forgery.SuppressXFrameOptionsHeader = true;
        });
    }

    public static void UsePortal(this IApplicationBuilder app) => app.MapWhen(
        http => http.Request.Path.StartsWithSegments("/portal") || http.Request.Path.StartsWithSegments("/admin"), portal =>
        {
            portal.Use(PageHeaders.Write);
            portal.Use(Assets.Serve);
            portal.Use(Failures.Show);
            portal.UseRouting();
            portal.Use(Sessions.Open);
            portal.Use(Sessions.Admit);
            portal.UseAntiforgery();
            portal.UseEndpoints(endpoints =>
            {
                endpoints.MapRazorComponents<Document>();
                var beside = endpoints.MapGroup("").ExcludeFromDescription();
                beside.MapSwitches();
                beside.MapDownloads();
                beside.MapExports();
                beside.MapLive();
            });
        });
}

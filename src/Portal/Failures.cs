using EventSourcedOrgs.Portal.Api;
using EventSourcedOrgs.Portal.Layout;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Portal;

/// <summary>What went wrong becomes a page in words, with what helps to find the cause.</summary>
internal static class Failures
{
    /// <summary>The framework adds it once for each rendering, and the page that broke was one.</summary>
    private const string EnhancedNavigation = "blazor-enhanced-nav";

    private const string FormTooOld = "This form is too old. Go back, load the page again, and send it once more.";

    /// <summary>The framework finds no form of that name on the page as it is now, and says so in no words.</summary>
    private const string FormGone = "What this form was for has changed meanwhile, and nothing was done. Go back, and load the page again.";

    public static async Task Show(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (ApiException e) when (!http.Response.HasStarted && e.Problem.Status == StatusCodes.Status401Unauthorized)
        {
            var session = http.RequestServices.GetRequiredService<PortalSession>();
            session.End("You have been signed out.");
            Sessions.AskToSignIn(http, session);
        }
        catch (ApiException e) when (!http.Response.HasStarted)
        {
            await ShowAsync(http, e.Problem);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone: there is nobody to tell.
        }
        catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            var forged = e is AntiforgeryValidationException || http.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false };
            if (!forged)
                http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Failures)).LogError(e, "A page broke");
            await ShowAsync(http, Broken(http, forged));
        }

        if (!http.Response.HasStarted && http.Response is { StatusCode: StatusCodes.Status404NotFound, ContentType: null })
            await ShowAsync(http, Missing(http));
        else if (!http.Response.HasStarted && http.Response is { StatusCode: StatusCodes.Status400BadRequest, ContentLength: null or 0 })
            await ShowAsync(http, http.Response.ContentType is null ? Of(http, StatusCodes.Status400BadRequest, "FORM_EXPIRED", FormTooOld) : Of(http, StatusCodes.Status400BadRequest, "FORM_GONE", FormGone));
    }

    /// <summary>Rendered apart from the page that broke, with a renderer and services of its own: those of the page are used up.</summary>
    private static async Task ShowAsync(HttpContext http, Problem problem)
    {
        var (services, session) = (http.RequestServices, http.RequestServices.GetRequiredService<PortalSession>());
        await using var apart = services.CreateAsyncScope();
        var same = apart.ServiceProvider.GetRequiredService<PortalSession>();
        same.Load(session.State);
        (same.Me, http.RequestServices) = (session.Me, apart.ServiceProvider);
        http.Response.StatusCode = problem.Status;
        http.Response.Headers.Remove(EnhancedNavigation);
        await new RazorComponentResult<FailurePage>(new { Problem = problem }) { StatusCode = problem.Status, PreventStreamingRendering = true }.ExecuteAsync(http);
        http.RequestServices = services;
    }

    private static Problem Missing(HttpContext http) => Of(http, StatusCodes.Status404NotFound, "ROUTE_NOT_FOUND", "There is nothing at this address.");

    private static Problem Broken(HttpContext http, bool forged) => forged
        ? Of(http, StatusCodes.Status400BadRequest, "FORM_EXPIRED", FormTooOld)
        : Of(http, StatusCodes.Status500InternalServerError, "INTERNAL_ERROR", "Something broke on our side. The trace id helps to find it.");

    private static Problem Of(HttpContext http, int status, string code, string message) => OwnProblem.Of(status, code, message) with
    {
        TraceId = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier,
    };
}

using EventSourcedOrgs.Portal.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>Stands in for the service and answers as a test says, so that portals are seen when it fares badly.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication app;

    private StandIn(WebApplication app)
    {
        this.app = app;
        Connection = new(new() { ApiAddress = () => new Uri(app.Urls.First()), CookieKey = [] });
    }

    public ApiConnection Connection { get; }

    public static async Task<StandIn> Start(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new(app);
    }

    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        await app.DisposeAsync();
    }
}

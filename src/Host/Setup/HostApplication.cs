using EventSourcedOrgs.Application;
using Marten;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>What one Host needs to run.</summary>
internal sealed record HostSettings
{
    public required string Connection { get; init; }

    /// <summary>32 bytes; whoever has it and the database can read everything.</summary>
    public required byte[] MasterKey { get; init; }

    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Replaces services after all others were registered: another clock in tests.</summary>
    public Action<IServiceCollection>? Replace { get; init; }
}

/// <summary>Puts the Host together: store, commands, read models, API.</summary>
internal static class HostApplication
{
    public static WebApplication Build(HostSettings settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(settings.Urls);
        builder.Services.AddLogs(builder.Configuration);
        builder.Services.AddStore(settings.Connection, new Secrets(settings.MasterKey));
        builder.Services.AddCommands();
        builder.Services.AddSignIn();
        builder.Services.AddApi();
        settings.Replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseApi();
        return app;
    }

    /// <summary>Brings the database to the schema of this version; does nothing when it is there.</summary>
    public static Task MigrateAsync(this WebApplication app) =>
        app.Services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();

    private static void AddLogs(this IServiceCollection services, IConfiguration configuration) => services.AddSerilog(logs => logs
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
        .MinimumLevel.Override("Marten", LogEventLevel.Warning)
        .MinimumLevel.Override("JasperFx", LogEventLevel.Warning)
        .MinimumLevel.Override("Wolverine", LogEventLevel.Warning)
        .ReadFrom.Configuration(configuration)
        .Enrich.FromLogContext()
        .WriteTo.Console(new RenderedCompactJsonFormatter()));
}

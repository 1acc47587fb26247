using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using Marten;
using Npgsql;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Wolverine.Persistence.Durability;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>What one Host needs to run.</summary>
internal sealed record HostSettings
{
    public required string Connection { get; init; }

    /// <summary>32 bytes; whoever has it and the database can read everything.</summary>
    public required byte[] MasterKey { get; init; }

    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>No other Host works on the database.</summary>
    public bool Alone { get; init; } = true;

    /// <summary>Where checkpoints of the history are published; null for nowhere.</summary>
    public string? ProofFolder { get; init; }

    /// <summary>How many requests a caller may send; null for as many as come.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>The folder of this installation's own data, for files that nothing says where to keep.</summary>
    public string Data { get; init; } = ".data";

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
        builder.Services.AddReadModels();
        builder.AddMessaging(settings.Alone, typeof(ContinueImportHandler));
        builder.Services.AddHostedService<ResumeImports>();
        builder.Services.AddHostedService<RecordEndedLeases>();
        builder.Services.AddHostedService<RecordExpiries>();
        builder.Services.AddSingleton<Housekeeping>().AddHostedService(services => services.GetRequiredService<Housekeeping>());
        builder.Services.AddSingleton(new SealingOptions(settings.ProofFolder));
        builder.Services.AddSingleton<LogSecrets>().AddSingleton<SealedLog>().AddSingleton(services => new EventRows(services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton<LogExport>().AddSingleton<Sealing>().AddHostedService(services => services.GetRequiredService<Sealing>());
        builder.Services.AddSignIn(builder.Configuration);
        builder.Services.AddReleaseFiles(builder.Configuration, settings.Data);
        builder.Services.AddApi();
        builder.Services.AddPortals(builder.Configuration, settings.MasterKey);
        if (settings.RateLimit is { } limit)
            builder.Services.AddSingleton(services => new RateLimits(limit, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddApiDescription();
        builder.Services.AddSingleton<Health>();
        settings.Replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseApi();
        app.MapApiDescription();
        app.MapHealth();
        app.MapKeys();
        return app;
    }

    /// <summary>Brings the database to the schema of this version; does nothing when it is there.</summary>
    public static async Task MigrateAsync(this WebApplication app)
    {
        await app.Services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await ReadModels.MigrateAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), app.Services.GetServices<ReadModel>());
        await LogTiles.MigrateAsync(app.Services.GetRequiredService<NpgsqlDataSource>());
        await app.Services.GetRequiredService<IMessageStore>().Admin.MigrateAsync();
    }

    private static void AddLogs(this IServiceCollection services, IConfiguration configuration) => services.AddSerilog(logs => logs
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
        .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Warning)
        .MinimumLevel.Override("Marten", LogEventLevel.Warning)
        .MinimumLevel.Override("JasperFx", LogEventLevel.Warning)
        .MinimumLevel.Override("Wolverine", LogEventLevel.Warning)
        .ReadFrom.Configuration(configuration)
        .Enrich.FromLogContext()
        .WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: LogEventLevel.Verbose));
}

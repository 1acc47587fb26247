using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using Marten;
using Npgsql;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>What one Host needs to run.</summary>
internal sealed record HostSettings
{
    /// <summary>The role that the service works as.</summary>
    public required string Connection { get; init; }

    /// <summary>The owner of the database, who brings it to the schema of this version; null when that is done elsewhere, or by the one that the service works as.</summary>
    public string? Owner { get; init; }

    /// <summary>Migrate, too, when nothing has changed since this program did.</summary>
    public bool AlwaysMigrates { get; init; }

    /// <summary>32 bytes; whoever has it and the database can read everything.</summary>
    public required byte[] MasterKey { get; init; }

    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>It is about to start, so what takes longest to make is begun while the rest is put together.</summary>
    public bool Starts { get; init; }

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
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ServicesStartConcurrently = true);
        builder.Services.AddLogs(builder.Configuration);
        builder.Services.AddTelemetry(builder.Configuration);
        builder.Services.AddStore(settings.Connection, new Secrets(settings.MasterKey));
        builder.Services.AddCommands();
        builder.Services.AddReadModels();
        builder.Services.AddMessaging(settings.Alone, typeof(ContinueImportHandler));
        builder.Services.AddHostedService<ResumeImports>();
        builder.Services.AddHostedService<RecordEndedLeases>();
        builder.Services.AddHostedService<RecordExpiries>();
        builder.Services.AddSingleton<Housekeeping>().AddHostedService(services => services.GetRequiredService<Housekeeping>());
        builder.Services.AddSingleton(new SealingOptions(settings.ProofFolder));
        builder.Services.AddSingleton<SealingMeter>().AddSingleton(services => new SealingState(services.GetRequiredService<NpgsqlDataSource>()));
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
        if (settings.Starts)
            _ = Apart(() => app.Services.GetRequiredService<IDocumentStore>());
        app.UseApi();
        app.MapApiDescription();
        app.MapHealth();
        app.MapKeys();
        return app;
    }

    /// <summary>
    /// Puts the Host together over a database at the schema of this version: brings it there as its owner, when there is one to be, and then works as a role that cannot
    /// alter what is recorded.
    /// </summary>
    /// <exception cref="RuntimeRoleException">It could, or the database is not at the schema of this version and nobody here may bring it there.</exception>
    /// <exception cref="MasterKeyException">What is in the database was sealed with another key.</exception>
    public static async Task<WebApplication> OpenAsync(HostSettings settings, CancellationToken cancellation = default)
    {
        var building = Apart(() => Build(settings));
        try
        {
            var isCurrent = !settings.AlwaysMigrates && await SchemaStamp.IsCurrentAsync(settings, cancellation);
            if (settings.Owner is { } owner && !isCurrent)
            {
                await using (var asOwner = Build(settings with { Connection = owner, Owner = null }))
                    await Schema.MigrateHistoryAsync(asOwner.Services, cancellation);
                await RuntimeRole.ProvideAsync(owner, settings.Connection, cancellation: cancellation);
                await SchemaStamp.PutAsync(settings, cancellation);
            }

            var app = await building;
            if (settings.Owner is not null)
                await Schema.CheckRoleAsync(app.Services, cancellation);
            else if (!isCurrent && await Schema.MigrateOrCheckHistoryAsync(app.Services, cancellation))
                await SchemaStamp.PutAsync(settings, cancellation);
            await MasterKey.CheckAsync(app.Services, cancellation);
            await Schema.MigrateReadModelsAsync(app.Services, cancellation);
            return app;
        }
        catch
        {
            await (await building).DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes something on a thread of its own: those of the pool, as many as there are cores at the start, are for answers of the database.</summary>
    public static Task<T> Apart<T>(Func<T> made) => Task.Factory.StartNew(made, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void AddLogs(this IServiceCollection services, IConfiguration configuration) => services.AddSerilog(logs => logs
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
        .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Warning)
        .MinimumLevel.Override("Marten", LogEventLevel.Warning)
        .MinimumLevel.Override("JasperFx", LogEventLevel.Warning)
        .MinimumLevel.Override("Wolverine", LogEventLevel.Warning)
        .ReadFrom.Configuration(configuration)
        .Enrich.FromLogContext()
        .WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: LogEventLevel.Verbose), preserveStaticLogger: true, writeToProviders: configuration.HasCollector());
}

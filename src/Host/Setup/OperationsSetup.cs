using System.Diagnostics.Metrics;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Projections;
using JasperFx;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>What operators see of the read models and do with them.</summary>
internal static partial class OperationsSetup
{
    public static void AddOperations(this IServiceCollection services)
    {
        services.AddSingleton<ReadModelControl>().AddSingleton<RebuildJobs>().AddSingleton<ReadModelStates>();
        services.AddSingleton(provider => new Rebuilder(provider.GetRequiredService<IDocumentStore>(), provider.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Rebuild)));
        services.AddSingleton(provider =>
        {
            var keys = provider.GetRequiredService<PersonKeys>();
            return new StateVerifier(provider.GetRequiredService<IDocumentStore>(), provider.GetRequiredService<NpgsqlDataSource>(), StoredJson.Options(keys), keys.HasNoKey,
                new ExpectedClaims(provider.GetRequiredService<Secrets>()).Of, States.Repairs);
        });
        services.AddSingleton(provider =>
        {
            var log = provider.GetRequiredService<ILogger<RebuildRunner>>();
            return new RebuildRunner(
                provider.GetRequiredService<Rebuilder>(), provider.GetRequiredService<StateVerifier>(), provider.GetRequiredService<RebuildJobs>(), (job, wrong) => LogFailed(log, wrong, job.Kind, string.Join(", ", job.Models)));
        });
        services.AddScoped<OperationRecord>().AddScoped<OperationStart>();
        services.AddHostedService<TellOfReadModels>();
        services.AddHostedService<RebuildWork>();
        services.AddSingleton<ReadModelMeter>();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Kind} of {Models} failed")]
    private static partial void LogFailed(ILogger log, Exception wrong, string kind, string models);
}

/// <summary>Clears away what killed rebuilds left behind, and stops those of this Host when it stops.</summary>
internal sealed class RebuildWork(Rebuilder rebuilder, RebuildRunner runner, IEnumerable<ReadModel> models) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => rebuilder.CleanUpAsync(models, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => runner.StopAsync();
}

/// <summary>Says which read models this Host runs and what stopped them.</summary>
internal sealed class TellOfReadModels(
    Follower follower, ReadModelControl control, ReadModelStates states, ReadModelMeter meter, Progress progress, TimeProvider clock, ILogger<TellOfReadModels> log)
    : Periodically(TimeSpan.FromMilliseconds(500), clock, log)
{
    private const int RoundsBetweenWords = 8;

    private readonly Dictionary<string, string?> told = [];
    private int round;

    internal override async Task Work(CancellationToken cancellation)
    {
        var speaks = round++ % RoundsBetweenWords == 0;
        foreach (var stand in follower.IsLeading ? progress.All : [])
        {
            if (!speaks && told.GetValueOrDefault(stand.Name) == stand.Failure)
                continue;

            await control.TellAsync(stand, cancellation);
            told[stand.Name] = stand.Failure;
        }

        if (speaks || round % 2 == 0)
            meter.Update(await states.AllAsync(cancellation));
    }
}

/// <summary>The read models as metrics, under the meter <c>EventSourcedOrgs</c>.</summary>
internal sealed class ReadModelMeter : IDisposable
{
    public const string Name = "EventSourcedOrgs.Projections";

    private readonly Meter meter = new(Name);
    private volatile IReadOnlyList<ReadModelStatus> latest = [];

    public ReadModelMeter()
    {
        meter.CreateObservableGauge("eventsourcedorgs.projection.lag", () => Of(status => status.EventsBehind), "{event}", "Events that a read model has not dealt with");
        meter.CreateObservableGauge("eventsourcedorgs.projection.lag.time", () => Of(status => status.SecondsBehind), "s", "Age of the first event that a read model has not dealt with");
        meter.CreateObservableGauge("eventsourcedorgs.projection.position", () => Of(status => status.Position), "{event}", "Position that a read model has reached");
        meter.CreateObservableGauge("eventsourcedorgs.projection.rate", () => Of(status => status.EventsPerSecond), "{event}/s", "Events that a read model deals with each second");
        meter.CreateObservableGauge("eventsourcedorgs.projection.poison", () => Of(status => status.Poison is null ? 0 : 1), "{event}", "1 when an event stops a read model");
        meter.CreateObservableGauge("eventsourcedorgs.outbox.age", OutboxAge, "s", "Age of the first event that webhooks cannot be told of yet");
    }

    private IEnumerable<Measurement<double>> OutboxAge() => latest.Where(status => status.Name == Outbox.ModelName).Select(status => new Measurement<double>(status.SecondsBehind));

    public void Update(IReadOnlyList<ReadModelStatus> statuses) => latest = statuses;

    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<T>> Of<T>(Func<ReadModelStatus, T> value) where T : struct =>
        latest.Select(status => new Measurement<T>(value(status), new KeyValuePair<string, object?>("projection", status.Name)));
}

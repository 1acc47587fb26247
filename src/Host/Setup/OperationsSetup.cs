using System.Diagnostics.Metrics;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using JasperFx;
using JasperFx.Events.Daemon;
using Marten;
using Npgsql;
using IProjectionCoordinator = Marten.Events.Daemon.Coordination.IProjectionCoordinator;

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
                new ExpectedClaims(provider.GetRequiredService<Secrets>()).Of);
        });
        services.AddSingleton(provider =>
        {
            var log = provider.GetRequiredService<ILogger<RebuildRunner>>();
            return new RebuildRunner(
                provider.GetRequiredService<Rebuilder>(), provider.GetRequiredService<StateVerifier>(), provider.GetRequiredService<RebuildJobs>(), (job, wrong) => LogFailed(log, wrong, job.Kind, string.Join(", ", job.Models)));
        });
        services.AddScoped<OperationRecord>().AddScoped<OperationStart>();
        services.AddHostedService<FollowWishes>();
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

/// <summary>
/// Does what operators wish of the read models that this Host runs, and says which those are and what stopped them. A pause needs nothing done here: every page
/// asks for itself.
/// </summary>
internal sealed class FollowWishes(
    IProjectionCoordinator coordinator, ReadModelControl control, ReadModelStates states, ReadModelMeter meter, Progress progress, IEnumerable<ReadModel> models, TimeProvider clock,
    ILogger<FollowWishes> log) : Periodically(TimeSpan.FromMilliseconds(500), clock, log)
{
    private const int RoundsBetweenWords = 8;

    private readonly Dictionary<string, long> retried = [];
    private readonly Dictionary<string, ReadModelProgress> told = [];
    private int round;

    internal override async Task Work(CancellationToken cancellation)
    {
        var wishes = await control.AllAsync(cancellation);
        var daemon = coordinator.DaemonForMainDatabase();
        var speaks = round++ % RoundsBetweenWords == 0;
        foreach (var model in models)
        {
            var (wish, stand) = (wishes.GetValueOrDefault(model.Name), progress.Of(model.Name));
            var asked = retried.GetValueOrDefault(model.Name, wish?.Retries ?? 0) < (wish?.Retries ?? 0);
            retried[model.Name] = wish?.Retries ?? 0;
            if (daemon.CurrentAgents().FirstOrDefault(agent => agent.Name.Identity == stand.Shard) is not { } runs)
                continue;

            if (runs.Status == AgentStatus.Stopped || (runs.Status == AgentStatus.Paused && (asked || stand.Failure is null)))
                await RestartAsync(daemon, runs, cancellation);
            if (speaks || asked || told.GetValueOrDefault(model.Name)?.Failure != stand.Failure)
                await control.TellAsync(told[model.Name] = stand, cancellation);
        }

        if (speaks || round % 2 == 0)
            meter.Update(await states.AllAsync(cancellation));
    }

    /// <summary>One that was given up because the tables or the position under it were replaced, or that shall try again, begins where the progress says.</summary>
    private static async Task RestartAsync(IProjectionDaemon daemon, ISubscriptionAgent agent, CancellationToken cancellation)
    {
        if (agent.Status == AgentStatus.Paused)
            daemon.EjectPausedShard(agent.Name.Identity);
        else
            await daemon.StopAgentAsync(agent.Name.Identity);
        await daemon.StartAgentAsync(agent.Name.Identity, cancellation);
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

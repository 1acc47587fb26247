using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Operations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Operations;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Writes into the history who asked for what to be done with read models and states. It is written before anything is done, so that nothing is done without a record.</summary>
internal sealed class OperationRecord(Commands commands, Context context)
{
    public const string Pause = "pause";
    public const string Resume = "resume";
    public const string Retry = "retry";
    public const string Cancel = "cancel";

    /// <summary>Records a request of whoever asks now.</summary>
    public Task<Result<Operation>> Ask(string action, IEnumerable<string> subjects, CancellationToken cancellation) => Ask(Id.New<OperationId>(), action, subjects, cancellation);

    /// <summary>The same under an id that what is begun has, too.</summary>
    public Task<Result<Operation>> Ask(OperationId id, string action, IEnumerable<string> subjects, CancellationToken cancellation) =>
        Ask(commands, new(context.Caller, context.Origin), new(id, action, subjects.ToValueList()), cancellation);

    /// <summary>Records a request from the command line.</summary>
    public static Task<Result<Operation>> AskFromHere(IServiceProvider services, OperationId id, string action, IEnumerable<string> subjects, CancellationToken cancellation) =>
        Ask(services.GetRequiredService<Commands>(), Envelope.System, new(id, action, subjects.ToValueList()), cancellation);

    private static async Task<Result<Operation>> Ask(Commands commands, Envelope envelope, RequestOperation request, CancellationToken cancellation) =>
        (await commands.Run(request, envelope, null, cancellation)).Result;
}

/// <summary>Begins rebuilds, verifications and repairs, each recorded under the id by which it can be followed.</summary>
internal sealed class OperationStart(RebuildRunner runner, RebuildJobs jobs, OperationRecord record, TimeProvider clock)
{
    public Task<Result<RebuildJob>> Of(string kind, IReadOnlyList<ReadModel> models, bool preview, CancellationToken cancellation) =>
        Of(kind, [.. models.Select(model => model.Name)], id => runner.StartAsync(id, kind, models, RebuildPace.Gentle, cancellation), preview, cancellation);

    public Task<Result<RebuildJob>> Of(string kind, IReadOnlyList<Resource> resources, bool preview, CancellationToken cancellation) =>
        Of(kind, [.. resources.Select(StateVerifier.NameOf)], id => runner.StartAsync(id, kind, resources, RebuildPace.Gentle, cancellation), preview, cancellation);

    private async Task<Result<RebuildJob>> Of(string kind, IReadOnlyList<string> names, Func<Guid, Task<RebuildJob?>> begin, bool preview, CancellationToken cancellation)
    {
        var running = await jobs.RunningAsync(cancellation);
        if (names.Any(running.ContainsKey))
            return Refusal.RebuildRunning;
        if (preview)
            return new RebuildJob(Guid.Empty, kind, names, RebuildJob.Previewed, new("starting", 0, 0, 0), clock.GetUtcNow(), null);

        var id = Id.New<OperationId>();
        if (await record.Ask(id, kind, names, cancellation) is { Refusal: { } refusal })
            return refusal;

        return await begin(id.Value) is { } job ? job : Refusal.RebuildRunning;
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>How all read models fare.</summary>
internal sealed record ListProjections : IQuery<IReadOnlyList<ReadModelStatus>>
{
    public sealed class Handler(ReadModelStates states) : IQueryHandler<ListProjections, IReadOnlyList<ReadModelStatus>>
    {
        public async Task<Result<IReadOnlyList<ReadModelStatus>>> Handle(ListProjections query, CancellationToken cancellationToken) => new(await states.AllAsync(cancellationToken), null);
    }
}

/// <summary>How one read model fares.</summary>
internal sealed record GetProjection(string Name) : IQuery<ReadModelStatus>
{
    public sealed class Handler(ReadModelStates states) : IQueryHandler<GetProjection, ReadModelStatus>
    {
        public Task<Result<ReadModelStatus>> Handle(GetProjection query, CancellationToken cancellationToken) => states.Of(query.Name, cancellationToken);
    }
}

/// <summary>Lets a read model stand still, or go on; a preview changes nothing.</summary>
internal sealed record PauseProjection(string Name, bool Paused, bool Preview = false) : IQuery<ReadModelStatus>
{
    public sealed class Handler(ReadModelStates states, ReadModelControl control, OperationRecord record) : IQueryHandler<PauseProjection, ReadModelStatus>
    {
        public async Task<Result<ReadModelStatus>> Handle(PauseProjection query, CancellationToken cancellationToken)
        {
            if (states.Find(query.Name) is not { } model)
                return Refusal.ProjectionNotFound;

            if (!query.Preview)
            {
                if (await record.Ask(query.Paused ? OperationRecord.Pause : OperationRecord.Resume, [model.Name], cancellationToken) is { Refusal: { } refusal })
                    return refusal;
                await control.PauseAsync(model.Name, query.Paused, cancellationToken);
            }

            return await states.Of(model.Name, cancellationToken);
        }
    }
}

/// <summary>Lets a read model that an event stopped try again from where it stands; nothing is skipped.</summary>
internal sealed record RetryProjection(string Name, bool Preview = false) : IQuery<ReadModelStatus>
{
    public sealed class Handler(ReadModelStates states, ReadModelControl control, OperationRecord record) : IQueryHandler<RetryProjection, ReadModelStatus>
    {
        public async Task<Result<ReadModelStatus>> Handle(RetryProjection query, CancellationToken cancellationToken)
        {
            if (states.Find(query.Name) is not { } model)
                return Refusal.ProjectionNotFound;

            if (!query.Preview)
            {
                if (await record.Ask(OperationRecord.Retry, [model.Name], cancellationToken) is { Refusal: { } refusal })
                    return refusal;
                await control.RetryAsync(model.Name, cancellationToken);
            }

            return await states.Of(model.Name, cancellationToken);
        }
    }
}

/// <summary>Begins to make a read model anew, or to compare it with what the events say; a preview only says whether that could begin.</summary>
internal sealed record StartRebuild(string Name, string Kind, bool Preview = false) : IQuery<RebuildJob>
{
    public sealed class Handler(ReadModelStates states, OperationStart start) : IQueryHandler<StartRebuild, RebuildJob>
    {
        public async Task<Result<RebuildJob>> Handle(StartRebuild query, CancellationToken cancellationToken) => states.Find(query.Name) is { } model
            ? await start.Of(query.Kind, [model], query.Preview, cancellationToken)
            : Refusal.ProjectionNotFound;
    }
}

/// <summary>Begins to compare states (all, or those of one kind) with what their events say, or to rewrite those that differ; a preview only says whether that could begin.</summary>
internal sealed record StartStates(string? Aggregate, string Kind, bool Preview = false) : IQuery<RebuildJob>
{
    public sealed class Handler(OperationStart start) : IQueryHandler<StartStates, RebuildJob>
    {
        public async Task<Result<RebuildJob>> Handle(StartStates query, CancellationToken cancellationToken) => StateVerifier.Find(query.Aggregate) is { } resources
            ? await start.Of(query.Kind, resources, query.Preview, cancellationToken)
            : new Refusal(ListError.InvalidQueryParameter, RefusalKind.Invalid, $"'aggregate' is one of {string.Join(", ", Resource.All)}.", "?aggregate");
    }
}

/// <summary>How far sealing has come, and what stands in its way.</summary>
internal sealed record GetSealing : IQuery<SealingReport>
{
    public sealed class Handler(Sealing sealing) : IQueryHandler<GetSealing, SealingReport>
    {
        public async Task<Result<SealingReport>> Handle(GetSealing query, CancellationToken cancellationToken)
        {
            var stand = await sealing.Stand(cancellationToken) ?? new(0, 0, 0, 0, 0, null, null);
            var name = sealing.Wrong is not null ? SealingReport.Stopped : stand.SecondsBehind > SealingReport.Late.TotalSeconds ? SealingReport.Behind : SealingReport.Running;
            return new SealingReport(
                name, sealing.Wrong, stand.Size, stand.Position, stand.HighWater, stand.EventsBehind, stand.SecondsBehind, stand.SignedSize, stand.SignedAt);
        }
    }
}

/// <summary>Sealing as operators see it. The failure is that of the Host that answers; the rest is true of all of them.</summary>
internal sealed record SealingReport(
    string State, string? Failure, long Size, long Position, long HighWater, long EventsBehind, double SecondsBehind, long? SignedSize, DateTimeOffset? SignedAt)
{
    public const string Running = "running";
    public const string Behind = "behind";
    public const string Stopped = "stopped";
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(15);
}

/// <summary>How far a rebuild is.</summary>
internal sealed record GetRebuild(Guid Id) : IQuery<RebuildJob>
{
    public sealed class Handler(RebuildJobs jobs) : IQueryHandler<GetRebuild, RebuildJob>
    {
        public async Task<Result<RebuildJob>> Handle(GetRebuild query, CancellationToken cancellationToken) =>
            await jobs.FindAsync(query.Id, cancellationToken) is { } job ? job : Refusal.RebuildNotFound;
    }
}

/// <summary>Stops a rebuild, whichever Host works on it; a preview says whether there is something to stop.</summary>
internal sealed record CancelRebuild(Guid Id, bool Preview = false) : IQuery<RebuildJob>
{
    public sealed class Handler(RebuildJobs jobs, OperationRecord record) : IQueryHandler<CancelRebuild, RebuildJob>
    {
        public async Task<Result<RebuildJob>> Handle(CancelRebuild query, CancellationToken cancellationToken)
        {
            if (await jobs.FindAsync(query.Id, cancellationToken) is not { } job)
                return Refusal.RebuildNotFound;

            if (query.Preview || job.State != RebuildJob.Running)
                return job.State == RebuildJob.Running ? job : Refusal.RebuildEnded;
            if (await record.Ask(OperationRecord.Cancel, [$"{job.Kind} {job.Id}"], cancellationToken) is { Refusal: { } refusal })
                return refusal;

            return await jobs.CancelAsync(query.Id, cancellationToken) ? job : Refusal.RebuildEnded;
        }
    }
}

/// <summary>Read models by their names.</summary>
internal static class NamedReadModels
{
    public static async Task<Result<ReadModelStatus>> Of(this ReadModelStates states, string name, CancellationToken cancellation) =>
        states.Find(name) is { } model ? (await states.AllAsync(cancellation)).Single(status => status.Name == model.Name) : Refusal.ProjectionNotFound;
}

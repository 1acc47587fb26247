using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The public key of the log, which is for everybody.</summary>
internal sealed record GetLogKey : IQuery<LogPublicKey>
{
    public sealed class Handler(Sealing sealing) : IQueryHandler<GetLogKey, LogPublicKey>
    {
        public async Task<Result<LogPublicKey>> Handle(GetLogKey query, CancellationToken cancellationToken) =>
            await sealing.Key(cancellationToken) is { } key ? key.Public : Refusal.NotSealed;
    }
}

/// <summary>The checkpoints of more than so many events, the smallest first.</summary>
internal sealed record ListCheckpoints(long Since, int Limit) : IQuery<IReadOnlyList<KeptCheckpoint>>
{
    public sealed class Handler(SealedLog log) : IQueryHandler<ListCheckpoints, IReadOnlyList<KeptCheckpoint>>
    {
        public async Task<Result<IReadOnlyList<KeptCheckpoint>>> Handle(ListCheckpoints query, CancellationToken cancellationToken) =>
            new(await log.Since(query.Since, query.Limit, cancellationToken), null);
    }
}

/// <summary>The checkpoint of the most events.</summary>
internal sealed record GetLatestCheckpoint : IQuery<KeptCheckpoint>
{
    public sealed class Handler(SealedLog log) : IQueryHandler<GetLatestCheckpoint, KeptCheckpoint>
    {
        public async Task<Result<KeptCheckpoint>> Handle(GetLatestCheckpoint query, CancellationToken cancellationToken) =>
            await log.Latest(cancellationToken) is { } latest ? latest : Refusal.NotSealed;
    }
}

/// <summary>That the event at a position (the last one, if none is named) is in the log of a checkpoint (the latest).</summary>
internal sealed record ProveInclusion(long? Position, long? Size) : IQuery<ProvedInclusion>
{
    public sealed class Handler(SealedLog log) : IQueryHandler<ProveInclusion, ProvedInclusion>
    {
        public async Task<Result<ProvedInclusion>> Handle(ProveInclusion query, CancellationToken cancellationToken) =>
            await log.Inclusion(query.Position, query.Size, cancellationToken) is { } proof ? proof : Refusal.NotSealed;
    }
}

/// <summary>That the log of one checkpoint (the first, if none is named) begins that of another (the latest).</summary>
internal sealed record ProveConsistency(long? First, long? Second) : IQuery<ProvedConsistency>
{
    public sealed class Handler(SealedLog log) : IQueryHandler<ProveConsistency, ProvedConsistency>
    {
        public async Task<Result<ProvedConsistency>> Handle(ProveConsistency query, CancellationToken cancellationToken) =>
            await log.Consistency(query.First, query.Second, cancellationToken) is { } proof ? proof : Refusal.NotSealed;
    }
}

/// <summary>Leave to take the whole sealed history out; the answer is how many events the latest checkpoint covers.</summary>
internal sealed record ExportHistory : IQuery<long>
{
    public sealed class Handler(SealedLog log) : IQueryHandler<ExportHistory, long>
    {
        public async Task<Result<long>> Handle(ExportHistory query, CancellationToken cancellationToken) => (await log.Latest(cancellationToken))?.Size ?? 0;
    }
}

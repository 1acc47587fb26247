using EventSourcedOrgs.Domain;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>A question for a page of history.</summary>
public abstract record FeedQuery(ListRequest Request) : IListQuery<FeedEntry>
{
    public string ReadModel => HistoryFeed.ModelName;

    public IReadOnlyList<string> ReadModels => FeedReader.ReadModels;
}

/// <summary>The history of everything.</summary>
public sealed record ListHistory(ListRequest Request) : FeedQuery(Request)
{
    public sealed class Handler(FeedReader reader) : IRequestHandler<ListHistory, Result<ListPage<FeedEntry>>>
    {
        public Task<Result<ListPage<FeedEntry>>> Handle(ListHistory query, CancellationToken cancellationToken) =>
            reader.Page(FeedScope.Everything, query.Request, cancellationToken);
    }
}

/// <summary>The history of one thing.</summary>
public sealed record ListResourceHistory(Resource Resource, Guid Id, ListRequest Request) : FeedQuery(Request)
{
    public sealed class Handler(FeedReader reader) : IRequestHandler<ListResourceHistory, Result<ListPage<FeedEntry>>>
    {
        public Task<Result<ListPage<FeedEntry>>> Handle(ListResourceHistory query, CancellationToken cancellationToken) =>
            reader.Page(new(null, query.Resource, query.Id), query.Request, cancellationToken);
    }
}

/// <summary>What happened to an organization and within it, also when it is gone.</summary>
public sealed record ListOrganizationHistory(OrganizationId Organization, ListRequest Request) : FeedQuery(Request), IWithinOrganization
{
    bool IWithinOrganization.MayBeGone => true;

    public sealed class Handler(FeedReader reader) : IRequestHandler<ListOrganizationHistory, Result<ListPage<FeedEntry>>>
    {
        public Task<Result<ListPage<FeedEntry>>> Handle(ListOrganizationHistory query, CancellationToken cancellationToken) =>
            reader.Page(new(query.Organization, null, null), query.Request, cancellationToken);
    }
}

/// <summary>What happened to one thing while it belonged to an organization.</summary>
public sealed record ListOrganizationResourceHistory(OrganizationId Organization, Resource Resource, Guid Id, ListRequest Request) : FeedQuery(Request), IWithinOrganization
{
    bool IWithinOrganization.MayBeGone => true;

    public sealed class Handler(FeedReader reader) : IRequestHandler<ListOrganizationResourceHistory, Result<ListPage<FeedEntry>>>
    {
        public Task<Result<ListPage<FeedEntry>>> Handle(ListOrganizationResourceHistory query, CancellationToken cancellationToken) =>
            reader.Page(new(query.Organization, query.Resource, query.Id), query.Request, cancellationToken);
    }
}

/// <summary>The state of one thing as its events make it again, up to a position (all that are committed, if none is named).</summary>
public sealed record ReplayResource(Resource Resource, Guid Id, long? Position) : IRequest<Result<Replayed>>
{
    public sealed class Handler(Replay replay) : IRequestHandler<ReplayResource, Result<Replayed>>
    {
        public async Task<Result<Replayed>> Handle(ReplayResource query, CancellationToken cancellationToken) =>
            await replay.StateAt(query.Resource, query.Id, query.Position ?? long.MaxValue, cancellationToken) is { } replayed
                ? replayed
                : new FeedScope(null, query.Resource, query.Id).Unknown!;
    }
}

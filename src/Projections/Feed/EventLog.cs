using EventSourcedOrgs.Domain;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>The audit of the v3 contract: the same history, under the contract's names.</summary>
public static class EventLog
{
    private static readonly string Users = $"{Directory.TableOf("app_user")} u where u.until is null";
    private static readonly string Email = $"select u.email from {Users} and u.id = h.user_id";

    /// <summary>What may be asked about it.</summary>
    public static Listing Listing { get; } = new("event-logs", ListField.Id("id", "h.id"),
    [
        ListField.Instant("createdAt", "h.at") with { Required = true },
        ListField.Instant("updatedAt", "h.at") with { Required = true },
        ListField.Enum("resource", "h.resource") with { Required = true, Searchable = true },
        ListField.Enum("action", "h.action") with { Required = true, Searchable = true },
        ListField.Id("resourceId", "h.resource_id") with { Required = true },
        ListField.Id("userId", "h.user_id"),
        ListField.Text("user.email", Email) with { IgnoresCase = true, Sortable = false, FoundBy = WithEmail },
        ListField.Id("actorId", "case when h.actor ~ '^[a-z]+:[0-9a-f-]{36}$' then split_part(h.actor, ':', 2)::uuid end") with { FoundBy = ActorsOf },
        ListField.Text("actorEmail", Email) with { IgnoresCase = true, Sortable = false, FoundBy = WithEmail },
    ])
    { Versioned = "h" };

    private static string WithEmail(string email) => $"h.user_id = any(array(select u.id from {Users} and lower(u.email) = lower({email})))";

    private static string ActorsOf(string id) => $"h.actor in ('user:' || {id}::text, 'token:' || {id}::text, 'provider:' || {id}::text)";
}

/// <summary>A page of the contract's audit.</summary>
public sealed record ListEventLogs(ListRequest Request) : FeedQuery(Request)
{
    public sealed class Handler(FeedReader reader) : IRequestHandler<ListEventLogs, Result<ListPage<FeedEntry>>>
    {
        public Task<Result<ListPage<FeedEntry>>> Handle(ListEventLogs query, CancellationToken cancellationToken) =>
            reader.Page(EventLog.Listing, FeedScope.Everything.Source(), query.Request, cancellationToken);
    }
}

/// <summary>One entry of the contract's audit.</summary>
public sealed record GetEventLog(Guid Id) : IRequest<Result<FeedEntry>>, IReadModelQuery
{
    string IReadModelQuery.ReadModel => HistoryFeed.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => FeedReader.ReadModels;

    public sealed class Handler(FeedReader reader) : IRequestHandler<GetEventLog, Result<FeedEntry>>
    {
        public async Task<Result<FeedEntry>> Handle(GetEventLog query, CancellationToken cancellationToken)
        {
            var request = new ListRequest { Filters = [new("id", ListOperator.Eq, query.Id.ToString())] };
            var page = await reader.Page(EventLog.Listing, FeedScope.Everything.Source(), request, cancellationToken);
            return page.Refusal is { } refusal ? refusal
                : page.Value!.Rows is [var entry] ? entry
                : Refusal.NotFound("EventLog");
        }
    }
}

/// <summary>The kinds of things that the audit tells of.</summary>
public sealed record ListEventLogResources : IRequest<Result<IReadOnlyList<string>>>
{
    public sealed class Handler : IRequestHandler<ListEventLogResources, Result<IReadOnlyList<string>>>
    {
        public Task<Result<IReadOnlyList<string>>> Handle(ListEventLogResources query, CancellationToken cancellationToken) =>
            Task.FromResult(new Result<IReadOnlyList<string>>([.. Resource.All.Select(resource => resource.Name).Order(StringComparer.Ordinal)], null));
    }
}

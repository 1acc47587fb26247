using EventSourcedOrgs.Domain;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>An event with its row: what happened, and the states before and after it.</summary>
public sealed record FeedEntry(FeedRow Row, Step Step);

/// <summary>Whose history is read.</summary>
public sealed record FeedScope(OrganizationId? Organization, Resource? Resource, Guid? Id)
{
    public static FeedScope Everything { get; } = new(null, null, null);

    /// <summary>
    /// The rows as a list reads them: each holds from its position on. Of an organization those that happened to it, and those by which something left it, each by its own
    /// index and in its order: for that whose they are has to be asked of both together, because PostgreSQL merges no two questions that have conditions of their own.
    /// </summary>
    internal ListSource Source()
    {
        const string Rows = "select f.*, f.position as since, null::bigint as until";
        var values = new List<object>();
        var of = Organization is { } organization ? Add(organization.Value) : null;
        var from = of is null ? $"({Rows} from {HistoryFeed.Entries.Name} f) h"
            : $"""
               ({Rows}, f.organization_id as owner_id, false as has_left from {HistoryFeed.Entries.Name} f
                union all
                {Rows}, f.former_id, true from {HistoryFeed.Entries.Name} f) h
               """;
        var where = string.Join(" and ", (string[])
        [
            of is null ? "true" : $"h.owner_id = {of} and (not h.has_left or h.organization_id is distinct from {of})",
            .. Id is { } id ? [$"h.resource_id = {Add(id)} and h.resource = {Add(Resource!.Name)}"] : (string[])[],
        ]);
        return new("h.*", from, where, values) { HasOnePlan = of is not null };

        string Add(object value)
        {
            values.Add(value);
            return $"${values.Count}";
        }
    }

    /// <summary>What is not there when there is nothing: the organization, or the resource.</summary>
    internal Refusal? Unknown => Resource is { } resource ? Refusal.NotFound(char.ToUpperInvariant(resource.Name[0]) + resource.Name[1..])
        : Organization is not null ? Refusal.OrganizationNotFound
        : null;
}

/// <summary>Reads pages of history at the position that both the feed and the states have reached, which is final.</summary>
/// <param name="database">Makes a plan for the values of every page.</param>
/// <param name="onePlan">Makes one plan for each statement.</param>
/// <param name="progress">Knows how far the feed and the states have come.</param>
/// <param name="store">Where the events are.</param>
/// <param name="states">What was before each.</param>
public sealed class FeedReader(NpgsqlDataSource database, NpgsqlDataSource onePlan, Progress progress, IDocumentStore store, FormerStates states)
{
    internal static IReadOnlyList<string> ReadModels { get; } = [HistoryFeed.ModelName, Directory.ModelName];

    /// <summary>Up to where history can be told.</summary>
    public long Reached => ReadModels.Min(model => progress.Of(model).Position);

    /// <summary>Waits until more can be told than up to a position, so long at most.</summary>
    public async Task WaitAsync(long position, TimeSpan longest, CancellationToken cancellation)
    {
        if (await progress.WaitForAsync(HistoryFeed.ModelName, position + 1, longest, cancellation))
            await progress.WaitForAsync(Directory.ModelName, position + 1, longest, cancellation);
    }

    internal async Task<Result<ListPage<FeedEntry>>> Page(FeedScope scope, ListRequest request, CancellationToken cancellation)
    {
        var source = scope.Source();
        if (scope.Unknown is { } unknown && !await AnyAsync(source, cancellation))
            return unknown;

        return await Page(HistoryFeed.Listing, source, request, cancellation);
    }

    internal async Task<Result<ListPage<FeedEntry>>> Page(Listing listing, ListSource source, ListRequest request, CancellationToken cancellation)
    {
        var page = await listing.ReadAsync(source.HasOnePlanOf(request) ? onePlan : database, source, request, Reached, HistoryFeed.Read, cancellation);
        return page.IsValid
            ? new ListPage<FeedEntry>(await Entries(page.Value.Rows, cancellation), page.Value.HasNext, page.Value.Next, page.Value.Total, page.Value.Position)
            : page.Errors.AsRefusal();
    }

    private async Task<IReadOnlyList<FeedEntry>> Entries(IReadOnlyList<FeedRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return [];

        long[] positions = [.. rows.Select(row => row.Position)];
        await using var session = store.QuerySession();
        var events = await session.Events.QueryAllRawEvents().Where(e => e.Sequence.IsOneOf(positions)).ToListAsync(cancellation);
        var steps = (await states.Of([.. events], cancellation)).ToDictionary(step => step.Event.Sequence);
        return [.. rows.Select(row => new FeedEntry(row, steps[row.Position]))];
    }

    private async Task<bool> AnyAsync(ListSource source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select exists (select 1 from {source.From} where {source.Where})");
        foreach (var value in source.Parameters)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}

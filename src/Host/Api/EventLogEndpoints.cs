using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The audit as the v3 contract has it; the history tells more.</summary>
internal static class EventLogEndpoints
{
    private static readonly string[] Columns = ["id", "createdAt", "updatedAt", "resource", "action", "changes", "resourceId", "ipAddress", "userId", "actorId", "actorName", "actorEmail"];

    public static void MapEventLogs(this Routes routes)
    {
        var logs = routes.MapGroup("/event-logs").WithTags("Event logs");

        logs.MapGet("", Task<IResult> (HttpContext http, HistoryWriter writer) => http.List(EventLog.Listing, request => new ListEventLogs(request), Wire(writer)))
            .WithList(EventLog.Listing).WithSummary("List what was changed, by whom, from what to what").Produces<IReadOnlyList<WireEventLog>>();

        logs.MapGet("/export", Task<IResult> (HttpContext http, HistoryWriter writer) =>
                http.Export(RowFormat.Csv, EventLog.Listing, request => new ListEventLogs(request), Wire(writer), (Columns, Cells)))
            .WithName("exportEventLogs").WithExport(EventLog.Listing).WithSummary("All that was changed and matches, as CSV").Produces<string>(StatusCodes.Status200OK, RowFormat.Csv.ContentType);

        logs.MapGet("/resources", Task<IResult> (HttpContext http) => http.Ask(new ListEventLogResources(), (names, _, _) => Task.FromResult(names)))
            .WithSummary("The kinds of resources that event logs tell of").Produces<IReadOnlyList<string>>();

        logs.MapGet("/{logId}", (Guid logId, HttpContext http, HistoryWriter writer) => http.Ask(
                new GetEventLog(logId), async (entry, store, cancellation) => (await WireEventLog.Of([entry], writer, store, cancellation))[0]))
            .WithSummary("Get one entry of the event logs").Produces<WireEventLog>();
    }

    private static Func<IReadOnlyList<FeedEntry>, Store, CancellationToken, Task<IReadOnlyList<WireEventLog>>> Wire(HistoryWriter writer) =>
        (entries, store, cancellation) => WireEventLog.Of(entries, writer, store, cancellation);

    private static IEnumerable<string?> Cells(WireEventLog row) =>
    [
        row.Id.ToString(), HttpJson.Text(row.CreatedAt), HttpJson.Text(row.UpdatedAt), row.Resource, row.Action, System.Text.Json.JsonSerializer.Serialize(row.Changes, HttpJson.Options),
        row.ResourceId.ToString(), row.IpAddress, row.UserId?.ToString(), row.ActorId, row.ActorName, row.ActorEmail,
    ];
}

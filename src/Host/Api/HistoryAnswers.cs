using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Answers with history: pages, a feed from a position on, or everything that matches as a stream.</summary>
internal static class HistoryAnswers
{
    public const string NextHeader = "X-Next";
    private const int LongestWait = 30;

    /// <summary>Whatever happens anywhere wakes who waits: a filter that lets little through would be asked again with every commit.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly RowFormat CloudEvents = new("cloudevents", WireCloudEvent.ContentType, false);
    private static readonly string[] Known = [HistoryParameters.FromName, HistoryParameters.WaitName, HistoryParameters.FormatName];

    private static readonly string[] Columns =
    [
        "position", "id", "type", "at", "actorKind", "actorId", "actorName", "ipAddress", "userAgent", "requestId", "causation", "resource", "resourceId", "organizationId", "data", "changes",
    ];

    public static async Task<IResult> History(this HttpContext http, HistoryParameters parameters, OrganizationId? within, Func<ListRequest, FeedQuery> question)
    {
        var (context, writer) = (http.RequestServices.GetRequiredService<Context>(), http.RequestServices.GetRequiredService<HistoryWriter>());
        var viewer = context.Caller.IsVendor ? null : within;
        var listing = viewer is null ? HistoryFeed.Listing : HistoryFeed.OfOrganization;
        if (RowFormat.Of(http, parameters.Format, CloudEvents) is not { } format)
            return Wrong(HistoryParameters.FormatName, "Expected json, ndjson, csv or cloudevents.");
        if (parameters.From < 0)
            return Wrong(HistoryParameters.FromName, "Expected a position, a whole number from 0.");
        if (parameters.Wait is { } wait && (wait is < 0 or > LongestWait || parameters.From is null || format.IsStream))
            return Wrong(HistoryParameters.WaitName, $"Expected seconds, 0 to {LongestWait}, together with '{HistoryParameters.FromName}' and not of a stream.");
        if (format.IsStream)
            return await http.Export(format, listing, request => question(From(parameters, request)), (rows, store, cancellation) => writer.Of(viewer, rows, store, cancellation), (Columns, Cells), Known);

        var bound = ListBinding.Bind(http.Request.Query, listing, [Positions.MinPosition, Positions.AsOf, .. Known]);
        if (!bound.IsValid)
            return bound.Errors.AsRefusal().AsHttp();
        if (parameters.From is not null && (bound.Value.Sort.Count > 0 || bound.Value.Cursor is not null || bound.Value.Page > 1))
            return Wrong(HistoryParameters.FromName, "A feed has its own order and goes on from the header X-Next: leave sort, cursor and page out.");

        var feed = question(From(parameters, bound.Value with { AsOf = context.AsOf?.Position }));
        var answer = await http.RequestServices.GetRequiredService<IMediator>().Send(feed, http.RequestAborted);
        if (IsEmpty(answer) && parameters.Wait is { } seconds and > 0 && context.AsOf is null)
        {
            if (http.RequestServices.GetRequiredService<OpenStreams>().Hold(http) is { } enough)
                return enough;
            answer = await AskAgain(http, feed, answer, TimeSpan.FromSeconds(seconds));
        }

        if (answer.Refusal is { } refusal)
            return refusal.AsHttp();

        var page = answer.Value!;
        var events = await writer.Of(viewer, page.Rows, http.RequestServices.GetRequiredService<Store>(), http.RequestAborted);
        http.Response.Headers[Sending.PositionHeader] = page.Position!.Value.ToString(CultureInfo.InvariantCulture);
        if (parameters.From is { } from)
        {
            var next = (page.HasNext ? page.Rows[^1].Row.Position : Math.Max(from, page.Position.Value)).ToString(CultureInfo.InvariantCulture);
            http.Response.Headers[NextHeader] = next;
            http.Response.Headers.Append("Link", $"<{http.Request.Address(HistoryParameters.FromName, next)}>; rel=\"next\"");
        }
        else
        {
            http.WritePaging(bound.Value, page);
        }

        return format == CloudEvents ? Results.Json(events.Select(WireCloudEvent.Of), HttpJson.Options, format.ContentType) : Results.Json(events, HttpJson.Options);
    }

    /// <summary>Where a feed begins: after a position, in the order in which things happened.</summary>
    private static ListRequest From(HistoryParameters parameters, ListRequest request) => parameters.From is not { } from ? request : request with
    {
        Filters = [.. request.Filters, new("position", ListOperator.Gt, from.ToString(CultureInfo.InvariantCulture))],
        Sort = [new("position")],
    };

    private static bool IsEmpty(Result<ListPage<FeedEntry>> answer) => answer.Value is { Rows.Count: 0, Position: not null };

    /// <summary>Asks again while there is nothing, when history has gone on but not too often, until the time is over or this Host stops.</summary>
    private static async Task<Result<ListPage<FeedEntry>>> AskAgain(HttpContext http, FeedQuery question, Result<ListPage<FeedEntry>> answer, TimeSpan wait)
    {
        var (mediator, reader, clock) = (
            http.RequestServices.GetRequiredService<IMediator>(), http.RequestServices.GetRequiredService<FeedReader>(), http.RequestServices.GetRequiredService<TimeProvider>());
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        var (start, soonest) = (clock.GetTimestamp(), TimeSpan.Zero);
        while (IsEmpty(answer) && wait - clock.GetElapsedTime(start) is var left && left > TimeSpan.Zero && !stopping.IsCancellationRequested)
        {
            try
            {
                await reader.WaitAsync(answer.Value!.Position!.Value, left, ends.Token);
                if (soonest - clock.GetElapsedTime(start) is var early && early > TimeSpan.Zero)
                    await Task.Delay(early, clock, ends.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return answer;
            }

            answer = await mediator.Send(question, http.RequestAborted);
            soonest = clock.GetElapsedTime(start) + Pace;
        }

        return answer;
    }

    private static IEnumerable<string?> Cells(WireEvent e) =>
    [
        e.Position.ToString(CultureInfo.InvariantCulture), e.Id.ToString(), e.Type, HttpJson.Text(e.At), e.Actor.Kind, e.Actor.Id, e.Actor.Name, e.Origin?.IpAddress, e.Origin?.UserAgent,
        e.RequestId, e.Causation, e.Resource.Type, e.Resource.Id.ToString(), e.OrganizationId?.ToString(), e.Data.ToJsonString(HttpJson.Options),
        System.Text.Json.JsonSerializer.Serialize(e.Changes, HttpJson.Options),
    ];

    private static IResult Wrong(string parameter, string message) => ((ListError[])[ListError.Parameter(parameter, message)]).AsRefusal().AsHttp();
}

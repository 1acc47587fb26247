using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// Changes as they happen, as server-sent events for who accepts them: the feed of the history, pushed. Each has its position as its id, so that who lost the connection
/// goes on where it was. A stream ends by itself after a while, because who reads it is asked for at its beginning only; browsers connect anew.
/// </summary>
internal static class ChangeEndpoints
{
    private const string Stream = "text/event-stream";
    private const string Change = "change";
    private const string Idle = "idle";
    private const int Batch = 100;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    public static void MapChanges(this Routes routes)
    {
        routes.MapGet("/organizations/{organizationId}/changes", (OrganizationId organizationId, [FromHeader(Name = "Last-Event-ID")] long? after, HttpContext http) =>
                Answer(http, after, organizationId, request => new ListOrganizationHistory(organizationId, request)))
            .OfNow().WithTags("History").WithName("listOrganizationChanges").Produces<IReadOnlyList<WireEvent>>()
            .WithSummary("Changes of an organization as they happen: server-sent events, each with its position as id, resumed by 'Last-Event-ID'");

        routes.MapGet("/changes", ([FromHeader(Name = "Last-Event-ID")] long? after, HttpContext http) => Answer(http, after, null, request => new ListHistory(request)))
            .OfNow().WithTags("History").WithName("listChanges").Produces<IReadOnlyList<WireEvent>>()
            .WithSummary("Changes of everything as they happen: server-sent events, each with its position as id, resumed by 'Last-Event-ID'");
    }

    private static async Task<IResult> Answer(HttpContext http, long? after, OrganizationId? within, Func<ListRequest, FeedQuery> question)
    {
        var feed = new ChangeFeed(http, within, question);
        var from = after ?? http.RequestServices.GetRequiredService<FeedReader>().Reached;
        var first = await feed.After(from);
        if (first.Refusal is { } refusal)
            return refusal.AsHttp();

        if (!http.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == Stream))
            return Results.Json(await feed.Wire(first.Value!), HttpJson.Options);

        return http.RequestServices.GetRequiredService<OpenStreams>().Hold(http) ?? TypedResults.ServerSentEvents(Events(feed, from, http.RequestServices, http.RequestAborted));
    }

    /// <summary>What happens after a position; when nothing does, a sign of life from time to time, which also says how far the feed has come.</summary>
    private static async IAsyncEnumerable<SseItem<WireEvent?>> Events(ChangeFeed feed, long position, IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (reader, clock) = (services.GetRequiredService<FeedReader>(), services.GetRequiredService<TimeProvider>());
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        yield return new(null, Idle) { EventId = Text(position) };
        for (var start = clock.GetTimestamp(); clock.GetElapsedTime(start) < Longest && !stopping.IsCancellationRequested && !cancellation.IsCancellationRequested;)
        {
            if ((await feed.After(position)).Value is not { } page)
                yield break;
            foreach (var e in await feed.Wire(page))
                yield return new(e, Change) { EventId = Text(e.Position) };

            position = page.HasNext ? page.Rows[^1].Row.Position : Math.Max(position, page.Position ?? position);
            if (!page.HasNext && !await Happens(reader, position, cancellation, stopping))
                yield return new(null, Idle) { EventId = Text(position) };
        }
    }

    private static async Task<bool> Happens(FeedReader reader, long position, CancellationToken cancellation, CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        try
        {
            await reader.WaitAsync(position, Beat, ends.Token);
            return reader.Reached > position;
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string Text(long position) => position.ToString(CultureInfo.InvariantCulture);

    /// <summary>One reader's question, asked again and again from where it was.</summary>
    private sealed class ChangeFeed(HttpContext http, OrganizationId? within, Func<ListRequest, FeedQuery> question)
    {
        private readonly OrganizationId? viewer = http.RequestServices.GetRequiredService<Context>().Caller.IsVendor ? null : within;

        public Task<Result<ListPage<FeedEntry>>> After(long position) => http.RequestServices.GetRequiredService<IMediator>().Send(
            question(new ListRequest { Limit = Batch, Filters = [new("position", ListOperator.Gt, Text(position))], Sort = [new("position")] }), http.RequestAborted);

        public Task<IReadOnlyList<WireEvent>> Wire(ListPage<FeedEntry> page) =>
            http.RequestServices.GetRequiredService<HistoryWriter>().Of(viewer, page.Rows, http.RequestServices.GetRequiredService<Store>(), http.RequestAborted);
    }
}

using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>A value of a row that is not what the events say; live and recomputed are null where there is no such row.</summary>
internal sealed record WireDrift(string Table, string Key, string Column, string? Live, string? Recomputed);

/// <summary>A rebuild or verification of projections, or a verification or repair of states. Drift is what differed between the live rows and what the events say: the count of rows, and the first values.</summary>
internal sealed record WireRebuild(
    Guid Id, string Kind, IReadOnlyList<string> Projections, string State, string Phase, long Done, long Total, double EventsPerSecond, double? SecondsLeft, DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt, string? Failure, long? DriftedRows, long? ComparedAt, IReadOnlyList<WireDrift> Drift)
{
    public static WireRebuild Of(RebuildJob job) => new(
        job.Id, job.Kind, job.Models, job.State, job.Progress.Phase, job.Progress.Done, job.Progress.Total, Math.Round(job.Progress.EventsPerSecond, 1),
        job.State == RebuildJob.Running && job.Progress.Left is { } left ? Math.Round(left.TotalSeconds, 1) : null, job.StartedAt, job.EndedAt, job.Failure,
        job.Drift.Count == 0 ? null : job.Drift.Sum(drift => drift.Rows), job.Drift.Count == 0 ? null : job.Drift.Min(drift => drift.Position),
        [.. job.Drift.SelectMany(drift => drift.First).Select(value => new WireDrift(value.Table, value.Key, value.Column, value.Live, value.Recomputed))]);
}

/// <summary>For those who keep the service running: the read models and states, comparing them with the events, and making them anew.</summary>
internal static class OperationsEndpoints
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    public static void MapOperations(this Routes routes)
    {
        var operations = routes.MapGroup("/operations").WithTags("Operations");
        var projections = operations.MapGroup("/projections");

        projections.MapGet("", Task<IResult> (HttpContext http) => Answer(http, new ListProjections()))
            .WithSummary("How the projections fare: position, lag, rate, state, and the event that stops one").Produces<IReadOnlyList<ReadModelStatus>>();
        projections.MapGet("/{projectionName}", (string projectionName, HttpContext http) => Answer(http, new GetProjection(projectionName)))
            .WithSummary("How a projection fares").Produces<ReadModelStatus>();
        projections.MapPost("/{projectionName}/pause", (string projectionName, HttpContext http) => Answer(http, new PauseProjection(projectionName, true, http.IsDryRun())))
            .WithSummary("Let a projection stand still, in whichever Host runs it, until it is resumed").Produces<ReadModelStatus>();
        projections.MapPost("/{projectionName}/resume", (string projectionName, HttpContext http) => Answer(http, new PauseProjection(projectionName, false, http.IsDryRun())))
            .WithSummary("Let a paused projection go on").Produces<ReadModelStatus>();
        projections.MapPost("/{projectionName}/retry", (string projectionName, HttpContext http) => Answer(http, new RetryProjection(projectionName, http.IsDryRun())))
            .WithSummary("Let a projection that an event stopped try again from where it stands; nothing is skipped").Produces<ReadModelStatus>();
        projections.MapPost("/{projectionName}/rebuild", (string projectionName, HttpContext http) => Start(http, new StartRebuild(projectionName, RebuildJob.Rebuild, http.IsDryRun())))
            .WithSummary("Make a projection anew beside the live one, which serves until the new one takes its place").Produces<WireRebuild>(StatusCodes.Status202Accepted);
        projections.MapPost("/{projectionName}/verify", (string projectionName, HttpContext http) => Start(http, new StartRebuild(projectionName, RebuildJob.Verify, http.IsDryRun())))
            .WithSummary("Compare a projection with what the events say, and change nothing").Produces<WireRebuild>(StatusCodes.Status202Accepted);

        operations.MapPost("/states/verify", (string? aggregate, HttpContext http) => Start(http, new StartStates(aggregate, RebuildJob.Verify, http.IsDryRun())))
            .WithSummary("Compare the states that commands decide on (all, or those of one kind) with what their events say, and change nothing").Produces<WireRebuild>(StatusCodes.Status202Accepted);
        operations.MapPost("/states/repair", (string? aggregate, HttpContext http) => Start(http, new StartStates(aggregate, RebuildJob.Repair, http.IsDryRun())))
            .WithSummary("Rewrite the states that differ from what their events say").Produces<WireRebuild>(StatusCodes.Status202Accepted);

        operations.MapGet("/sealing", Task<IResult> (HttpContext http) => Answer(http, new GetSealing()))
            .WithSummary("How far sealing has come: events in the log, lag, the last checkpoint, and what stands in its way").Produces<SealingReport>();

        operations.MapGet("/rebuilds/{rebuildId}", Follow).WithSummary("How far a rebuild or verification is, and what it found; as server-sent events for who accepts them").Produces<WireRebuild>();
        operations.MapDelete("/rebuilds/{rebuildId}", (Guid rebuildId, HttpContext http) => Answer(http, new CancelRebuild(rebuildId, http.IsDryRun()), WireRebuild.Of, StatusCodes.Status202Accepted))
            .WithSummary("Stop a rebuild or verification; the live projection stays as it is").Produces<WireRebuild>(StatusCodes.Status202Accepted);
    }

    private static Task<IResult> Start(HttpContext http, IRequest<Result<RebuildJob>> start)
    {
        return Answer(http, start, Wire, StatusCodes.Status202Accepted);

        WireRebuild Wire(RebuildJob job)
        {
            if (job.State != RebuildJob.Previewed)
                http.Response.Headers.Location = $"{http.Request.PathBase}/v3/operations/rebuilds/{job.Id}";
            return WireRebuild.Of(job);
        }
    }

    private static async Task<IResult> Follow(Guid rebuildId, HttpContext http, IMediator mediator)
    {
        var found = await mediator.Send(new GetRebuild(rebuildId), http.RequestAborted);
        if (found.Refusal is { } refusal)
            return refusal.AsHttp();

        return http.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/event-stream")
            ? TypedResults.ServerSentEvents(Events(found.Value!, http.RequestServices.GetRequiredService<RebuildJobs>(), http.RequestAborted))
            : Results.Json(WireRebuild.Of(found.Value!), HttpJson.Options);
    }

    /// <summary>One event for each change, the last one with the end.</summary>
    private static async IAsyncEnumerable<SseItem<WireRebuild>> Events(RebuildJob job, RebuildJobs jobs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (RebuildJob? now = job, told = null; now is not null;)
        {
            if (now.State != told?.State || now.Progress != told?.Progress)
                yield return new(WireRebuild.Of(told = now), "rebuild");
            if (now.State != RebuildJob.Running)
                break;

            await Task.Delay(BetweenLooks, cancellation);
            now = await jobs.FindAsync(job.Id, cancellation);
        }
    }

    private static Task<IResult> Answer<T>(HttpContext http, IRequest<Result<T>> request) => Answer(http, request, value => value, StatusCodes.Status200OK);

    private static async Task<IResult> Answer<T, TWire>(HttpContext http, IRequest<Result<T>> request, Func<T, TWire> wire, int status)
    {
        var answer = await http.RequestServices.GetRequiredService<IMediator>().Send(request, http.RequestAborted);
        return answer.Refusal is { } refusal ? refusal.AsHttp() : Results.Json(wire(answer.Value!), HttpJson.Options, statusCode: status);
    }
}

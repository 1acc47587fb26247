using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>A signed checkpoint: how many events it covers, the position of the last one, and its text (C2SP tlog-checkpoint), which the signature covers.</summary>
internal sealed record WireCheckpoint(long Size, long Position, string Note, DateTimeOffset MadeAt)
{
    public static WireCheckpoint Of(KeptCheckpoint kept) => new(kept.Size, kept.Position, kept.Note, kept.MadeAt);
}

/// <summary>An event in the log: its place, its leaf hash and the hashes from there to the root (RFC 6962), base64.</summary>
internal sealed record WireInclusion(long Position, long Index, string Leaf, IReadOnlyList<string> Hashes, WireCheckpoint Checkpoint);

/// <summary>The hashes (RFC 6962, base64) which show that the log of the first checkpoint begins that of the second.</summary>
internal sealed record WireConsistency(IReadOnlyList<string> Hashes, WireCheckpoint First, WireCheckpoint Second);

/// <summary>Proof that history was not altered: checkpoints, proofs, and the export that anybody can check.</summary>
internal static class ProofEndpoints
{
    private const int UsualCheckpoints = 100;
    private const int MostCheckpoints = 1000;

    public static void MapProof(this Routes routes)
    {
        var history = routes.MapGroup("/history").WithTags("History");

        history.MapGet("/key", async (IMediator mediator, HttpContext http) =>
                await mediator.Send(new GetLogKey(), http.RequestAborted) is { Refusal: null, Value: { } key } ? Results.Text($"{key}\n") : Refusal.NotSealed.AsHttp())
            .AllowAnonymous().WithSummary("The public key of the log, as C2SP's signed notes write it").Produces<string>(contentType: "text/plain");

        history.MapGet("/checkpoints", (HttpContext http, long? since, int? limit) =>
                Answer<IReadOnlyList<KeptCheckpoint>>(http, new ListCheckpoints(since ?? 0, limit ?? UsualCheckpoints), kept => kept.Select(WireCheckpoint.Of),
                    ("since", since, 0, long.MaxValue), ("limit", limit, 1, MostCheckpoints)))
            .WithSummary("Signed checkpoints of more than 'since' events, the smallest first").Produces<IReadOnlyList<WireCheckpoint>>();

        history.MapGet("/checkpoints/latest", Task<IResult> (HttpContext http) => Answer(http, new GetLatestCheckpoint(), WireCheckpoint.Of))
            .WithSummary("The signed checkpoint of the most events").Produces<WireCheckpoint>();

        history.MapGet("/proofs/inclusion", (HttpContext http, long? position, long? size) => Answer(http, new ProveInclusion(position, size), proof =>
                new WireInclusion(proof.Position, proof.Index, proof.Leaf.ToString(), Texts(proof.Hashes), WireCheckpoint.Of(proof.Checkpoint)),
                ("position", position, 1, long.MaxValue), ("size", size, 1, long.MaxValue)))
            .WithSummary("Proof that the event at a position is in the log of a checkpoint").Produces<WireInclusion>();

        history.MapGet("/proofs/consistency", (HttpContext http, long? first, long? second) => Answer(http, new ProveConsistency(first, second), proof =>
                new WireConsistency(Texts(proof.Hashes), WireCheckpoint.Of(proof.First), WireCheckpoint.Of(proof.Second)),
                ("first", first, 1, long.MaxValue), ("second", second, 1, long.MaxValue)))
            .WithSummary("Proof that the log of one checkpoint is the beginning of that of another").Produces<WireConsistency>();

        history.MapGet("/export", async (HttpContext http, IMediator mediator, LogExport export, OpenStreams streams) =>
                (await mediator.Send(new ExportHistory(), http.RequestAborted)).Refusal is { } refusal
                    ? refusal.AsHttp()
                    : streams.Hold(http) ?? Results.Stream(async stream => await export.Whole(stream, http.RequestAborted), "application/x-ndjson; charset=utf-8", "history.ndjson"))
            .WithSummary("The sealed history from its first event, with the checkpoints that prove it; check it with 'history verify'").Produces<string>(contentType: "application/x-ndjson");
    }

    private static async Task<IResult> Answer<T>(
        HttpContext http, IRequest<Result<T>> query, Func<T, object> wire, params (string Name, long? Value, long Least, long Most)[] parameters)
    {
        ListError[] errors = [.. parameters.Where(p => p.Value < p.Least || p.Value > p.Most).Select(p => ListError.Parameter(p.Name, $"Expected {p.Least} to {p.Most}."))];
        if (errors.Length > 0)
            return errors.AsRefusal().AsHttp();

        var answer = await http.RequestServices.GetRequiredService<IMediator>().Send(query, http.RequestAborted);
        return answer.Refusal is { } refusal ? refusal.AsHttp() : Results.Json(wire(answer.Value!), HttpJson.Options);
    }

    private static IReadOnlyList<string> Texts(IEnumerable<EventSourcedOrgs.Proof.Digest> hashes) => [.. hashes.Select(hash => hash.ToString())];
}

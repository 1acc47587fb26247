using System.Globalization;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>What is told outside: the names there are, and everything that happened since a position.</summary>
internal static class WebhookEndpoints
{
    private const string From = "from";
    private const string Limit = "limit";
    private const int UsualLimit = 20;

    public static void MapWebhooks(this Routes routes)
    {
        var webhooks = routes.MapGroup("/webhooks").WithTags("Webhooks");

        webhooks.MapGet("/events", Task<IResult> (HttpContext http) => http.Ask(new ListWebhookEvents(), (names, _, _) => Task.FromResult(names)))
            .WithName("listWebhookEvents").WithSummary("The names of events that webhooks tell").Produces<IReadOnlyList<string>>();

        webhooks.MapGet("/outbox", Feed).WithName("listWebhookOutbox")
            .WithSummary("What happened after a position, in its order and without gaps; X-Position says where to go on").Produces<IReadOnlyList<WireOutboxEntry>>();
    }

    private static async Task<IResult> Feed(long? from, int? limit, HttpContext http, IMediator mediator)
    {
        ListError[] errors =
        [
            .. AccessParameters.Errors(http, [From, Limit, Positions.MinPosition, Positions.AsOf], limit, RowFormat.Json),
            .. from < 0 ? (ListError[])[ListError.Parameter(From, "Expected a position, a whole number from 0.")] : [],
            .. http.Request.Query.ContainsKey(Positions.AsOf) ? (ListError[])[ListError.Parameter(Positions.AsOf, "This list keeps no past: it is one.")] : [],
        ];
        if (errors.Length > 0)
            return errors.AsRefusal().AsHttp();

        var told = await mediator.Send(new ListOutbox(from ?? 0, limit ?? UsualLimit), http.RequestAborted);
        if (told.Refusal is { } refusal)
            return refusal.AsHttp();

        var next = told.Value!.Next.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[Sending.PositionHeader] = next;
        if (told.Value.HasNext)
            http.Response.Headers.Append("Link", $"<{http.Request.PathBase.ToUriComponent()}{http.Request.Path.ToUriComponent()}?{From}={next}&{Limit}={limit ?? UsualLimit}>; rel=\"next\"");
        return Results.Json(told.Value.Rows.Select(row => new WireOutboxEntry(row.Position, row.Events, row.Resource, row.ResourceId, row.At)), HttpJson.Options);
    }
}

/// <summary>Something that happened, by its names, and to what. <c>position</c> is where to go on after it.</summary>
internal sealed record WireOutboxEntry(long Position, ValueList<string> Events, string Resource, Guid ResourceId, DateTimeOffset TriggeredAt);

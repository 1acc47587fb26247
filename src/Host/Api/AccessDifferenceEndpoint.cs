using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Which two moments to compare, each a position or a time, and for whom. The rows come as JSON in pages, or all of them as <c>format=ndjson</c> or <c>csv</c>.</summary>
internal sealed record AccessDifferenceParameters(
    [FromQuery(Name = "from")] string From, [FromQuery(Name = "to")] string? To, [FromQuery(Name = "userId")] UserId? UserId,
    [FromQuery(Name = "licenseId")] LicenseId? LicenseId, [FromQuery(Name = "userGroupId")] UserGroupId? UserGroupId,
    [FromQuery(Name = "limit")] int? Limit, [FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "format")] string? Format)
{
    private static readonly string[] Known = ["from", "to", "userId", "licenseId", "userGroupId", "limit", "cursor", "format", Positions.MinPosition];

    /// <summary>What is asked for, or everything that is wrong with it.</summary>
    public Checked<ListAccessDifference> ToQuery(HttpContext http, OrganizationId organization)
    {
        var (format, from, to) = (RowFormat.Of(http, Format), AsOf.Parse(From), To is null ? null : AsOf.Parse(To));
        ListError[] errors =
        [
            .. AccessParameters.Errors(http, Known, Limit, format),
            .. from is null ? (ListError[])[Wrong("from")] : [],
            .. To is not null && to is null ? (ListError[])[Wrong("to")] : [],
        ];
        return errors.Length > 0 ? new(errors) : new(new ListAccessDifference(organization, from!, to, new(http.RequestServices.GetRequiredService<Context>().Now)
        {
            Filter = new(UserId, LicenseId, UserGroupId),
            Cursor = Cursor,
            Limit = AccessParameters.RowsOf(Limit, format!),
        }));
    }

    private static ListError Wrong(string name) => ListError.Parameter(name, "Expected a position or an ISO 8601 time.");
}

/// <summary>What changed between two moments: who gained and who lost which licence, and what did it.</summary>
internal static class AccessDifferenceEndpoint
{
    private static readonly string[] Columns =
    [
        "userId", "userName", "userEmail", "licenseId", "licenseKey", "productId", "change", "beforeAllowed", "beforeCode", "beforePaths", "afterAllowed", "afterCode", "afterPaths",
        "events", "byTime", "turnedAt",
    ];

    public static void MapAccessDifference(this Routes routes) =>
        routes.MapGet("/organizations/{organizationId}/access/diff", Answer)
            .WithTags("Access").WithSummary("Who gained and who lost which license between two moments, and what did it").Produces<IReadOnlyList<AccessDifferenceRow>>();

    private static async Task<IResult> Answer(OrganizationId organizationId, [AsParameters] AccessDifferenceParameters parameters, IMediator mediator, HttpContext http)
    {
        var query = parameters.ToQuery(http, organizationId);
        if (!query.IsValid)
            return query.Errors.AsRefusal().AsHttp();

        var first = await mediator.Send(query.Value, http.RequestAborted);
        if (first.Refusal is { } refusal)
            return refusal.AsHttp();

        var (store, rows) = (http.RequestServices.GetRequiredService<Store>(), first.Value!.Rows);
        return RowFormat.Of(http, parameters.Format)!.Answer(http, first.Value.Moment, await Seen(rows, store, http.RequestAborted), first.Value.Next, (Columns, Cells), async cursor =>
        {
            var page = await mediator.Send(query.Value with { Request = query.Value.Request with { Cursor = cursor } }, http.RequestAborted);
            return page.Value is { } next ? (await Seen(next.Rows, store, http.RequestAborted), next.Next) : throw new RefusedException(page.Refusal!);
        });
    }

    private static async Task<IReadOnlyList<AccessDifferenceRow>> Seen(IReadOnlyList<AccessDifferenceRow> rows, Store store, CancellationToken cancellation)
    {
        var actors = await SeenActors.Of(
            rows.SelectMany(row => row.Events.Select(e => e.Actor).Concat(row.Before.Paths.Concat(row.After.Paths).Select(path => path.Actor))), store, cancellation);
        return
        [
            .. rows.Select(row => row with
            {
                Before = row.Before with { Paths = actors.Of(row.Before.Paths) },
                After = row.After with { Paths = actors.Of(row.After.Paths) },
                Events = row.Events.Select(e => e with { Actor = actors.NameOf(e.Actor) }).ToValueList(),
            }),
        ];
    }

    private static IEnumerable<string?> Cells(AccessDifferenceRow row) =>
    [
        row.User.Id.ToString(), row.User.Name, row.User.Email, row.License.Id.ToString(), row.License.Key, row.License.ProductId.ToString(),
        row.Change == AccessTurn.Gained ? "gained" : "lost", .. Cells(row.Before), .. Cells(row.After),
        string.Join("; ", row.Events.Select(e => $"{e.Type} at {e.Position}{(e.Actor is null ? "" : $" by {e.Actor}")}")), row.ByTime ? "true" : "false",
        row.TurnedAt is { } instant ? HttpJson.Text(instant) : null,
    ];

    private static IEnumerable<string?> Cells(AccessAnswer answer) => [answer.Allowed ? "true" : "false", answer.Code, AccessListEndpoints.Spoken(answer.Paths)];
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The audit of what was refused.</summary>
internal static class RefusalEndpoints
{
    public static void MapRefusals(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/history/refused-commands", (HttpContext http, IMediator mediator) => List(http, mediator, request => new ListRefusedCommands(request)))
            .WithList(RefusedCommandReader.Listing).WithTags("History").WithSummary("Commands and sign-ins that were refused, the newest first").Produces<IReadOnlyList<WireRefusedCommand>>();

        routes.MapGet("/organizations/{organizationId}/history/refused-commands", (OrganizationId organizationId, HttpContext http, IMediator mediator) =>
                List(http, mediator, request => new ListOrganizationRefusedCommands(organizationId, request)))
            .WithList(RefusedCommandReader.Listing).WithTags("History").WithSummary("Commands that were refused to members of an organization or within it, the newest first").Produces<IReadOnlyList<WireRefusedCommand>>();
    }

    private static async Task<IResult> List(HttpContext http, IMediator mediator, Func<ListRequest, IQuery<ListPage<WireRefusedCommand>>> question)
    {
        var request = ListBinding.Bind(http.Request.Query, RefusedCommandReader.Listing);
        if (!request.IsValid)
            return request.Errors.AsRefusal().AsHttp();

        var answer = await mediator.Send(question(request.Value), http.RequestAborted);
        if (answer.Refusal is { } refusal)
            return refusal.AsHttp();

        http.WritePaging(request.Value, answer.Value!);
        return Results.Json(answer.Value!.Rows, HttpJson.Options);
    }
}

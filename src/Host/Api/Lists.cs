using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Lists over HTTP: parameters in; a bare array, its position and the address of the next page out.</summary>
internal static class Lists
{
    /// <summary>Asks for a page of a list; <paramref name="alsoKnown"/> are the parameters that the endpoint itself understands.</summary>
    public static async Task<IResult> List<TState, TWire>(
        this HttpContext http, Listing listing, Func<ListRequest, IListQuery<TState>> query,
        Func<IReadOnlyList<TState>, Store, CancellationToken, Task<IReadOnlyList<TWire>>> wire, params string[] alsoKnown)
    {
        var bound = ListBinding.Bind(http.Request.Query, listing, [Positions.MinPosition, Positions.AsOf, .. alsoKnown]);
        if (!bound.IsValid)
            return bound.Errors.AsRefusal().AsHttp();

        var past = http.RequestServices.GetRequiredService<Context>().AsOf;
        var request = bound.Value with { AsOf = past?.Position, AsOfTime = past?.At };
        var result = await http.RequestServices.GetRequiredService<IMediator>().Send(query(request), http.RequestAborted);
        if (result.Refusal is { } refusal)
            return refusal.AsHttp();

        var page = result.Value!;
        http.WritePaging(bound.Value, page);
        if (page.Position is { } position)
            http.Response.Headers[Sending.PositionHeader] = position.ToString(CultureInfo.InvariantCulture);
        return Results.Json(await wire(page.Rows, http.RequestServices.GetRequiredService<Store>(), http.RequestAborted), HttpJson.Options);
    }

    /// <summary>Asks for a page of a list that is read from what is committed, by rows as they are shown: it never has to wait for a position.</summary>
    public static async Task<IResult> List<TWire>(this HttpContext http, Listing listing, Func<ListRequest, IQuery<ListPage<TWire>>> query)
    {
        var request = ListBinding.Bind(http.Request.Query, listing, Positions.MinPosition);
        if (!request.IsValid)
            return request.Errors.AsRefusal().AsHttp();

        var answer = await http.RequestServices.GetRequiredService<IMediator>().Send(query(request.Value), http.RequestAborted);
        if (answer.Refusal is { } refusal)
            return refusal.AsHttp();

        http.WritePaging(request.Value, answer.Value!);
        return Results.Json(answer.Value!.Rows, HttpJson.Options);
    }

    /// <summary>A list of what belongs to one resource: where that resource is refused, so is the list.</summary>
    public static async Task<IResult> Within<T>(this HttpContext http, IRequest<Result<T>> resource, Func<Task<IResult>> list) =>
        (await http.RequestServices.GetRequiredService<IMediator>().Send(resource, http.RequestAborted)).Refusal is { } refusal ? refusal.AsHttp() : await list();

    /// <summary>An id given as a parameter of its own, bare or with <c>[eq]</c>.</summary>
    public static TId? IdParameter<TId>(this HttpContext http, string name) where TId : struct, IId<TId>
    {
        var text = http.Request.Query[name].FirstOrDefault() ?? http.Request.Query[$"{name}[eq]"].FirstOrDefault();
        return string.IsNullOrEmpty(text) ? null
            : Id.TryParse<TId>(text, out var id) ? id
            : throw new RefusedException(new Refusal(ListError.InvalidQueryParameter, RefusalKind.Invalid, $"'{name}' is not an id.", $"?{name}"));
    }
}

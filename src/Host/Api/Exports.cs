using System.Runtime.CompilerServices;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Whole lists as streams: every row that matches, read page after page at one position.</summary>
internal static class Exports
{
    /// <summary>
    /// Asks for all pages of a list, whichever page a request names; <paramref name="alsoKnown"/> are the parameters that the endpoint itself understands.
    /// </summary>
    public static async Task<IResult> Export<TState, TWire>(
        this HttpContext http, RowFormat format, Listing listing, Func<ListRequest, IListQuery<TState>> query,
        Func<IReadOnlyList<TState>, Store, CancellationToken, Task<IReadOnlyList<TWire>>> wire, (IReadOnlyList<string> Names, Func<TWire, IEnumerable<string?>> Values) cells,
        params string[] alsoKnown)
    {
        var bound = ListBinding.Bind(http.Request.Query, listing, [Positions.MinPosition, Positions.AsOf, .. alsoKnown]);
        if (!bound.IsValid)
            return bound.Errors.AsRefusal().AsHttp();

        var mediator = http.RequestServices.GetRequiredService<IMediator>();
        var past = http.RequestServices.GetRequiredService<Context>().AsOf;
        var request = bound.Value with { AsOf = past?.Position, AsOfTime = past?.At, Page = 1, Limit = listing.MaxLimit, Cursor = null, Count = false };
        var first = await mediator.Send(query(request), http.RequestAborted);
        return first.Refusal is { } refusal ? refusal.AsHttp() : format.Stream(http, Rows(first.Value!, http.RequestAborted), cells);

        async IAsyncEnumerable<TWire> Rows(ListPage<TState> page, [EnumeratorCancellation] CancellationToken cancellation)
        {
            var store = http.RequestServices.GetRequiredService<Store>();
            while (true)
            {
                foreach (var row in await wire(page.Rows, store, cancellation))
                    yield return row;
                if (page.Next is not { } cursor)
                    yield break;
                var next = await mediator.Send(query(request with { Cursor = cursor }), cancellation);
                page = next.Value ?? throw new RefusedException(next.Refusal!);
            }
        }
    }

    public static string Text(bool flag) => flag ? "true" : "false";

    public static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Several values in one cell.</summary>
    public static string Text<T>(IEnumerable<T> values) => string.Join(';', values);
}

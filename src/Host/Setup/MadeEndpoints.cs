using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// All endpoints of the Host. Making their delegates takes a fifth of the start, so they are made once, and on another core while the rest of the Host starts; whoever routes the first request waits for them.
/// </summary>
internal sealed class MadeEndpoints(IReadOnlyList<EndpointDataSource> sources) : EndpointDataSource
{
    private readonly Lazy<IReadOnlyList<Endpoint>> made = new(() => [.. sources.SelectMany(source => source.Endpoints)]);

    public override IReadOnlyList<Endpoint> Endpoints => made.Value;

    /// <summary>They never change.</summary>
    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;

    /// <summary>Puts them in the place of what was mapped.</summary>
    public static void Take(IEndpointRouteBuilder mapped)
    {
        var endpoints = new MadeEndpoints([.. mapped.DataSources]);
        mapped.DataSources.Clear();
        mapped.DataSources.Add(endpoints);
    }

    /// <summary>Begins to make them, for a Host that is about to serve.</summary>
    public static void Begin(IEndpointRouteBuilder mapped)
    {
        foreach (var endpoints in mapped.DataSources.OfType<MadeEndpoints>())
            _ = Task.Run(() => endpoints.Endpoints);
    }
}

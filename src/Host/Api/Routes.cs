using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// Endpoints of the API under one prefix. From the start only their addresses and methods are known, which is all that routing needs; an endpoint itself (its delegate, what is inferred of its parameters, its
/// conventions) takes a millisecond or more to make, and is made for the first request that it is to answer, or when somebody asks what endpoints there are. Making all of them was a quarter of a start.
/// </summary>
internal sealed class Routes : IEndpointConventionBuilder
{
    private readonly IServiceProvider services;
    private readonly string prefix;
    private readonly IReadOnlyList<Action<EndpointBuilder>> outer;
    private readonly List<Action<EndpointBuilder>> conventions = [];
    private readonly List<Endpoint> own = [];
    private readonly List<IEnumerable<Endpoint>> all = [];

    private Routes(IServiceProvider services, string prefix, IReadOnlyList<Action<EndpointBuilder>> outer) =>
        (this.services, this.prefix, this.outer) = (services, prefix, outer);

    /// <summary>All addresses, of groups too, as many as there are when they are enumerated; in the order in which the framework has them, which is that of the API's description.</summary>
    private IEnumerable<Endpoint> Mapped => all.SelectMany(part => part);

    /// <summary>Routes of a Host below a prefix.</summary>
    public static Routes Of(IEndpointRouteBuilder host, string prefix)
    {
        Routes routes = new(host.ServiceProvider, prefix, []);
        host.DataSources.Add(new Addresses(routes.Mapped));
        return routes;
    }

    /// <summary>Whoever asks a Host for its endpoints, such as the description of the API, gets them as they are when they are made.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddRouting();
        var mapped = services.Last(service => service.ServiceType == typeof(EndpointDataSource)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton<EndpointDataSource>(provider => new Made((EndpointDataSource)mapped(provider))));
    }

    /// <summary>Right after routing: puts the endpoint in the place of its address, before anybody looks at it.</summary>
    public static Task Make(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Unmade>() is { } unmade)
            http.SetEndpoint(unmade.Endpoint);
        return next(http);
    }

    public void Add(Action<EndpointBuilder> convention) => conventions.Add(convention);

    public Routes MapGroup([StringSyntax("Route")] string inner)
    {
        Routes group = new(services, prefix + inner, [.. outer, Conventions]);
        all.Add(group.Mapped);
        return group;
    }

    public RouteHandlerBuilder MapGet([StringSyntax("Route")] string pattern, Delegate handler) => Map(HttpMethods.Get, pattern, handler);

    public RouteHandlerBuilder MapHead([StringSyntax("Route")] string pattern, Delegate handler) => Map(HttpMethods.Head, pattern, handler);

    public RouteHandlerBuilder MapPost([StringSyntax("Route")] string pattern, Delegate handler) => Map(HttpMethods.Post, pattern, handler);

    public RouteHandlerBuilder MapPut([StringSyntax("Route")] string pattern, Delegate handler) => Map(HttpMethods.Put, pattern, handler);

    public RouteHandlerBuilder MapPatch([StringSyntax("Route")] string pattern, Delegate handler) => Map(HttpMethods.Patch, pattern, handler);

    public RouteHandlerBuilder MapDelete([StringSyntax("Route")] string pattern, Delegate handler) => Map(HttpMethods.Delete, pattern, handler);

    private RouteHandlerBuilder Map(string method, string pattern, Delegate handler)
    {
        var one = new One(services);
        var group = one.MapGroup(prefix);
        foreach (var convention in outer.Append(Conventions))
            ((IEndpointConventionBuilder)group).Add(convention);

        if (own.Count == 0)
            all.Add(own);
        own.Add(new RouteEndpoint(_ => throw new InvalidOperationException($"{nameof(Make)} has to come after routing."),
            RoutePatternFactory.Parse(prefix + pattern), order: 0, new(new HttpMethodMetadata([method]), new Unmade(one)), $"HTTP: {method} {prefix}{pattern}"));
        return group.MapMethods(pattern, [method], handler);
    }

    /// <summary>The conventions of this group, as many as there are when an endpoint is made.</summary>
    private void Conventions(EndpointBuilder endpoint)
    {
        foreach (var convention in conventions)
            convention(endpoint);
    }

    /// <summary>One endpoint of the framework, which it makes when it is asked for.</summary>
    private sealed class One(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }

    /// <summary>On an address: the endpoint that is there.</summary>
    private sealed class Unmade(One one)
    {
        private readonly Lazy<Endpoint> made = new(() => one.DataSources.Single().Endpoints.Single());

        public Endpoint Endpoint => made.Value;
    }

    /// <summary>For routing. They never change.</summary>
    private sealed class Addresses(IEnumerable<Endpoint> mapped) : EndpointDataSource
    {
        private readonly Lazy<IReadOnlyList<Endpoint>> addresses = new(() => [.. mapped]);

        public override IReadOnlyList<Endpoint> Endpoints => addresses.Value;

        public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;
    }

    /// <summary>For everybody else.</summary>
    private sealed class Made(EndpointDataSource mapped) : EndpointDataSource
    {
        public override IReadOnlyList<Endpoint> Endpoints => [.. mapped.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<Unmade>()?.Endpoint ?? endpoint)];

        public override IChangeToken GetChangeToken() => mapped.GetChangeToken();
    }
}

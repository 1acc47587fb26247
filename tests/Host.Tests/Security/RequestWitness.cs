using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Security;

/// <summary>Tells, in a header of the answer, which requests an endpoint sent into the pipeline: whatever goes past it is asked for no permission.</summary>
internal static class RequestWitness
{
    public const string Header = "X-Requests-Sent";

    private static readonly AsyncLocal<HashSet<string>?> Seen = new();

    public static void Add(IServiceCollection services)
    {
        services.Insert(0, ServiceDescriptor.Transient(typeof(IPipelineBehavior<,>), typeof(Behavior<,>)));
        services.AddSingleton<IStartupFilter, Filter>();
    }

    private sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (http, following) =>
            {
                var seen = Seen.Value = [];
                http.Response.OnStarting(() =>
                {
                    http.Response.Headers[Header] = string.Join(',', seen);
                    return Task.CompletedTask;
                });
                await following(http);
            });
            next(app);
        };
    }

    private sealed class Behavior<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse> where TRequest : notnull
    {
        public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
        {
            if (Seen.Value is { } seen)
            {
                lock (seen)
                    seen.Add(typeof(TRequest).Name);
            }

            return next();
        }
    }
}

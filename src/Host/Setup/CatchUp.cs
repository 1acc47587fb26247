using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>A step before questions to read models: waits until they have reached the position the caller has seen or asks about, two seconds at most.</summary>
internal sealed class CatchUp<TRequest, TResponse>(Progress progress, Context context) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var position = Math.Max(context.MinPosition ?? 0, context.AsOf?.Position ?? 0);
        if (request is IReadModelQuery question && position > 0)
        {
            foreach (var model in question.ReadModels)
            {
                if (!await progress.WaitForAsync(model, position, Longest, cancellationToken))
                    return TResponse.Refused(Refusal.ReadModelBehind(position, progress.Of(model).Position));
            }
        }

        return await next();
    }
}

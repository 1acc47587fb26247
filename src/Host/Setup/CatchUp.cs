using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>A step before questions to a read model: waits until it has reached the position the caller has seen, two seconds at most.</summary>
internal sealed class CatchUp<TRequest, TResponse>(Progress progress, Context context) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        request is IReadModelQuery { ReadModel: var model } && context.MinPosition is { } position
            && !await progress.WaitForAsync(model, position, Longest, cancellationToken)
            ? TResponse.Refused(Refusal.ReadModelBehind(position, progress.Of(model).Position))
            : await next();
}

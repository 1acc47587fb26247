using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// A step before questions to read models. It waits until they have reached the position the caller has seen or asks about, two seconds at most.
/// Who names none waits a moment for what this process has committed, so that a client who writes and then lists finds what it wrote.
/// </summary>
internal sealed class CatchUp<TRequest, TResponse>(Progress progress, CommitWakeup commits, Context context) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request is not IReadModelQuery question)
            return await next();

        var demanded = Math.Max(context.MinPosition ?? 0, context.AsOf?.Position ?? 0);
        foreach (var model in question.ReadModels)
        {
            // Nobody has told this process yet, or it has just begun.
            if (progress.Of(model).Position == 0)
                await progress.RefreshAsync().WaitAsync(cancellationToken);
            var now = progress.Of(model);
            // What has failed will not come in a moment.
            if (demanded == 0 && now.Failure is not null)
                continue;
            var least = demanded > 0 ? demanded : commits.LatestPosition;
            if (now.Position < least)
                commits.Hurry();
            var reached = await progress.WaitForAsync(model, least, demanded > 0 ? Longest : Moment, cancellationToken);
            if (!reached && demanded > 0)
                return TResponse.Refused(Refusal.ReadModelBehind(demanded, progress.Of(model).Position));
        }

        SeeNothingOlder(question);
        var answer = await next();
        SeeNothingOlder(question);
        return answer;
    }

    /// <summary>The states that go with an answer are not older than the read models that it comes from, because it tells their position.</summary>
    private void SeeNothingOlder(IReadModelQuery question)
    {
        if (context.Seen is { } seen && question.ReadModels.Any(model => progress.Of(model).Position > seen.Position))
            context.Seen = null;
    }
}

using EventSourcedOrgs.Domain;
using MediatR;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>A step before every request that stays within an organization: the organization exists, or nothing within it does but its past.</summary>
public sealed class WithinOrganization<TRequest, TResponse>(Store store) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request is not IWithinOrganization { MayBeGone: false } within)
            return await next();

        var organization = store.Organizations.Latest(within.Organization, cancellationToken);
        await Task.WhenAll(organization, (request as ICommand)?.Prefetch(store, cancellationToken) ?? Task.CompletedTask);
        return (await organization).Exists ? await next() : TResponse.Refused(Refusal.OrganizationNotFound);
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>The provider of an organization, as committed now.</summary>
public sealed record GetOrganizationIdentityProvider(OrganizationId Organization) : IQuery<IdentityProvider>, IWithinOrganization
{
    public sealed class Handler(Store store) : IQueryHandler<GetOrganizationIdentityProvider, IdentityProvider>
    {
        public async Task<Result<IdentityProvider>> Handle(GetOrganizationIdentityProvider query, CancellationToken cancellationToken) =>
            (await OwnedProvider.Find(store, query.Organization, cancellationToken)).Select(owned => owned.Provider);
    }
}

/// <summary>The provider of the account, as committed now.</summary>
public sealed record GetAccountIdentityProvider : IQuery<IdentityProvider>
{
    public sealed class Handler(Store store) : IQueryHandler<GetAccountIdentityProvider, IdentityProvider>
    {
        public async Task<Result<IdentityProvider>> Handle(GetAccountIdentityProvider query, CancellationToken cancellationToken) =>
            (await OwnedProvider.Find(store, null, cancellationToken)).Select(owned => owned.Provider);
    }
}

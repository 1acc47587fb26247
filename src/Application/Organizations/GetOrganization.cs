using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;

namespace EventSourcedOrgs.Application.Organizations;

/// <summary>One organization, as committed now.</summary>
public sealed record GetOrganization(OrganizationId Organization) : IQuery<Organization>, IWithinOrganization
{
    public sealed class Handler(Store store) : IQueryHandler<GetOrganization, Organization>
    {
        public async Task<Result<Organization>> Handle(GetOrganization query, CancellationToken cancellationToken) =>
            await store.Organizations.Latest(query.Organization, cancellationToken) is { Exists: true } organization
                ? organization
                : Refusal.OrganizationNotFound;
    }
}

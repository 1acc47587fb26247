using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.UserGroups;

namespace EventSourcedOrgs.Application.UserGroups;

/// <summary>One user group of an organization, as committed now.</summary>
public sealed record GetUserGroup(OrganizationId Organization, UserGroupId UserGroup) : IQuery<UserGroup>, IWithinOrganization
{
    public sealed class Handler(Store store) : IQueryHandler<GetUserGroup, UserGroup>
    {
        public async Task<Result<UserGroup>> Handle(GetUserGroup query, CancellationToken cancellationToken) =>
            await store.UserGroups.Latest(query.UserGroup, cancellationToken) is { Exists: true } group && group.Organization == query.Organization
                ? group
                : Refusal.UserGroupNotFound;
    }
}

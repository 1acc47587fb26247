using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Users;

/// <summary>One user, as committed now.</summary>
public sealed record GetUser(UserId User) : IQuery<User>
{
    public sealed class Handler(Store store) : IQueryHandler<GetUser, User>
    {
        public async Task<Result<User>> Handle(GetUser query, CancellationToken cancellationToken) =>
            await store.Users.Latest(query.User, cancellationToken) is { Exists: true } user ? user : Refusal.UserNotFound;
    }
}

/// <summary>One user of an organization, as committed now.</summary>
public sealed record GetOrganizationUser(OrganizationId Organization, UserId User) : IQuery<User>, IWithinOrganization
{
    public sealed class Handler(Store store) : IQueryHandler<GetOrganizationUser, User>
    {
        public async Task<Result<User>> Handle(GetOrganizationUser query, CancellationToken cancellationToken) =>
            await store.Users.Latest(query.User, cancellationToken) is { Exists: true } user && user.Organization == query.Organization
                ? user
                : Refusal.UserNotFound;
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;
using Marten;

namespace EventSourcedOrgs.Application.Organizations;

/// <summary>Deletes an organization that has no users left. Its groups open nothing without it, its licences can be given to another.</summary>
public sealed record DeleteOrganization(OrganizationId Organization) : ICommand<Organization>
{
    public Guid? Target => Organization.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteOrganization, Organization>
    {
        public async Task<Result<Organization>> Handle(DeleteOrganization command, CancellationToken cancellationToken) =>
            (await store.Organizations.Latest(command.Organization, cancellationToken)).Exists
                ? await store.Organizations.DecideExclusively(command.Organization, organization => organization.Delete(), cancellationToken)
                : Refusal.OrganizationNotFound;
    }
}

/// <summary>
/// Removes the next users of an organization that is to be deleted with all of them, and answers how many it removed. A deletion with
/// 'cascade' repeats this until none is left, then deletes: work of a bounded size for each commit, and safe to repeat.
/// </summary>
public sealed record RemoveUsersOfOrganization(OrganizationId Organization) : ICommand<int>
{
    public const int Most = 200;

    public sealed class Handler(Store store) : ICommandHandler<RemoveUsersOfOrganization, int>
    {
        public async Task<Result<int>> Handle(RemoveUsersOfOrganization command, CancellationToken cancellationToken)
        {
            if (!(await store.Organizations.Latest(command.Organization, cancellationToken)).Exists)
                return Refusal.OrganizationNotFound;

            var users = await store.Session.QueryAsync<User>(
                $"where (data ->> 'organization')::uuid = ? and (data ->> 'deleted')::boolean = false limit {Most}", cancellationToken, command.Organization.Value);
            foreach (var user in users)
            {
                if ((await new Departure(store).Of(user, cancellationToken)).Refusal is { } refusal)
                    return refusal;
            }

            return users.Count;
        }
    }
}

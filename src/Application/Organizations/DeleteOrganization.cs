using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;
using Marten;

namespace EventSourcedOrgs.Application.Organizations;

/// <summary>
/// Deletes an organization that has no users left; with <see cref="Cascade"/> its users are removed in the same unit of work. Its groups open
/// nothing without it, its licences can be given to another.
/// </summary>
public sealed record DeleteOrganization(OrganizationId Organization, bool Cascade = false) : ICommand<Organization>
{
    /// <summary>Of more users a dry run does not tell how each of them goes: what it takes away is the same without.</summary>
    public const int MostForeseen = 2000;

    public Guid? Target => Organization.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteOrganization, Organization>
    {
        public async Task<Result<Organization>> Handle(DeleteOrganization command, CancellationToken cancellationToken)
        {
            var before = await store.Organizations.Latest(command.Organization, cancellationToken);
            if (!before.Exists)
                return Refusal.OrganizationNotFound;

            store.Context.ForeseesPart = command.Cascade && store.Context.IsDryRun && before.SeatsUsed > MostForeseen;
            var removed = command.Cascade && !store.Context.ForeseesPart ? await new Evacuation(store).Of(command.Organization, int.MaxValue, cancellationToken) : 0;
            if (removed.Refusal is { } refusal)
                return refusal;

            store.Session.Delete<IdentityProviderSecret>(command.Organization.Value);
            return await store.Organizations.DecideExclusively(command.Organization, organization => organization.Delete(withUsers: store.Context.ForeseesPart), cancellationToken);
        }
    }
}

/// <summary>
/// Removes the next users of an organization that is to be deleted with all of them, and answers how many it removed. A deletion with
/// 'cascade' repeats this until none is left, then deletes: work of a bounded size for each commit, and safe to repeat.
/// </summary>
public sealed record RemoveUsersOfOrganization(OrganizationId Organization) : ICommand<int>
{
    public const int Most = 200;

    public Guid? Target => Organization.Value;

    public sealed class Handler(Store store) : ICommandHandler<RemoveUsersOfOrganization, int>
    {
        public async Task<Result<int>> Handle(RemoveUsersOfOrganization command, CancellationToken cancellationToken)
        {
            if (!(await store.Organizations.Latest(command.Organization, cancellationToken)).Exists)
                return Refusal.OrganizationNotFound;

            return await new Evacuation(store).Of(command.Organization, Most, cancellationToken);
        }
    }
}

/// <summary>Removes the users of an organization.</summary>
public sealed class Evacuation(Store store)
{
    /// <summary>Removes so many at most, and answers how many it removed.</summary>
    public async Task<Result<int>> Of(OrganizationId organization, int most, CancellationToken cancellation)
    {
        var users = await store.Session.QueryAsync<User>(
            "where (data ->> 'organization')::uuid = ? and (data ->> 'deleted')::boolean = false limit ?", cancellation, organization.Value, most);
        return await new Departure(store).Of(users, user => user.Delete(), cancellation);
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.UserGroups;

namespace EventSourcedOrgs.Application.UserGroups;

/// <summary>
/// Deletes a user group: one event, whatever its size. A group that does not live opens nothing, so its memberships and assignments
/// have ended with it.
/// </summary>
public sealed record DeleteUserGroup(OrganizationId Organization, UserGroupId UserGroup) : ICommand<UserGroup>, IWithinOrganization
{
    public Guid? Target => UserGroup.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteUserGroup, UserGroup>
    {
        public async Task<Result<UserGroup>> Handle(DeleteUserGroup command, CancellationToken cancellationToken)
        {
            var group = await store.UserGroups.Latest(command.UserGroup, cancellationToken);
            if (!group.Exists || group.Organization != command.Organization)
                return Refusal.UserGroupNotFound;

            store.Claims.Free(Unique.UserGroupName(group.Organization, group.Name));
            return await store.UserGroups.Decide(command.UserGroup, latest => latest.Delete(), cancellationToken);
        }
    }
}

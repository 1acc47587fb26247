using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.UserGroups;

/// <summary>Takes a user out of a group: what only the group opened is closed at once.</summary>
public sealed record RemoveUserFromGroup(OrganizationId Organization, UserGroupId UserGroup, UserId User) : ICommand<User>, IWithinOrganization
{
    public Task Prefetch(Store store, CancellationToken cancellation) =>
        Task.WhenAll(store.UserGroups.Prefetch([UserGroup], cancellation), store.Users.Prefetch([User], cancellation));

    public sealed class Handler(Store store) : ICommandHandler<RemoveUserFromGroup, User>
    {
        public async Task<Result<User>> Handle(RemoveUserFromGroup command, CancellationToken cancellationToken)
        {
            var group = await store.UserGroups.Latest(command.UserGroup, cancellationToken);
            var user = await store.Users.Latest(command.User, cancellationToken);
            return !group.Exists || group.Organization != command.Organization ? Refusal.UserGroupNotFound
                : !user.Exists || user.Organization != command.Organization ? Refusal.UserNotFound
                : await store.Users.Decide(command.User, state => state.Leave(command.UserGroup), cancellationToken);
        }
    }
}

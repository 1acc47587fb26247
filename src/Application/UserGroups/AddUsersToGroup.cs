using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.UserGroups;
using FluentValidation;

namespace EventSourcedOrgs.Application.UserGroups;

/// <summary>
/// Puts users of the organization into a group: every licence of the group opens to them at once. All of them, or none; who is in
/// already stays in.
/// </summary>
public sealed record AddUsersToGroup(OrganizationId Organization, UserGroupId UserGroup, ValueList<UserId> Users) : ICommand<Done>, IWithinOrganization
{
    public const int Most = 1000;

    public Task Prefetch(Store store, CancellationToken cancellation) =>
        Task.WhenAll(store.UserGroups.Prefetch([UserGroup], cancellation), store.Users.Prefetch(Users, cancellation));

    public sealed class Validator : AbstractValidator<AddUsersToGroup>
    {
        public Validator() => RuleFor(c => c.Users.Count).InclusiveBetween(1, Most).OverridePropertyName("UserIds")
            .WithMessage($"must name 1 to {Most} users.");
    }

    public sealed class Handler(Store store) : ICommandHandler<AddUsersToGroup, Done>
    {
        public async Task<Result<Done>> Handle(AddUsersToGroup command, CancellationToken cancellationToken)
        {
            var group = await store.UserGroups.Latest(command.UserGroup, cancellationToken);
            if (!group.Exists || group.Organization != command.Organization)
                return Refusal.UserGroupNotFound;

            foreach (var user in command.Users.Distinct().OrderBy(user => user.Value))
            {
                var joined = await store.Users.Decide(user, state => state.Join(group), cancellationToken);
                if (joined.Refusal is { } refusal)
                    return refusal.Kind == RefusalKind.NotFound ? Refusal.UnknownMember : refusal;
            }

            return default(Done);
        }
    }
}

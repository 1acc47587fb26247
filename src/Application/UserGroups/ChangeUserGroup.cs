using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.UserGroups;
using FluentValidation;

namespace EventSourcedOrgs.Application.UserGroups;

/// <summary>Changes the name or description of a user group.</summary>
public sealed record ChangeUserGroup(OrganizationId Organization, UserGroupId UserGroup, Optional<string> Name, Optional<string?> Description)
    : ICommand<UserGroup>, IWithinOrganization
{
    public Guid? Target => UserGroup.Value;

    public sealed class Validator : AbstractValidator<ChangeUserGroup>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Description).OptionalText();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeUserGroup, UserGroup>
    {
        public async Task<Result<UserGroup>> Handle(ChangeUserGroup command, CancellationToken cancellationToken)
        {
            var group = await store.UserGroups.Latest(command.UserGroup, cancellationToken);
            if (!group.Exists || group.Organization != command.Organization)
                return Refusal.UserGroupNotFound;

            var name = command.Name.Select(text => text.Trim());
            if (name.IsSet && Unique.UserGroupName(group.Organization, name.Value) is var now && Unique.UserGroupName(group.Organization, group.Name) is var before && now != before)
            {
                if (await store.Claims.Take(now, group.Id.Value, Refusal.DuplicateUserGroupName, cancellationToken) is { } taken)
                    return taken;
                store.Claims.Free(before);
            }

            return await store.UserGroups.Decide(command.UserGroup, latest => latest.Change(name, command.Description), cancellationToken);
        }
    }
}

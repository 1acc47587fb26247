using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.UserGroups;
using FluentValidation;

namespace EventSourcedOrgs.Application.UserGroups;

/// <summary>Makes a user group; its name is unique in its organization, ignoring case.</summary>
public sealed record CreateUserGroup(UserGroupId Id, OrganizationId Organization, string Name, string? Description) : ICommand<UserGroup>, IWithinOrganization
{
    public sealed class Validator : AbstractValidator<CreateUserGroup>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Description).Text();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateUserGroup, UserGroup>
    {
        public async Task<Result<UserGroup>> Handle(CreateUserGroup command, CancellationToken cancellationToken)
        {
            var organization = await store.Organizations.Latest(command.Organization, cancellationToken);
            var group = UserGroup.New(command.Id, organization, command.Name.Trim(), command.Description);
            return group.Refusal is { } refusal ? refusal
                : await store.Claims.Take(
                    Unique.UserGroupName(command.Organization, command.Name), command.Id.Value, Refusal.DuplicateUserGroupName, cancellationToken) is { } taken
                    ? taken
                    : store.UserGroups.Start(command.Id, group);
        }
    }
}

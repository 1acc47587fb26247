using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using FluentValidation;

namespace EventSourcedOrgs.Application.Organizations;

/// <summary>Makes a customer organization with so many seats.</summary>
public sealed record CreateOrganization(
    OrganizationId Id, string Name, string Email, string? Description, int AllowedUsers, Address? Address, Guid? ResellerId,
    ValueList<MetadataEntry> Metadata) : ICommand<Organization>
{
    public sealed class Validator : AbstractValidator<CreateOrganization>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Email).Email();
            RuleFor(c => c.Description).Text();
            RuleFor(c => c.AllowedUsers).AtLeast(Organization.Unlimited);
            RuleFor(c => c.Address).Address();
            RuleFor(c => c.Metadata).Metadata(most: 50);
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateOrganization, Organization>
    {
        public Task<Result<Organization>> Handle(CreateOrganization command, CancellationToken cancellationToken) =>
            Task.FromResult(store.Organizations.Start(command.Id, Organization.New(
                command.Id, command.Name.Trim(), command.Email.Trim(), command.Description, command.AllowedUsers, command.Address,
                command.ResellerId, command.Metadata)));
    }
}

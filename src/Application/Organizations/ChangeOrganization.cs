using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using FluentValidation;

namespace EventSourcedOrgs.Application.Organizations;

/// <summary>Changes what a request names of an organization; one event for each thing that differs.</summary>
public sealed record ChangeOrganization(OrganizationId Organization, OrganizationChanges Changes) : ICommand<Organization>
{
    public Guid? Target => Organization.Value;

    public sealed class Validator : AbstractValidator<ChangeOrganization>
    {
        public Validator()
        {
            RuleFor(c => c.Changes.Name).Text(1);
            RuleFor(c => c.Changes.Email).Email();
            RuleFor(c => c.Changes.Description).OptionalText();
            RuleFor(c => c.Changes.AllowedUsers).AtLeast(Domain.Organizations.Organization.Unlimited);
            RuleFor(c => c.Changes.Address).Address();
            RuleFor(c => c.Changes.Metadata).Metadata(most: 50);
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeOrganization, Organization>
    {
        public Task<Result<Organization>> Handle(ChangeOrganization command, CancellationToken cancellationToken) =>
            store.Organizations.Decide(command.Organization, organization => organization.Change(command.Changes), cancellationToken);
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;

namespace EventSourcedOrgs.Application.Organizations;

/// <summary>Takes all access from everybody in the organization at once; nothing is deleted.</summary>
public sealed record SuspendOrganization(OrganizationId Organization) : ICommand<Organization>
{
    public Guid? Target => Organization.Value;

    public sealed class Handler(Store store) : ICommandHandler<SuspendOrganization, Organization>
    {
        public Task<Result<Organization>> Handle(SuspendOrganization command, CancellationToken cancellationToken) =>
            store.Organizations.Decide(command.Organization, organization => organization.Suspend(), cancellationToken);
    }
}

/// <summary>Gives back exactly the access that the suspension took.</summary>
public sealed record ReinstateOrganization(OrganizationId Organization) : ICommand<Organization>
{
    public Guid? Target => Organization.Value;

    public sealed class Handler(Store store) : ICommandHandler<ReinstateOrganization, Organization>
    {
        public Task<Result<Organization>> Handle(ReinstateOrganization command, CancellationToken cancellationToken) =>
            store.Organizations.Decide(command.Organization, organization => organization.Reinstate(), cancellationToken);
    }
}

namespace EventSourcedOrgs.Domain;

/// <summary>A command or query that stays within one organization: its organization-admins may send it, for their own organization only.</summary>
public interface IWithinOrganization
{
    OrganizationId Organization { get; }
}

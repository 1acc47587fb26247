namespace EventSourcedOrgs.Domain;

/// <summary>A command or query that stays within one organization: its organization-admins may send it, for their own organization only.</summary>
public interface IWithinOrganization
{
    OrganizationId Organization { get; }

    /// <summary>It is about the past of an organization that may be gone by now, and tells itself whether the organization was there.</summary>
    bool MayBeGone => false;
}

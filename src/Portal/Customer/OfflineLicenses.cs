using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal.Customer;

/// <summary>The licences that somebody may carry requests for: an organization-admin those of the organization, a user those of their own.</summary>
internal static class OfflineLicenses
{
    public static async Task<IReadOnlyList<(string Value, string Text)>> Of(ApiClient api, PortalSession session)
    {
        var licenses = session.IsOrganizationAdmin ? await api.All(Contract.ListOrganizationLicenses(session.Organization)) : await api.All(Contract.ListMyLicenses());
        return [.. licenses.Where(license => !license.Revoked).Select(license => (license.Id.ToString(), LicenseWords.Name(license)))];
    }
}

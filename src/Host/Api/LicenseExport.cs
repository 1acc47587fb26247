using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using static EventSourcedOrgs.Host.Api.Exports;
using static EventSourcedOrgs.Host.Api.HttpJson;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The cells of licences and users in an export: what the lists show, with what has parts as JSON.</summary>
internal static class LicenseExport
{
    public static (IReadOnlyList<string> Names, Func<WireLicense, IEnumerable<string?>> Values) Licenses { get; } = (
    [
        "id", "createdAt", "updatedAt", "key", "productId", "type", "revoked", "suspended", "perpetual", "expiresAt", "effectiveDate", "activatedAt", "lastUsedAt",
        "subscriptionInterval", "subscriptionStartTrigger", "validity", "allowedActivations", "totalActivations", "allowedDeactivations", "totalDeactivations",
        "allowedFloatingClients", "leaseDuration", "maintenancePolicyId", "maintenanceExpiresAt", "entitlementSetId", "productVersionId", "currentReleaseVersion",
        "maxAllowedReleaseVersion", "organizationId", "organization.name", "userId", "user.name", "user.email", "additionalUserIds", "resellerId", "tags", "notes",
        "metadata", "meterAttributes",
    ], license =>
    [
        license.Id.ToString(), Text(license.CreatedAt), Text(license.UpdatedAt), license.Key, license.ProductId.ToString(), WireEnum.NameOf(license.Type), Text(license.Revoked),
        Text(license.Suspended), Text(license.Perpetual), Text(license.ExpiresAt), Text(license.EffectiveDate), Text(license.ActivatedAt), Text(license.LastUsedAt),
        license.SubscriptionInterval, WireEnum.NameOf(license.SubscriptionStartTrigger), license.Validity is { } seconds ? Text(seconds) : null,
        Count(license.AllowedActivations), Text(license.TotalActivations), Count(license.AllowedDeactivations), Text(license.TotalDeactivations),
        Text(license.AllowedFloatingClients), Count(license.LeaseDuration), license.MaintenancePolicyId?.ToString(), Text(license.MaintenanceExpiresAt),
        license.EntitlementSetId?.ToString(), license.ProductVersionId?.ToString(), license.CurrentReleaseVersion, license.MaxAllowedReleaseVersion,
        license.OrganizationId?.ToString(), license.Organization?.Name, license.UserId?.ToString(), license.User?.Name, license.User?.Email,
        Text(license.AdditionalUserIds), license.ResellerId?.ToString(), Text(license.Tags), license.Notes, Pairs(license.Metadata),
        JsonSerializer.Serialize(license.MeterAttributes.Select(meter => new { meter.Name, meter.AllowedUses, meter.TotalUses, meter.GrossUses }), HttpJson.Options),
    ]);

    public static (IReadOnlyList<string> Names, Func<WireUser, IEnumerable<string?>> Values) Users { get; } = (
    [
        "id", "createdAt", "updatedAt", "name", "firstName", "lastName", "email", "role", "company", "organizationId", "organization.name", "resellerId",
        "allowCustomerPortalAccess", "suspended", "twoFactorEnabled", "lastLoginAt", "lastSeenAt", "tags", "userGroups", "metadata",
    ], user =>
    [
        user.Id.ToString(), Text(user.CreatedAt), Text(user.UpdatedAt), user.Name, user.FirstName, user.LastName, user.Email, user.Role, user.Company,
        user.OrganizationId?.ToString(), user.Organization?.Name, user.ResellerId?.ToString(), Text(user.AllowCustomerPortalAccess), Text(user.Suspended),
        Text(user.TwoFactorEnabled), Text(user.LastLoginAt), Text(user.LastSeenAt), Text(user.Tags), Text(user.UserGroups.Select(group => group.Name)),
        Pairs(user.Metadata),
    ]);

    /// <summary>-1 is unlimited, which a spreadsheet would take for a formula.</summary>
    private static string Count(int number) => number < 0 ? "unlimited" : Text(number);

    private static string Pairs(IEnumerable<WireAdminMetadata> metadata) =>
        JsonSerializer.Serialize(metadata.ToDictionary(entry => entry.Key, entry => entry.Value), HttpJson.Options);
}

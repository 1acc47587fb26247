using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Accounts;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Operations;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.Trials;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// What stored events are called outside: the names that webhooks are subscribed to. Every event has its line, also one that nobody outside is told of. Of a user in
/// an organization both names are told, <c>user.updated</c> and <c>organization.user.updated</c>, but for what the user wants to be told.
/// </summary>
public static class WebhookNames
{
    private const string LimitReached = "ACTIVATION_LIMIT_REACHED";
    private const string EmailPreference = "user.emailPreference.updated";

    private static readonly Func<object, string?> Nobody = _ => null;

    /// <summary>The name of each event, or of some; null where nobody is told.</summary>
    public static IReadOnlyDictionary<Type, Func<object, string?>> Decisions { get; } = new Dictionary<Type, Func<object, string?>>
    {
        [typeof(OrganizationCreated)] = Is("organization.created"),
        [typeof(OrganizationRenamed)] = Is("organization.updated"),
        [typeof(OrganizationEmailChanged)] = Is("organization.updated"),
        [typeof(OrganizationDescriptionChanged)] = Is("organization.updated"),
        [typeof(OrganizationAddressChanged)] = Is("organization.updated"),
        [typeof(OrganizationResellerChanged)] = Is("organization.updated"),
        [typeof(OrganizationMetadataChanged)] = Is("organization.updated"),
        [typeof(AllowedUsersChanged)] = Is("organization.updated"),
        [typeof(OrganizationSuspended)] = Is("organization.updated"),
        [typeof(OrganizationReinstated)] = Is("organization.updated"),
        [typeof(OrganizationDeleted)] = Is("organization.deleted"),
        [typeof(UserJoinedOrganization)] = Nobody,
        [typeof(UserLeftOrganization)] = Nobody,
        [typeof(OrganizationIdentityProviderChanged)] = Nobody,
        [typeof(OrganizationIdentityProviderSecretChanged)] = Nobody,
        [typeof(OrganizationIdentityProviderRemoved)] = Nobody,

        [typeof(UserCreated)] = Is("user.created"),
        [typeof(UserRenamed)] = Is("user.updated"),
        [typeof(UserEmailChanged)] = Is("user.updated"),
        [typeof(UserCompanyChanged)] = Is("user.updated"),
        [typeof(UserRoleChanged)] = Is("user.updated"),
        [typeof(UserMoved)] = Is("user.updated"),
        [typeof(CustomerPortalAccessChanged)] = Is("user.updated"),
        [typeof(UserEmailPreferenceChanged)] = Is(EmailPreference),
        [typeof(UserTagsChanged)] = Is("user.updated"),
        [typeof(UserMetadataChanged)] = Is("user.updated"),
        [typeof(UserAddedToGroup)] = Is("user.updated"),
        [typeof(UserRemovedFromGroup)] = Is("user.updated"),
        [typeof(UserSuspended)] = Is("user.updated"),
        [typeof(UserReinstated)] = Is("user.updated"),
        [typeof(UserDeleted)] = Is("user.deleted"),
        [typeof(UserErased)] = Nobody,
        [typeof(UserSignedIn)] = Is("account.logged-in"),
        [typeof(UserPasswordChanged)] = Nobody,
        [typeof(UserPasswordResetAllowed)] = Nobody,
        [typeof(UserIdentityLinked)] = Nobody,
        [typeof(UserTwoFactorEnabled)] = Is("user.updated"),
        [typeof(UserTwoFactorDisabled)] = Is("user.updated"),
        [typeof(UserRecoveryCodesMade)] = Nobody,
        [typeof(UserRecoveryCodeUsed)] = Nobody,
        [typeof(UserSessionsEnded)] = Nobody,

        [typeof(UserGroupCreated)] = Is("organization.userGroup.created"),
        [typeof(UserGroupRenamed)] = Is("organization.userGroup.updated"),
        [typeof(UserGroupDescriptionChanged)] = Is("organization.userGroup.updated"),
        [typeof(UserGroupDeleted)] = Is("organization.userGroup.deleted"),

        [typeof(LicenseCreated)] = Is("license.created"),
        [typeof(LicenseKeyChanged)] = Is("license.updated"),
        [typeof(LicensePolicyChanged)] = Is("license.updated"),
        [typeof(LicenseTermChanged)] = Is("license.subscription.updated"),
        [typeof(LicenseExpiryChanged)] = Is("license.expiresAt.updated"),
        [typeof(LicenseRenewed)] = Is("license.renewed"),
        [typeof(LicenseExtended)] = Is("license.extended"),
        [typeof(LicenseSuspended)] = Is("license.updated"),
        [typeof(LicenseReinstated)] = Is("license.updated"),
        [typeof(LicenseRevoked)] = Is("license.updated"),
        [typeof(LicenseRevocationLifted)] = Is("license.updated"),
        [typeof(LicenseTransferred)] = Is("license.updated"),
        [typeof(LicenseResellerChanged)] = Is("license.updated"),
        [typeof(LicenseNotesChanged)] = Is("license.updated"),
        [typeof(LicenseTagsChanged)] = Is("license.updated"),
        [typeof(LicenseMetadataChanged)] = Is("license.updated"),
        [typeof(LicenseEntitlementChanged)] = Is("license.updated"),
        [typeof(LicenseMetersChanged)] = Is("license.updated"),
        [typeof(PrimaryUserAssignedToLicense)] = Is("license.updated"),
        [typeof(PrimaryUserUnassignedFromLicense)] = Is("license.updated"),
        [typeof(UserAssignedToLicense)] = Is("license.updated"),
        [typeof(UserUnassignedFromLicense)] = Is("license.updated"),
        [typeof(GroupAssignedToLicense)] = Is("organization.license.updated"),
        [typeof(GroupUnassignedFromLicense)] = Is("organization.license.updated"),
        [typeof(LicenseFirstActivated)] = Is("license.first-activated"),
        [typeof(LicenseExpiringSoon)] = Is("license.expiring-soon"),
        [typeof(LicenseExpired)] = Is("license.expired"),
        [typeof(LicenseMaintenanceExpiryChanged)] = Is("license.maintenanceExpiresAt.updated"),
        [typeof(LicenseMaintenanceRenewed)] = Is("license.maintenance-renewed"),
        [typeof(LicenseMaintenanceExtended)] = Is("license.maintenance-extended"),
        [typeof(LicenseMaintenanceExpiringSoon)] = Is("license.maintenance-expiring-soon"),
        [typeof(LicenseMaintenanceExpired)] = Is("license.maintenance-expired"),
        [typeof(LicenseMeterReset)] = Is("license.updated"),
        [typeof(FeatureAddedToLicense)] = Is("license.featureEntitlement.created"),
        [typeof(FeatureOfLicenseChanged)] = Is("license.featureEntitlement.updated"),
        [typeof(FeatureRemovedFromLicense)] = Is("license.featureEntitlement.deleted"),
        [typeof(LicenseDeleted)] = Is("license.deleted"),

        [typeof(ActivationCreated)] = Is("activation.created"),
        [typeof(ActivationRepeated)] = Is("activation.updated"),
        [typeof(ActivationSynced)] = Is("activation.updated"),
        [typeof(ActivationMeterCounted)] = Is("activation.updated"),
        [typeof(ActivationEnded)] = e => ((ActivationEnded)e).Reason == ActivationEnd.LeaseEnded ? "activation.lease-expired" : "activation.deleted",
        [typeof(OfflineResponseIssued)] = Is("activation.updated"),
        [typeof(OfflineResponseRevoked)] = Is("activation.updated"),
        [typeof(ActivationErased)] = Nobody,
        [typeof(ActivationRefused)] = e => e is ActivationRefused { Code: LimitReached } ? "license.activation.limit-reached" : null,

        [typeof(ProductCreated)] = Is("product.created"),
        [typeof(ProductRenamed)] = Is("product.updated"),
        [typeof(ProductDescriptionChanged)] = Is("product.updated"),
        [typeof(ProductTemplateChanged)] = Is("product.updated"),
        [typeof(ProductMetadataChanged)] = Is("product.updated"),
        [typeof(ProductTrialPolicyChanged)] = Is("product.updated"),
        [typeof(ProductDeleted)] = Is("product.deleted"),

        [typeof(LicenseTemplateCreated)] = Is("licenseTemplate.created"),
        [typeof(LicenseTemplateRenamed)] = Is("licenseTemplate.updated"),
        [typeof(LicenseTemplateTermsChanged)] = Is("licenseTemplate.updated"),
        [typeof(LicenseTemplateDeleted)] = Is("licenseTemplate.deleted"),

        [typeof(MaintenancePolicyCreated)] = Is("maintenancePolicy.created"),
        [typeof(MaintenancePolicyRenamed)] = Is("maintenancePolicy.updated"),
        [typeof(MaintenancePolicyUpdatesChanged)] = Is("maintenancePolicy.updated"),
        [typeof(MaintenancePolicyTermChanged)] = Is("maintenancePolicy.updated"),
        [typeof(MaintenancePolicyDeleted)] = Is("maintenancePolicy.deleted"),

        [typeof(TrialPolicyCreated)] = Is("trialPolicy.created"),
        [typeof(TrialPolicyRenamed)] = Is("trialPolicy.updated"),
        [typeof(TrialPolicyTermsChanged)] = Is("trialPolicy.updated"),
        [typeof(TrialPolicyDeleted)] = Is("trialPolicy.deleted"),

        [typeof(TrialActivationCreated)] = Is("trialActivation.created"),
        [typeof(TrialActivationReported)] = Is("trialActivation.updated"),
        [typeof(TrialActivationExtended)] = Is("trialActivation.updated"),
        [typeof(TrialActivationExpiryChanged)] = Is("trialActivation.updated"),
        [typeof(TrialActivationDeleted)] = Is("trialActivation.deleted"),

        [typeof(FeatureCreated)] = Is("feature.created"),
        [typeof(FeatureDisplayNameChanged)] = Is("feature.updated"),
        [typeof(FeatureDescriptionChanged)] = Is("feature.updated"),
        [typeof(FeatureDeleted)] = Is("feature.deleted"),

        [typeof(EntitlementSetCreated)] = Is("entitlementSet.created"),
        [typeof(EntitlementSetDisplayNameChanged)] = Is("entitlementSet.updated"),
        [typeof(EntitlementSetDescriptionChanged)] = Is("entitlementSet.updated"),
        [typeof(EntitlementSetProductsChanged)] = Is("entitlementSet.updated"),
        [typeof(EntitlementSetTierChanged)] = Is("entitlementSet.updated"),
        [typeof(FeatureAddedToSet)] = Is("entitlementSet.featureEntitlement.created"),
        [typeof(FeatureOfSetChanged)] = Is("entitlementSet.featureEntitlement.updated"),
        [typeof(FeatureRemovedFromSet)] = Is("entitlementSet.featureEntitlement.deleted"),
        [typeof(EntitlementSetDeleted)] = Is("entitlementSet.deleted"),

        [typeof(ReleaseCreated)] = Is("release.created"),
        [typeof(ReleaseRenamed)] = Is("release.updated"),
        [typeof(ReleaseVersionChanged)] = Is("release.updated"),
        [typeof(ReleaseChannelChanged)] = Is("release.updated"),
        [typeof(ReleasePlatformsChanged)] = Is("release.updated"),
        [typeof(ReleasePrivacyChanged)] = Is("release.updated"),
        [typeof(ReleaseNotesChanged)] = Is("release.updated"),
        [typeof(ReleaseFileAdded)] = Is("release.updated"),
        [typeof(ReleaseFileRemoved)] = Is("release.updated"),
        [typeof(ReleasePublished)] = Is("release.published"),
        [typeof(ReleaseArchived)] = Is("release.archived"),
        [typeof(ReleaseDeleted)] = Is("release.deleted"),

        [typeof(ReleaseChannelCreated)] = Is("releaseChannel.created"),
        [typeof(ReleaseChannelDisplayNameChanged)] = Is("releaseChannel.updated"),
        [typeof(ReleaseChannelDescriptionChanged)] = Is("releaseChannel.updated"),
        [typeof(ReleaseChannelPrivacyChanged)] = Is("releaseChannel.updated"),
        [typeof(ReleaseChannelProductsChanged)] = Is("releaseChannel.updated"),
        [typeof(ReleaseChannelDeleted)] = Is("releaseChannel.deleted"),

        [typeof(ReleasePlatformCreated)] = Is("releasePlatform.created"),
        [typeof(ReleasePlatformDisplayNameChanged)] = Is("releasePlatform.updated"),
        [typeof(ReleasePlatformDescriptionChanged)] = Is("releasePlatform.updated"),
        [typeof(ReleasePlatformProductsChanged)] = Is("releasePlatform.updated"),
        [typeof(ReleasePlatformDeleted)] = Is("releasePlatform.deleted"),

        [typeof(AccessTokenCreated)] = Is("personalAccessToken.created"),
        [typeof(OrganizationAccessTokenCreated)] = Is("organization.accessToken.created"),
        [typeof(AccessTokenRevoked)] = Is("personalAccessToken.updated"),
        [typeof(AccessTokenRevocationLifted)] = Is("personalAccessToken.updated"),
        [typeof(AccessTokenRotated)] = Is("personalAccessToken.rotated"),
        [typeof(AccessTokenDeleted)] = Is("personalAccessToken.deleted"),

        [typeof(CustomRoleCreated)] = Is("role.created"),
        [typeof(CustomRoleRenamed)] = Is("role.updated"),
        [typeof(CustomRoleDescriptionChanged)] = Is("role.updated"),
        [typeof(CustomRoleClaimsChanged)] = Is("role.updated"),
        [typeof(CustomRoleDeleted)] = Is("role.deleted"),

        [typeof(OperationRequested)] = Nobody,
        [typeof(AccountOpened)] = Is("account.created"),
        [typeof(AccountIdentityProviderChanged)] = Nobody,
        [typeof(AccountIdentityProviderSecretChanged)] = Nobody,
        [typeof(AccountIdentityProviderRemoved)] = Nobody,
    };

    /// <summary>The events of which somebody outside may be told.</summary>
    internal static IEnumerable<Type> Told => Decisions.Where(decision => decision.Value != Nobody).Select(decision => decision.Key);

    /// <summary>Every name there is, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Names.Concat(Names.Select(WithinOrganization).OfType<string>()).Append("activation.lease-expired").Append("activation.deleted").Append("license.activation.limit-reached")
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Names => Decisions.Values.Select(decision => (decision.Target as Constant)?.Name).OfType<string>();

    /// <summary>What the same is called of what belongs to an organization; null where it has no other name.</summary>
    public static string? WithinOrganization(string name) =>
        name.StartsWith("user.", StringComparison.Ordinal) && name != EmailPreference ? $"organization.{name}"
        : name.StartsWith("personalAccessToken.", StringComparison.Ordinal) ? name.Replace("personalAccessToken.", "organization.accessToken.", StringComparison.Ordinal)
        : null;

    private static Func<object, string?> Is(string name) => new Constant(name).Of;

    private sealed record Constant(string Name)
    {
        public string? Of(object e) => Name;
    }
}

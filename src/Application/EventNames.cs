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

namespace EventSourcedOrgs.Application;

/// <summary>
/// The names under which events are stored, for ever and in one place. A class may be renamed, its stored name may not; another shape
/// is another version, with its own name.
/// </summary>
public static class EventNames
{
    public static IReadOnlyDictionary<Type, string> All { get; } = new Dictionary<Type, string>
    {
        [typeof(OrganizationCreated)] = "organization_created_v1",
        [typeof(OrganizationRenamed)] = "organization_renamed_v1",
        [typeof(OrganizationEmailChanged)] = "organization_email_changed_v1",
        [typeof(OrganizationDescriptionChanged)] = "organization_description_changed_v1",
        [typeof(OrganizationAddressChanged)] = "organization_address_changed_v1",
        [typeof(OrganizationResellerChanged)] = "organization_reseller_changed_v1",
        [typeof(OrganizationMetadataChanged)] = "organization_metadata_changed_v1",
        [typeof(AllowedUsersChanged)] = "organization_allowed_users_changed_v1",
        [typeof(UserJoinedOrganization)] = "organization_user_joined_v1",
        [typeof(UserLeftOrganization)] = "organization_user_left_v1",
        [typeof(OrganizationSuspended)] = "organization_suspended_v1",
        [typeof(OrganizationReinstated)] = "organization_reinstated_v1",
        [typeof(OrganizationIdentityProviderChanged)] = "organization_identity_provider_changed_v1",
        [typeof(OrganizationIdentityProviderSecretChanged)] = "organization_identity_provider_secret_changed_v1",
        [typeof(OrganizationIdentityProviderRemoved)] = "organization_identity_provider_removed_v1",
        [typeof(OrganizationDeleted)] = "organization_deleted_v1",

        [typeof(UserCreated)] = "user_created_v1",
        [typeof(UserRenamed)] = "user_renamed_v1",
        [typeof(UserEmailChanged)] = "user_email_changed_v1",
        [typeof(UserCompanyChanged)] = "user_company_changed_v1",
        [typeof(UserRoleChanged)] = "user_role_changed_v1",
        [typeof(UserMoved)] = "user_moved_v1",
        [typeof(CustomerPortalAccessChanged)] = "user_customer_portal_access_changed_v1",
        [typeof(UserEmailPreferenceChanged)] = "user_email_preference_changed_v1",
        [typeof(UserTagsChanged)] = "user_tags_changed_v1",
        [typeof(UserMetadataChanged)] = "user_metadata_changed_v1",
        [typeof(UserAddedToGroup)] = "user_added_to_group_v1",
        [typeof(UserRemovedFromGroup)] = "user_removed_from_group_v1",
        [typeof(UserSuspended)] = "user_suspended_v1",
        [typeof(UserReinstated)] = "user_reinstated_v1",
        [typeof(UserPasswordChanged)] = "user_password_changed_v1",
        [typeof(UserPasswordResetAllowed)] = "user_password_reset_allowed_v1",
        [typeof(UserSignedIn)] = "user_signed_in_v1",
        [typeof(UserIdentityLinked)] = "user_identity_linked_v1",
        [typeof(UserTwoFactorEnabled)] = "user_two_factor_enabled_v1",
        [typeof(UserTwoFactorDisabled)] = "user_two_factor_disabled_v1",
        [typeof(UserRecoveryCodesMade)] = "user_recovery_codes_made_v1",
        [typeof(UserRecoveryCodeUsed)] = "user_recovery_code_used_v1",
        [typeof(UserSessionsEnded)] = "user_sessions_ended_v1",
        [typeof(UserDeleted)] = "user_deleted_v1",
        [typeof(UserErased)] = "user_erased_v1",

        [typeof(UserGroupCreated)] = "user_group_created_v1",
        [typeof(UserGroupRenamed)] = "user_group_renamed_v1",
        [typeof(UserGroupDescriptionChanged)] = "user_group_description_changed_v1",
        [typeof(UserGroupDeleted)] = "user_group_deleted_v1",

        [typeof(LicenseCreated)] = "license_created_v1",
        [typeof(LicenseKeyChanged)] = "license_key_changed_v1",
        [typeof(LicensePolicyChanged)] = "license_policy_changed_v1",
        [typeof(LicenseTermChanged)] = "license_term_changed_v1",
        [typeof(LicenseExpiryChanged)] = "license_expiry_changed_v1",
        [typeof(LicenseRenewed)] = "license_renewed_v1",
        [typeof(LicenseExtended)] = "license_extended_v1",
        [typeof(LicenseSuspended)] = "license_suspended_v1",
        [typeof(LicenseReinstated)] = "license_reinstated_v1",
        [typeof(LicenseRevoked)] = "license_revoked_v1",
        [typeof(LicenseRevocationLifted)] = "license_revocation_lifted_v1",
        [typeof(LicenseTransferred)] = "license_transferred_v1",
        [typeof(LicenseResellerChanged)] = "license_reseller_changed_v1",
        [typeof(LicenseNotesChanged)] = "license_notes_changed_v1",
        [typeof(LicenseTagsChanged)] = "license_tags_changed_v1",
        [typeof(LicenseMetadataChanged)] = "license_metadata_changed_v1",
        [typeof(LicenseEntitlementChanged)] = "license_entitlement_changed_v1",
        [typeof(LicenseMetersChanged)] = "license_meters_changed_v1",
        [typeof(LicenseMeterReset)] = "license_meter_reset_v1",
        [typeof(PrimaryUserAssignedToLicense)] = "license_primary_user_assigned_v1",
        [typeof(PrimaryUserUnassignedFromLicense)] = "license_primary_user_unassigned_v1",
        [typeof(UserAssignedToLicense)] = "license_user_assigned_v1",
        [typeof(UserUnassignedFromLicense)] = "license_user_unassigned_v1",
        [typeof(GroupAssignedToLicense)] = "license_group_assigned_v1",
        [typeof(GroupUnassignedFromLicense)] = "license_group_unassigned_v1",
        [typeof(LicenseFirstActivated)] = "license_first_activated_v1",
        [typeof(LicenseMaintenanceExpiryChanged)] = "license_maintenance_expiry_changed_v1",
        [typeof(LicenseMaintenanceRenewed)] = "license_maintenance_renewed_v1",
        [typeof(LicenseMaintenanceExtended)] = "license_maintenance_extended_v1",
        [typeof(FeatureAddedToLicense)] = "license_feature_added_v1",
        [typeof(FeatureOfLicenseChanged)] = "license_feature_changed_v1",
        [typeof(FeatureRemovedFromLicense)] = "license_feature_removed_v1",
        [typeof(LicenseExpiringSoon)] = "license_expiring_soon_v1",
        [typeof(LicenseExpired)] = "license_expired_v1",
        [typeof(LicenseExpiringSoon)] = "license_expiring_soon_v1",
        [typeof(LicenseExpired)] = "license_expired_v1",
        [typeof(LicenseMaintenanceExpiringSoon)] = "license_maintenance_expiring_soon_v1",
        [typeof(LicenseMaintenanceExpired)] = "license_maintenance_expired_v1",
        [typeof(LicenseMaintenanceExpiryChanged)] = "license_maintenance_expiry_changed_v1",
        [typeof(LicenseMaintenanceRenewed)] = "license_maintenance_renewed_v1",
        [typeof(LicenseMaintenanceExtended)] = "license_maintenance_extended_v1",
        [typeof(LicenseDeleted)] = "license_deleted_v1",

        [typeof(ActivationCreated)] = "activation_created_v1",
        [typeof(ActivationRepeated)] = "activation_repeated_v1",
        [typeof(ActivationSynced)] = "activation_synced_v1",
        [typeof(ActivationMeterCounted)] = "activation_meter_counted_v1",
        [typeof(ActivationEnded)] = "activation_ended_v1",
        [typeof(ActivationRefused)] = "activation_refused_v1",
        [typeof(OfflineResponseIssued)] = "offline_response_issued_v1",
        [typeof(OfflineResponseRevoked)] = "offline_response_revoked_v1",
        [typeof(ActivationErased)] = "activation_erased_v1",

        [typeof(ProductCreated)] = "product_created_v1",
        [typeof(ProductRenamed)] = "product_renamed_v1",
        [typeof(ProductDescriptionChanged)] = "product_description_changed_v1",
        [typeof(ProductTemplateChanged)] = "product_template_changed_v1",
        [typeof(ProductMetadataChanged)] = "product_metadata_changed_v1",
        [typeof(ProductTrialPolicyChanged)] = "product_trial_policy_changed_v1",
        [typeof(ProductDeleted)] = "product_deleted_v1",

        [typeof(LicenseTemplateCreated)] = "license_template_created_v1",
        [typeof(LicenseTemplateRenamed)] = "license_template_renamed_v1",
        [typeof(LicenseTemplateTermsChanged)] = "license_template_terms_changed_v1",
        [typeof(LicenseTemplateDeleted)] = "license_template_deleted_v1",

        [typeof(MaintenancePolicyCreated)] = "maintenance_policy_created_v1",
        [typeof(MaintenancePolicyRenamed)] = "maintenance_policy_renamed_v1",
        [typeof(MaintenancePolicyUpdatesChanged)] = "maintenance_policy_updates_changed_v1",
        [typeof(MaintenancePolicyTermChanged)] = "maintenance_policy_term_changed_v1",
        [typeof(MaintenancePolicyDeleted)] = "maintenance_policy_deleted_v1",
        [typeof(TrialPolicyCreated)] = "trial_policy_created_v1",
        [typeof(TrialPolicyRenamed)] = "trial_policy_renamed_v1",
        [typeof(TrialPolicyTermsChanged)] = "trial_policy_terms_changed_v1",
        [typeof(TrialPolicyDeleted)] = "trial_policy_deleted_v1",

        [typeof(TrialActivationCreated)] = "trial_activation_created_v1",
        [typeof(TrialActivationReported)] = "trial_activation_reported_v1",
        [typeof(TrialActivationExtended)] = "trial_activation_extended_v1",
        [typeof(TrialActivationExpiryChanged)] = "trial_activation_expiry_changed_v1",
        [typeof(TrialActivationDeleted)] = "trial_activation_deleted_v1",

        [typeof(FeatureCreated)] = "feature_created_v1",
        [typeof(FeatureDisplayNameChanged)] = "feature_display_name_changed_v1",
        [typeof(FeatureDescriptionChanged)] = "feature_description_changed_v1",
        [typeof(FeatureDeleted)] = "feature_deleted_v1",

        [typeof(EntitlementSetCreated)] = "entitlement_set_created_v1",
        [typeof(EntitlementSetDisplayNameChanged)] = "entitlement_set_display_name_changed_v1",
        [typeof(EntitlementSetDescriptionChanged)] = "entitlement_set_description_changed_v1",
        [typeof(EntitlementSetProductsChanged)] = "entitlement_set_products_changed_v1",
        [typeof(EntitlementSetTierChanged)] = "entitlement_set_tier_changed_v1",
        [typeof(FeatureAddedToSet)] = "entitlement_set_feature_added_v1",
        [typeof(FeatureOfSetChanged)] = "entitlement_set_feature_changed_v1",
        [typeof(FeatureRemovedFromSet)] = "entitlement_set_feature_removed_v1",
        [typeof(EntitlementSetDeleted)] = "entitlement_set_deleted_v1",

        [typeof(AccessTokenCreated)] = "access_token_created_v1",
        [typeof(OrganizationAccessTokenCreated)] = "organization_access_token_created_v1",
        [typeof(AccessTokenRevoked)] = "access_token_revoked_v1",
        [typeof(AccessTokenRevocationLifted)] = "access_token_revocation_lifted_v1",
        [typeof(AccessTokenRotated)] = "access_token_rotated_v1",
        [typeof(AccessTokenDeleted)] = "access_token_deleted_v1",

        [typeof(CustomRoleCreated)] = "custom_role_created_v1",
        [typeof(CustomRoleRenamed)] = "custom_role_renamed_v1",
        [typeof(CustomRoleDescriptionChanged)] = "custom_role_description_changed_v1",
        [typeof(CustomRoleClaimsChanged)] = "custom_role_claims_changed_v1",
        [typeof(CustomRoleDeleted)] = "custom_role_deleted_v1",

        [typeof(ReleaseCreated)] = "release_created_v1",
        [typeof(ReleaseRenamed)] = "release_renamed_v1",
        [typeof(ReleaseVersionChanged)] = "release_version_changed_v1",
        [typeof(ReleaseChannelChanged)] = "release_moved_to_channel_v1",
        [typeof(ReleasePlatformsChanged)] = "release_platforms_changed_v1",
        [typeof(ReleasePrivacyChanged)] = "release_privacy_changed_v1",
        [typeof(ReleaseNotesChanged)] = "release_notes_changed_v1",
        [typeof(ReleaseFileAdded)] = "release_file_added_v1",
        [typeof(ReleaseFileRemoved)] = "release_file_removed_v1",
        [typeof(ReleasePublished)] = "release_published_v1",
        [typeof(ReleaseArchived)] = "release_archived_v1",
        [typeof(ReleaseDeleted)] = "release_deleted_v1",

        [typeof(ReleaseChannelCreated)] = "release_channel_created_v1",
        [typeof(ReleaseChannelDisplayNameChanged)] = "release_channel_display_name_changed_v1",
        [typeof(ReleaseChannelDescriptionChanged)] = "release_channel_description_changed_v1",
        [typeof(ReleaseChannelPrivacyChanged)] = "release_channel_privacy_changed_v1",
        [typeof(ReleaseChannelProductsChanged)] = "release_channel_products_changed_v1",
        [typeof(ReleaseChannelDeleted)] = "release_channel_deleted_v1",

        [typeof(ReleasePlatformCreated)] = "release_platform_created_v1",
        [typeof(ReleasePlatformDisplayNameChanged)] = "release_platform_display_name_changed_v1",
        [typeof(ReleasePlatformDescriptionChanged)] = "release_platform_description_changed_v1",
        [typeof(ReleasePlatformProductsChanged)] = "release_platform_products_changed_v1",
        [typeof(ReleasePlatformDeleted)] = "release_platform_deleted_v1",

        [typeof(OperationRequested)] = "operation_requested_v1",

        [typeof(AccountOpened)] = "account_opened_v1",
        [typeof(AccountIdentityProviderChanged)] = "account_identity_provider_changed_v1",
        [typeof(AccountIdentityProviderSecretChanged)] = "account_identity_provider_secret_changed_v1",
        [typeof(AccountIdentityProviderRemoved)] = "account_identity_provider_removed_v1",
    };
}

using EventSourcedOrgs.Application.AccessTokens;
using EventSourcedOrgs.Application.Accounts;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.EntitlementSets;
using EventSourcedOrgs.Application.Features;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.LicenseTemplates;
using EventSourcedOrgs.Application.MaintenancePolicies;
using EventSourcedOrgs.Application.Organizations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.UserGroups;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The one table of who may ask for what, and which scope a token needs for it.</summary>
internal static class PermissionTable
{
    public static Permissions Permissions { get; } = new(new Dictionary<Type, Permission>
    {
        [typeof(CreateOrganization)] = new(Audience.Vendor, "organization:write"),
        [typeof(GetOrganization)] = new(Audience.Organization, "organization:read"),
        [typeof(ChangeOrganization)] = new(Audience.Vendor, "organization:write"),
        [typeof(SuspendOrganization)] = new(Audience.Vendor, "organization:write"),
        [typeof(ReinstateOrganization)] = new(Audience.Vendor, "organization:write"),
        [typeof(DeleteOrganization)] = new(Audience.Vendor, "organization:write"),
        [typeof(RemoveUsersOfOrganization)] = new(Audience.Vendor, "organization:write"),

        [typeof(GetOrganizationSummary)] = new(Audience.Organization, "organization:read"),
        [typeof(ListOrganizations)] = new(Audience.Vendor, "organization:read"),

        [typeof(CreateUser)] = new(Audience.Vendor, "user:write"),
        [typeof(GetUser)] = new(Audience.Vendor, "user:read"),
        [typeof(ChangeUser)] = new(Audience.Vendor, "user:write"),
        [typeof(SuspendUser)] = new(Audience.Vendor, "user:write"),
        [typeof(ReinstateUser)] = new(Audience.Vendor, "user:write"),
        [typeof(DeleteUser)] = new(Audience.Vendor, "user:write"),

        [typeof(ListUsers)] = new(Audience.Vendor, "user:read"),

        [typeof(CreateOrganizationUser)] = new(Audience.Organization, "organization:user:create"),
        [typeof(GetOrganizationUser)] = new(Audience.Organization, "organization:user:read"),
        [typeof(ChangeOrganizationUser)] = new(Audience.Organization, "organization:user:update"),
        [typeof(DeleteOrganizationUser)] = new(Audience.Organization, "organization:user:delete"),

        [typeof(ListOrganizationUsers)] = new(Audience.Organization, "organization:user:read"),
        [typeof(ListGroupUsers)] = new(Audience.Organization, "organization:userGroup:read"),
        [typeof(OpenAccount)] = new(Audience.System),
        [typeof(Authenticate)] = new(Audience.Anyone),
        [typeof(StartSession)] = new(Audience.SignedIn),
        [typeof(RefreshSession)] = new(Audience.Anyone),
        [typeof(EndSession)] = new(Audience.SignedIn),
        [typeof(ListOwnSessions)] = new(Audience.SignedIn),
        [typeof(EndOwnSession)] = new(Audience.SignedIn),
        [typeof(EndOtherSessions)] = new(Audience.SignedIn),
        [typeof(ListUserSessions)] = new(Audience.Vendor, "user:read"),
        [typeof(EndUserSessions)] = new(Audience.Vendor, "user:write"),
        [typeof(GetProfile)] = new(Audience.SignedIn),
        [typeof(ChangeProfile)] = new(Audience.SignedIn),
        [typeof(MakeTwoFactorSecret)] = new(Audience.SignedIn),
        [typeof(MakeRecoveryCodes)] = new(Audience.SignedIn),
        [typeof(DisableTwoFactor)] = new(Audience.Vendor, "user:write"),
        [typeof(DisableOrganizationTwoFactor)] = new(Audience.Organization, "organization:user:update"),
        [typeof(ChangePassword)] = new(Audience.SignedIn),
        [typeof(AllowPasswordReset)] = new(Audience.Vendor, "user:write"),
        [typeof(ResetPassword)] = new(Audience.Anyone),
        [typeof(ListAccessTokens)] = new(Audience.SignedIn),
        [typeof(GetAccessToken)] = new(Audience.SignedIn),
        [typeof(CreateAccessToken)] = new(Audience.SignedIn, "personalAccessToken:write"),
        [typeof(RevokeAccessToken)] = new(Audience.SignedIn, "personalAccessToken:write"),
        [typeof(DeleteAccessToken)] = new(Audience.SignedIn, "personalAccessToken:write"),
        [typeof(RotateAccessToken)] = new(Audience.SignedIn, "personalAccessToken:write"),

        [typeof(ListRoles)] = new(Audience.Vendor, "role:read"),
        [typeof(ListClaims)] = new(Audience.Vendor, "role:read"),
        [typeof(GetRole)] = new(Audience.Vendor, "role:read"),
        [typeof(CreateRole)] = new(Audience.Vendor, "role:write"),
        [typeof(ChangeRole)] = new(Audience.Vendor, "role:write"),
        [typeof(DeleteRole)] = new(Audience.Vendor, "role:write"),

        [typeof(AskProvider)] = new(Audience.Anyone),
        [typeof(SignInWithProvider)] = new(Audience.Anyone),
        [typeof(AdmitIdentity)] = new(Audience.Provider),
        [typeof(GetOrganizationIdentityProvider)] = new(Audience.Organization, "organization:identityProvider:read"),
        [typeof(SetOrganizationIdentityProvider)] = new(Audience.Organization, "organization:identityProvider:write"),
        [typeof(RemoveOrganizationIdentityProvider)] = new(Audience.Organization, "organization:identityProvider:write"),
        [typeof(GetAccountIdentityProvider)] = new(Audience.Vendor, "account:read"),
        [typeof(SetAccountIdentityProvider)] = new(Audience.SuperAdmin, "account:write"),
        [typeof(RemoveAccountIdentityProvider)] = new(Audience.SuperAdmin, "account:write"),

        [typeof(ListOrganizationAccessTokens)] = new(Audience.Organization, "organization:accessToken:read"),
        [typeof(GetOrganizationAccessToken)] = new(Audience.Organization, "organization:accessToken:read"),
        [typeof(CreateOrganizationAccessToken)] = new(Audience.Organization, "organization:accessToken:write"),
        [typeof(RevokeOrganizationAccessToken)] = new(Audience.Organization, "organization:accessToken:write"),
        [typeof(RotateOrganizationAccessToken)] = new(Audience.Organization, "organization:accessToken:write"),
        [typeof(DeleteOrganizationAccessToken)] = new(Audience.Organization, "organization:accessToken:write"),

        [typeof(CreateUserGroup)] = new(Audience.Organization, "organization:userGroup:create"),
        [typeof(GetUserGroup)] = new(Audience.Organization, "organization:userGroup:read"),
        [typeof(ChangeUserGroup)] = new(Audience.Organization, "organization:userGroup:update"),
        [typeof(DeleteUserGroup)] = new(Audience.Organization, "organization:userGroup:delete"),
        [typeof(AddUsersToGroup)] = new(Audience.Organization, "organization:userGroup:update"),
        [typeof(RemoveUserFromGroup)] = new(Audience.Organization, "organization:userGroup:update"),

        [typeof(ListUserGroups)] = new(Audience.Organization, "organization:userGroup:read"),

        [typeof(ListOrganizationLicenses)] = new(Audience.Organization, "organization:license:read"),
        [typeof(GetOrganizationLicense)] = new(Audience.Organization, "organization:license:read"),
        [typeof(SetLicenseGroups)] = new(Audience.Organization, "organization:license:update"),
        [typeof(AssignGroupToLicense)] = new(Audience.Organization, "organization:license:update"),
        [typeof(UnassignGroupFromLicense)] = new(Audience.Organization, "organization:license:update"),
        [typeof(AssignUserToLicense)] = new(Audience.Organization, "organization:license:update"),
        [typeof(UnassignUserFromLicense)] = new(Audience.Organization, "organization:license:update"),

        [typeof(ListUserLicenses)] = new(Audience.SignedIn),
        [typeof(ListLicenses)] = new(Audience.Vendor, "license:read"),
        [typeof(CreateLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(GetLicense)] = new(Audience.Vendor, "license:read"),
        [typeof(ChangeLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(DropLicenseMetadata)] = new(Audience.Vendor, "license:write"),
        [typeof(ResetLicenseMeter)] = new(Audience.Vendor, "license:write"),
        [typeof(DropLicenseMeter)] = new(Audience.Vendor, "license:write"),
        [typeof(RenewLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(ExtendLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(SetLicenseExpiry)] = new(Audience.Vendor, "license:write"),
        [typeof(SubscribeLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(DeleteLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(RenewMaintenance)] = new(Audience.Vendor, "license:write"),
        [typeof(ExtendMaintenance)] = new(Audience.Vendor, "license:write"),
        [typeof(SetMaintenanceExpiry)] = new(Audience.Vendor, "license:write"),
        [typeof(ListFeaturesOfLicense)] = new(Audience.Vendor, "license:read"),
        [typeof(AddFeatureToLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(ChangeFeatureOfLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(RemoveFeatureFromLicense)] = new(Audience.Vendor, "license:write"),
        [typeof(GetMyLicense)] = new(Audience.SignedIn),
        [typeof(CheckAccess)] = new(Audience.SignedIn, "license:read"),
        [typeof(ListUserAccess)] = new(Audience.SignedIn, "license:read"),
        [typeof(ListLicenseAccess)] = new(Audience.SignedIn, "license:read"),
        [typeof(ListOrganizationAccess)] = new(Audience.Organization, "organization:license:read"),
        [typeof(ListAccessDifference)] = new(Audience.Organization, "organization:license:read"),

        [typeof(ListSubscriptionLogs)] = new(Audience.Vendor, "license:read"),
        [typeof(GetSubscriptionLog)] = new(Audience.Vendor, "license:read"),
        [typeof(ListLicenseHistory)] = new(Audience.Vendor, "activation:read"),
        [typeof(ListOrganizationLicenseHistory)] = new(Audience.Organization, "organization:activation:read"),

        [typeof(Activate)] = new(Audience.Anyone),
        [typeof(SyncActivation)] = new(Audience.Anyone),
        [typeof(DeactivateActivation)] = new(Audience.Anyone),
        [typeof(GetActivationEntitlements)] = new(Audience.Anyone),
        [typeof(CountMeter)] = new(Audience.Anyone),
        [typeof(DeleteActivation)] = new(Audience.Vendor, "license:write"),
        [typeof(DeleteActivations)] = new(Audience.Vendor, "license:write"),
        [typeof(EndLeases)] = new(Audience.System),
        [typeof(ListActivations)] = new(Audience.Vendor, "activation:read"),
        [typeof(GetActivation)] = new(Audience.Vendor, "activation:read"),
        [typeof(ListOrganizationActivations)] = new(Audience.Organization, "organization:activation:read"),
        [typeof(GetOrganizationActivation)] = new(Audience.Organization, "organization:activation:read"),
        [typeof(ListMyActivations)] = new(Audience.SignedIn),
        [typeof(GetMyActivation)] = new(Audience.SignedIn),

        [typeof(ListRefusedCommands)] = new(Audience.Vendor, "eventLog:read"),
        [typeof(ListOrganizationRefusedCommands)] = new(Audience.Organization, "organization:eventLog:read"),

        [typeof(ListProducts)] = new(Audience.Vendor, "product:read"),
        [typeof(ReceiveImport)] = new(Audience.Vendor, "import:write"),
        [typeof(StartImport)] = new(Audience.Vendor, "import:write"),
        [typeof(ContinueImport)] = new(Audience.Vendor, "import:write"),
        [typeof(CancelImport)] = new(Audience.Vendor, "import:write"),
        [typeof(GetImport)] = new(Audience.Vendor, "import:read"),

        [typeof(CreateProduct)] = new(Audience.Vendor, "product:write"),
        [typeof(GetProduct)] = new(Audience.Vendor, "product:read"),
        [typeof(ChangeProduct)] = new(Audience.Vendor, "product:write"),
        [typeof(DropProductMetadata)] = new(Audience.Vendor, "product:write"),
        [typeof(DeleteProduct)] = new(Audience.Vendor, "product:write"),

        [typeof(ListLicenseTemplates)] = new(Audience.Vendor, "licensePolicy:read"),
        [typeof(CreateLicenseTemplate)] = new(Audience.Vendor, "licensePolicy:write"),
        [typeof(GetLicenseTemplate)] = new(Audience.Vendor, "licensePolicy:read"),
        [typeof(ChangeLicenseTemplate)] = new(Audience.Vendor, "licensePolicy:write"),
        [typeof(DeleteLicenseTemplate)] = new(Audience.Vendor, "licensePolicy:write"),

        [typeof(ListMaintenancePolicies)] = new(Audience.Vendor, "maintenancePolicy:read"),
        [typeof(CreateMaintenancePolicy)] = new(Audience.Vendor, "maintenancePolicy:write"),
        [typeof(GetMaintenancePolicy)] = new(Audience.Vendor, "maintenancePolicy:read"),
        [typeof(ChangeMaintenancePolicy)] = new(Audience.Vendor, "maintenancePolicy:write"),
        [typeof(SubscribeMaintenancePolicy)] = new(Audience.Vendor, "maintenancePolicy:write"),
        [typeof(DeleteMaintenancePolicy)] = new(Audience.Vendor, "maintenancePolicy:write"),

        [typeof(ListFeatures)] = new(Audience.Vendor, "feature:read"),
        [typeof(CreateFeature)] = new(Audience.Vendor, "feature:write"),
        [typeof(GetFeature)] = new(Audience.Vendor, "feature:read"),
        [typeof(ChangeFeature)] = new(Audience.Vendor, "feature:write"),
        [typeof(DeleteFeature)] = new(Audience.Vendor, "feature:write"),

        [typeof(ListEntitlementSets)] = new(Audience.Vendor, "entitlementSet:read"),
        [typeof(CreateEntitlementSet)] = new(Audience.Vendor, "entitlementSet:write"),
        [typeof(GetEntitlementSet)] = new(Audience.Vendor, "entitlementSet:read"),
        [typeof(ChangeEntitlementSet)] = new(Audience.Vendor, "entitlementSet:write"),
        [typeof(DeleteEntitlementSet)] = new(Audience.Vendor, "entitlementSet:write"),
        [typeof(ListFeaturesOfSet)] = new(Audience.Vendor, "entitlementSet:read"),
        [typeof(AddFeatureToSet)] = new(Audience.Vendor, "entitlementSet:write"),
        [typeof(ChangeFeatureOfSet)] = new(Audience.Vendor, "entitlementSet:write"),
        [typeof(RemoveFeatureFromSet)] = new(Audience.Vendor, "entitlementSet:write"),
    });
}

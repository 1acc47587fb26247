namespace EventSourcedOrgs.Domain;

/// <summary>What kind of "no" a refusal is; the Host maps it to a status in one place.</summary>
public enum RefusalKind
{
    /// <summary>The request itself is wrong (400).</summary>
    Invalid,

    /// <summary>A rule of the domain forbids it in this state (400).</summary>
    Rule,

    /// <summary>Nobody, or nobody we know, is asking (401).</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not do this (403).</summary>
    Forbidden,

    /// <summary>It does not exist, or not for this caller (404).</summary>
    NotFound,

    /// <summary>It collides with something that exists (409).</summary>
    Conflict,

    /// <summary>The caller's idea of the state is out of date (412).</summary>
    Stale,

    /// <summary>What was sent is larger than what is taken (413).</summary>
    TooLarge,

    /// <summary>An idempotency key came back with another request (422).</summary>
    Unprocessable,

    /// <summary>Too many requests (429).</summary>
    TooMany,

    /// <summary>Not now (503).</summary>
    Unavailable,
}

/// <summary>
/// A "no" with a stable code. This is the one catalogue of the domain's refusals; <c>docs/errors.md</c> is generated from it.
/// A message says what to do, and may name limits; the code never changes.
/// </summary>
public sealed partial record Refusal(string Code, RefusalKind Kind, string Message, string? Field = null)
{
    /// <summary>What is wrong with which fields, when it is more than the one that <see cref="Field"/> names.</summary>
    public ValueList<FieldError> Errors { get; init; } = [];

    // ---- what is not there ----
    public static Refusal OrganizationNotFound { get; } = NotFound("Organization");
    public static Refusal UserNotFound { get; } = NotFound("User");
    public static Refusal UserGroupNotFound { get; } = NotFound("UserGroup");
    public static Refusal LicenseNotFound { get; } = NotFound("License");
    public static Refusal ProductNotFound { get; } = NotFound("Product");
    public static Refusal LicenseTemplateNotFound { get; } = NotFound("LicenseTemplate");
    public static Refusal TrialPolicyNotFound { get; } = NotFound("TrialPolicy");
    public static Refusal TrialActivationNotFound { get; } = NotFound("TrialActivation");
    public static Refusal SessionNotFound { get; } = NotFound("Session");
    public static Refusal AccessTokenNotFound { get; } = NotFound("AccessToken");
    public static Refusal RoleNotFound { get; } = NotFound("Role");

    /// <summary>One code and one text for whatever is absent or foreign, so that the two cannot be told apart.</summary>
    public static Refusal NotFound(string resource) => new("NOT_FOUND", RefusalKind.NotFound, $"{resource} not found.");

    // ---- references in a request that lead nowhere ----
    public static Refusal UnknownOrganization { get; } = Unknown("organizationId", "organization");
    public static Refusal UnknownProduct { get; } = Unknown("productId", "product");
    public static Refusal UnknownLicenseTemplate { get; } = Unknown("licenseTemplateId", "license template");
    public static Refusal UnknownTrialPolicy { get; } = Unknown("trialPolicyId", "trial policy");
    public static Refusal UnknownUser { get; } = Unknown("userId", "user");
    public static Refusal UnknownUserGroup { get; } = Unknown("userGroupIds", "user group of this organization");
    public static Refusal UnknownMember { get; } = Unknown("userIds", "user of this organization");

    private static Refusal Unknown(string field, string what) =>
        new("REFERENCE_NOT_FOUND", RefusalKind.Invalid, $"'{field}' names no {what}.", field);

    // ---- organizations and seats ----
    public static Refusal AllowedUsersLimitReached(int allowed, int used) => new("ALLOWED_USERS_LIMIT_REACHED", RefusalKind.Rule,
        $"All {allowed} seats of this organization are taken ({used} in use). The vendor can raise 'allowedUsers'; removing a user frees a seat.");

    public static Refusal OrganizationHasUsers(int users) => new("ORGANIZATION_HAS_USERS", RefusalKind.Conflict,
        $"The organization still has {users} user(s). Remove them first, or delete with 'cascade=true'.");

    public static Refusal OrganizationSuspended { get; } = new("ORGANIZATION_SUSPENDED", RefusalKind.Forbidden,
        "The organization is suspended. Its vendor can reinstate it.");

    // ---- users and roles ----
    public static Refusal DuplicateEmail { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict, "The e-mail address is already taken.", "email");
    public static Refusal RoleNeedsOrganization { get; } = new("ROLE_NEEDS_ORGANIZATION", RefusalKind.Rule,
        "The role 'organization-admin' needs an organization.", "role");
    public static Refusal UnknownRole { get; } = new("UNKNOWN_ROLE", RefusalKind.Invalid, "'role' names no role of this account.", "role");
    public static Refusal DuplicateRoleName { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict, "There is already a role of this name.", "name");
    public static Refusal ReservedRoleName { get; } = new("RESERVED_ROLE_NAME", RefusalKind.Conflict, "The name belongs to a reserved role. Choose another.", "name");
    public static Refusal RoleInUse { get; } = new("ROLE_IN_USE", RefusalKind.Conflict,
        "Users have this role. Give them another before you rename or delete it.");
    public static Refusal UnknownClaim { get; } = new("UNKNOWN_CLAIM", RefusalKind.Invalid,
        "'claims' names something that is no claim. 'GET /v3/roles/claims' lists them.", "claims");
    public static Refusal ClaimNotAllowed { get; } = new("CLAIM_NOT_ALLOWED", RefusalKind.Forbidden,
        "A role cannot do more than the one who makes or changes it: your role or your own token does not have all of these claims.", "claims");
    public static Refusal RoleNotAllowed { get; } = new("ROLE_NOT_ALLOWED", RefusalKind.Forbidden, "You may not give this role: it can do more than you.", "role");
    public static Refusal SuperAdminIsUnique { get; } = new("SUPER_ADMIN_IS_UNIQUE", RefusalKind.Rule,
        "There is exactly one super-admin: the role can be neither given, taken, suspended nor removed.", "role");
    public static Refusal TeamMemberHasNoOrganization { get; } = new("TEAM_MEMBER_HAS_NO_ORGANIZATION", RefusalKind.Rule,
        "A member of the vendor's team cannot belong to a customer organization.", "organizationId");
    public static Refusal TeamMemberIsProtected { get; } = new("TEAM_MEMBER_IS_PROTECTED", RefusalKind.Forbidden,
        "Only the super-admin may remove or suspend another member of the vendor's team, or change the role or e-mail address.");
    public static Refusal UserSuspended { get; } = new("USER_SUSPENDED", RefusalKind.Forbidden, "The user is suspended.");

    // ---- groups ----
    public static Refusal DuplicateUserGroupName { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict,
        "The organization already has a user group of this name.", "name");

    // ---- licences ----
    public static Refusal DuplicateLicenseKey { get; } = new("DUPLICATE_FIELD_VALUE", RefusalKind.Conflict, "The license key is already taken.", "key");
    public static Refusal LicenseRevoked { get; } = new("LICENSE_REVOKED", RefusalKind.Rule, "A revoked license cannot be assigned or renewed.");
    public static Refusal LicenseIsPerpetual { get; } = new("LICENSE_IS_PERPETUAL", RefusalKind.Rule,
        "The license has no subscription interval, so there is nothing to renew. Set its expiry or its subscription instead.");
    public static Refusal LicenseHasNoExpiry { get; } = new("LICENSE_HAS_NO_EXPIRY", RefusalKind.Rule,
        "The license has no expiry date that could be moved. Set one with 'expires-at' instead.");
    public static Refusal RequiredMetadataMissing(string key) => new("REQUIRED_METADATA_MISSING", RefusalKind.Rule,
        $"The license template requires metadata with the key '{key}'.", "metadata");
    public static Refusal RequiredMeterAttributeMissing(string name) => new("REQUIRED_METER_ATTRIBUTE_MISSING", RefusalKind.Rule,
        $"The license template requires a meter attribute with the name '{name}'.", "meterAttributes");
    public static Refusal LicenseHasNoOrganization { get; } = new("LICENSE_HAS_NO_ORGANIZATION", RefusalKind.Rule,
        "The license belongs to no organization, so no user group can be assigned to it.");
    public static Refusal InvalidAssignmentWindow { get; } = new("INVALID_ASSIGNMENT_WINDOW", RefusalKind.Invalid,
        "'until' must be later than 'from'.", "until");
    public static Refusal UserOfAnotherOrganization { get; } = new("USER_OF_ANOTHER_ORGANIZATION", RefusalKind.Rule,
        "The user does not belong to the license's organization.", "userId");
    public static Refusal TooManyAdditionalUsers { get; } = new("TOO_MANY_ADDITIONAL_USERS", RefusalKind.Rule,
        "A license takes at most 256 additional users; assign a user group instead.", "additionalUserIds");
    public static Refusal InvalidKeyPattern { get; } = new("INVALID_KEY_PATTERN", RefusalKind.Invalid,
        "'keyPattern' is not a pattern that keys can be made from: use literals, classes such as [A-F0-9], groups and counts such as {6}.", "keyPattern");
    public static Refusal KeyPatternTooNarrow { get; } = new("KEY_PATTERN_TOO_NARROW", RefusalKind.Invalid,
        "'keyPattern' must give keys of 16 to 256 characters and at least 64 bits of chance.", "keyPattern");
    public static Refusal ProductInUse { get; } = new("PRODUCT_IN_USE", RefusalKind.Conflict, "The product still has licenses or releases.");
    public static Refusal LicenseTemplateInUse { get; } = new("LICENSE_TEMPLATE_IN_USE", RefusalKind.Conflict, "Products still use this license template.");

    // ---- activations ----
    public static Refusal ActivationNotFound { get; } = NotFound("Activation");
    public static Refusal InvalidLicenseKey { get; } = new("INVALID_LICENSE_KEY", RefusalKind.Rule, "The license key is not known here.", "key");
    public static Refusal InvalidProductId { get; } = new("INVALID_PRODUCT_ID", RefusalKind.Rule, "The license is not one of this product.", "productId");
    public static Refusal InvalidAccountId { get; } = new("INVALID_ACCOUNT_ID", RefusalKind.Rule, "'accountId' names another account.", "accountId");
    public static Refusal RevokedLicense { get; } = new("REVOKED_LICENSE", RefusalKind.Rule, "The license is revoked. Its vendor can lift the revocation.");
    public static Refusal InvalidLicenseType { get; } = new("INVALID_LICENSE_TYPE", RefusalKind.Rule,
        "A license of this type is activated on the customer's own floating server.");
    public static Refusal LeaseNeedsServer { get; } = InvalidLicenseType with
    {
        Message = "A floating license lends its places for a time, which takes a machine that is online. It cannot be activated offline.",
    };
    public static Refusal InvalidOfflineRequest(string why) => new("INVALID_OFFLINE_REQUEST", RefusalKind.Invalid,
        $"The offline request cannot be used. {why} Make a new one on the machine.", "offlineRequest");
    public static Refusal OfflineResponseRevoked { get; } = new("OFFLINE_RESPONSE_REVOKED", RefusalKind.Rule,
        "The response to this request was revoked and is not given again. Make a new request on the machine, if it may still use the license.");
    public static Refusal OfflineResponseReplaced { get; } = new("OFFLINE_RESPONSE_REPLACED", RefusalKind.Conflict,
        "The machine was given a newer response since, and may still use the license by it. Let it accept that one and deactivate once more, or revoke it.", "offlineRequest");
    public static Refusal OfflineResponseLimitReached(int most) => new("OFFLINE_RESPONSE_LIMIT_REACHED", RefusalKind.Rule,
        $"The machine has {most} responses that are still good. Go on with the latest until the first of them has run out, and choose shorter validities.");
    public static Refusal OfflineResponseNotFound { get; } = NotFound("OfflineResponse");
    public static Refusal LicenseNotYetEffective { get; } = new("LICENSE_NOT_YET_EFFECTIVE", RefusalKind.Rule, "The license is not effective yet.");
    public static Refusal ActivationLimitReached(int allowed) => new("ACTIVATION_LIMIT_REACHED", RefusalKind.Rule,
        $"All {allowed} activations of the license are in use. Deactivate another machine, or wait for a lease to end.");
    public static Refusal DeactivationLimitReached(int allowed) => new("DEACTIVATION_LIMIT_REACHED", RefusalKind.Conflict,
        $"All {allowed} deactivations of the license are used up. Its vendor can delete the activation.");
    public static Refusal InvalidActivationFingerprint { get; } = new("INVALID_ACTIVATION_FINGERPRINT", RefusalKind.Rule,
        "The fingerprint is not that of the activated machine.", "fingerprint");
    public static Refusal OsUserChanged { get; } = new("OS_USER_CHANGED", RefusalKind.Rule, "The license or trial is locked to the machine user who activated it.", "userHash");
    public static Refusal VmActivationNotAllowed { get; } = new("VM_ACTIVATION_NOT_ALLOWED", RefusalKind.Rule,
        "The product may not be used in a virtual machine.", "vmName");
    public static Refusal ContainerActivationNotAllowed { get; } = new("CONTAINER_ACTIVATION_NOT_ALLOWED", RefusalKind.Rule,
        "The product may not be used in a container.", "container");
    public static Refusal IpAddressNotAllowed { get; } = new("IP_ADDRESS_NOT_ALLOWED", RefusalKind.Rule, "The product may not be used from this IP address.");
    public static Refusal CountryNotAllowed { get; } = new("COUNTRY_NOT_ALLOWED", RefusalKind.Rule, "The product may not be used in this country.");
    public static Refusal ReleaseVersionNotAllowed(string newest) => new("RELEASE_VERSION_NOT_ALLOWED", RefusalKind.Rule,
        $"The license may be used with releases up to {newest}.", "releaseVersion");
    public static Refusal AuthenticationFailed(string why) => new("AUTHENTICATION_FAILED", RefusalKind.Rule,
        $"{why} Sign in as a user who may use the license.");
    public static Refusal MeterUsesLimitReached(string name, long allowed) => new("METER_ATTRIBUTE_USES_LIMIT_REACHED", RefusalKind.Rule,
        $"The license allows {allowed} uses of '{name}', which would be exceeded.", "meterAttributes");
    public static Refusal UnknownMeter(string name) => new("METER_ATTRIBUTE_NOT_FOUND", RefusalKind.Rule, $"The license has no meter attribute '{name}'.", "name");

    // ---- trials ----
    public static Refusal TrialPolicyInUse { get; } = new("TRIAL_POLICY_IN_USE", RefusalKind.Conflict, "Products still use this trial policy.");
    public static Refusal TrialNotAllowed { get; } = new("TRIAL_NOT_ALLOWED", RefusalKind.Rule, "The product cannot be tried: it has no trial policy.", "productId");
    public static Refusal InvalidTrialProductId { get; } = new("INVALID_PRODUCT_ID", RefusalKind.Rule, "There is no such product.", "productId");

    // ---- imports ----
    public static Refusal ImportNotFound { get; } = NotFound("Import");
    public static Refusal MalformedImport(string message) => new("MALFORMED_IMPORT", RefusalKind.Invalid, $"The import cannot be read: {message}");
    public static Refusal UnknownImportColumn(string column, IEnumerable<string> known) => new("UNKNOWN_COLUMN", RefusalKind.Invalid,
        $"'{column}' is no column of imports. There are: {string.Join(", ", known)}.");
    public static Refusal UnknownImportKind(string kind, IEnumerable<string> known) => new("UNKNOWN_KIND", RefusalKind.Invalid,
        $"'{kind}' is no kind of row. There are: {string.Join(", ", known)}.", "kind");
    public static Refusal ColumnOfAnotherKind(string column, string kind, IEnumerable<string> known) => new("COLUMN_OF_ANOTHER_KIND", RefusalKind.Invalid,
        $"'{column}' says nothing about a row of kind '{kind}'. Its columns are: {string.Join(", ", known)}.", column);
    public static Refusal UnknownReference(string column) => new("REFERENCE_NOT_FOUND", RefusalKind.Invalid,
        $"'{column}' names nothing that exists or that an earlier row makes.", column);
    public static Refusal AmbiguousReference(string column) => new("AMBIGUOUS_REFERENCE", RefusalKind.Invalid,
        $"'{column}' names more than one. Use its id, or for an organization its externalId.", column);
    public static Refusal ExistsDifferently(IEnumerable<string> columns) => new("EXISTS_DIFFERENTLY", RefusalKind.Conflict,
        $"It exists and differs in: {string.Join(", ", columns)}. An import makes what is missing and changes nothing that is there.");
    public static Refusal ImportTooLarge(int most) => new("ATOMIC_IMPORT_TOO_LARGE", RefusalKind.Invalid,
        $"An atomic import has at most {most} rows. Split the file, or use mode=perItem.", "mode");
    public static Refusal NothingOfImportKept { get; } = new("NOTHING_KEPT", RefusalKind.Rule, "Another row failed, and of an atomic import all rows are kept or none.");
    public static Refusal RowBroke { get; } = new("INTERNAL_ERROR", RefusalKind.Unavailable,
        "The row could not be worked on for a reason of ours, which the log tells. Import it again later.");
    public static Refusal ImportEnded { get; } = new("IMPORT_ENDED", RefusalKind.Conflict, "The import has already ended.");

    // ---- sign-in ----
    public static Refusal InvalidCredentials { get; } = new("INVALID_CREDENTIALS", RefusalKind.Rule, "The e-mail address or the password is wrong.");
    public static Refusal CustomerPortalNotAllowed { get; } = new("CUSTOMER_PORTAL_NOT_ALLOWED", RefusalKind.Forbidden,
        "This user may not sign in to the customer portal.");
    public static Refusal AccountLocked { get; } = new("ACCOUNT_LOCKED", RefusalKind.Rule,
        "Too many failed sign-ins. Try again in five minutes.");
    public static Refusal InvalidRefreshToken { get; } = new("INVALID_REFRESH_TOKEN", RefusalKind.Rule,
        "The refresh token is unknown, was used before or has expired. Sign in again.", "refreshToken");
    public static Refusal InvalidResetToken { get; } = new("INVALID_RESET_TOKEN", RefusalKind.Rule,
        "The token is unknown, was used before or has expired. Ask for a new one.", "token");
    public static Refusal PasswordResetNotAllowed { get; } = new("PASSWORD_RESET_NOT_ALLOWED", RefusalKind.Forbidden,
        "Neither the password of a member of the vendor's team, nor password or e-mail address of somebody who may do more than you, can be changed this way.");
    public static Refusal TwoFactorCodeRequired { get; } = new("TWO_FACTOR_CODE_REQUIRED", RefusalKind.Rule,
        "Send the code that the authenticator app shows as 'twoFactorCode', or a recovery code.", "twoFactorCode");
    public static Refusal InvalidTwoFactorCode { get; } = new("INVALID_TWO_FACTOR_CODE", RefusalKind.Rule,
        "The code is wrong, too old, or was used before. Wait for the next one.", "twoFactorCode");
    public static Refusal TwoFactorSecretMissing { get; } = new("TWO_FACTOR_SECRET_MISSING", RefusalKind.Rule,
        "Ask for a secret and give it to an authenticator app first.", "twoFactorEnabled");
    public static Refusal TwoFactorEnabled { get; } = new("TWO_FACTOR_ENABLED", RefusalKind.Conflict,
        "Two-factor sign-in is on. Switch it off before asking for another secret.");
    public static Refusal TwoFactorNotEnabled { get; } = new("TWO_FACTOR_NOT_ENABLED", RefusalKind.Rule, "Two-factor sign-in is not on.");
    public static Refusal OwnTwoFactor { get; } = new("OWN_TWO_FACTOR", RefusalKind.Forbidden,
        "Switch off your own two-factor sign-in in your profile, with a code.");
    public static Refusal SignInRequired { get; } = new("SIGN_IN_REQUIRED", RefusalKind.Forbidden,
        "This wants somebody who signed in: a personal access token cannot do it.");
    public static Refusal GoogleSignInUnavailable { get; } = new("GOOGLE_SIGN_IN_UNAVAILABLE", RefusalKind.Rule,
        "Sign-in with Google cannot be turned on here.", "googleSsoEnabled");
    public static Refusal IdentityProviderNotFound { get; } = NotFound("IdentityProvider");
    public static Refusal ClientSecretRequired { get; } = new("CLIENT_SECRET_REQUIRED", RefusalKind.Invalid,
        "Send 'clientSecret': there is none yet, or the issuer or client is another one.", "clientSecret");
    public static Refusal InvalidIssuer { get; } = Validation(
        "issuer", "'issuer' must be an https address without user and fragment, as the provider itself writes it.");
    public static Refusal UnknownMappedGroup { get; } = Unknown("groupMappings", "user group of this organization");
    public static Refusal IdentityProviderUnreachable { get; } = new("IDENTITY_PROVIDER_UNREACHABLE", RefusalKind.Rule,
        "The identity provider cannot be reached, may not be called from here, or does not answer as OpenID Connect says. Whoever set it up can check its issuer.");
    public static Refusal InvalidSignInState { get; } = new("INVALID_SIGN_IN_STATE", RefusalKind.Rule,
        "This sign-in is unknown, was used before, has expired or was started in another browser. Start again.", "state");
    public static Refusal SignInDeclined { get; } = new("SIGN_IN_DECLINED", RefusalKind.Rule,
        "The identity provider did not sign you in, or did not take our client or code. Start again.", "code");
    public static Refusal InvalidIdentityToken { get; } = new("INVALID_IDENTITY_TOKEN", RefusalKind.Rule,
        "What the identity provider says of you is not signed by it, not for us, not for this sign-in, or no longer good. Start again.", "code");
    public static Refusal EmailNotVerified { get; } = new("EMAIL_NOT_VERIFIED", RefusalKind.Rule,
        "The identity provider names no e-mail address that it has verified ('email' and 'email_verified' in its token).");
    public static Refusal EmailDomainNotAllowed { get; } = new("EMAIL_DOMAIN_NOT_ALLOWED", RefusalKind.Rule,
        "E-mail addresses of this domain may not sign in with this identity provider.");
    public static Refusal IdentityNotKnown { get; } = new("IDENTITY_NOT_KNOWN", RefusalKind.Rule,
        "Nobody who may sign in with this identity provider has this identity. Ask an administrator to add you.");
    public static Refusal UnknownScope { get; } = new("UNKNOWN_SCOPE", RefusalKind.Invalid, "'scopes' names something that is no scope.", "scopes");
    public static Refusal ScopeNotAllowed { get; } = new("SCOPE_NOT_ALLOWED", RefusalKind.Forbidden,
        "A token cannot do more than the one who asks for it: your role or your own token does not have all of these scopes.", "scopes");
    public static Refusal AccessTokenEnded { get; } = new("ACCESS_TOKEN_ENDED", RefusalKind.Conflict,
        "The token is revoked or has expired, so it cannot be rotated. Create a new one.");
    public static Refusal AccountExists { get; } = new("ACCOUNT_EXISTS", RefusalKind.Conflict, "This installation already has an account.");
    public static Refusal Unauthenticated { get; } = new("AUTHENTICATION_REQUIRED", RefusalKind.Unauthenticated,
        "Send a valid token: 'Authorization: Bearer ...'.");
    public static Refusal Forbidden { get; } = new("FORBIDDEN", RefusalKind.Forbidden, "Your role or token scopes do not allow this.");

    // ---- the protocol ----
    public static Refusal VersionMismatch { get; } = new("VERSION_MISMATCH", RefusalKind.Stale,
        "The resource has changed since you read it. Read it again and repeat the request with its new ETag.");
    public static Refusal IdempotencyKeyReused { get; } = new("IDEMPOTENCY_KEY_REUSED", RefusalKind.Unprocessable,
        "This Idempotency-Key was used with another request.");
    public static Refusal AnswerErased { get; } = new("ANSWER_ERASED", RefusalKind.Conflict,
        "The request was carried out, once. Its answer told of a person who has been erased since.");
    public static Refusal IdempotencyKeyInUse { get; } = new("IDEMPOTENCY_KEY_IN_USE", RefusalKind.Conflict,
        "A request with this Idempotency-Key is still running.");
    public static Refusal Busy { get; } = new("CONFLICT", RefusalKind.Conflict,
        "Other requests kept changing the same resource. Repeat the request.");
    public static Refusal Crowded { get; } = new("UNAVAILABLE", RefusalKind.Unavailable,
        "Too many requests want to change the same resource at the moment. Repeat the request.");
    public static Refusal ReadModelBehind(long position, long reached) => new("READ_MODEL_BEHIND", RefusalKind.Unavailable,
        $"The read model has reached position {reached}, not yet {position}. Repeat the request.");
    public static Refusal ProjectionNotFound { get; } = NotFound("Projection");
    public static Refusal RebuildNotFound { get; } = NotFound("Rebuild");
    public static Refusal RebuildRunning { get; } = new("REBUILD_RUNNING", RefusalKind.Conflict,
        "The projection is being rebuilt or verified already. Wait for its end, or cancel it.");
    public static Refusal RebuildEnded { get; } = new("REBUILD_ENDED", RefusalKind.Conflict, "The rebuild has already ended.");
    public static Refusal NotSealed { get; } = new("NOT_SEALED", RefusalKind.NotFound,
        "No signed checkpoint covers this: there is no such event, it is not sealed yet (a few seconds), or there is no checkpoint of this size.");
    public static Refusal AsOfInFuture { get; } = new("INVALID_QUERY_PARAMETER", RefusalKind.Invalid, "'asOf' lies in the future.");
    public static Refusal AsOfBeforeHistory { get; } = new("NOT_FOUND", RefusalKind.NotFound, "'asOf' lies before the first event.");
    public static Refusal Validation(string field, string message) => new("VALIDATION_FAILED", RefusalKind.Invalid, message, field);

    public static Refusal Validation(ValueList<FieldError> errors) =>
        new("VALIDATION_FAILED", RefusalKind.Invalid, $"{errors[0].Pointer}: {errors[0].Message}") { Errors = errors };
}

/// <summary>What is wrong with one field of a request; the pointer is a JSON pointer (RFC 6901) such as <c>/address/city</c>.</summary>
public sealed record FieldError(string Pointer, string Message);

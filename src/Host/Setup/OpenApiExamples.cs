using System.Collections.Frozen;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>A body for every operation that makes something, by the operation's id. Tests send each one; only the ids in them name nothing real.</summary>
internal static class OpenApiExamples
{
    private const string Id = "0192f0c1-2f5a-7cc0-9a53-6c1b8e1d2f00";

    public static FrozenDictionary<string, string> Bodies { get; } = new Dictionary<string, string>
    {
        ["createOrganization"] = """
            { "name": "Acme", "email": "it@acme.example", "allowedUsers": 25, "address": { "city": "Basel", "country": "CH" },
              "metadata": [{ "key": "crm", "value": "A-1042", "viewPermissions": ["organization"] }] }
            """,
        ["createUser"] = $$"""
            { "firstName": "Ada", "lastName": "Lovelace", "email": "ada@acme.example", "password": "correct horse battery", "role": "organization-admin",
              "organizationId": "{{Id}}", "tags": ["pilot"] }
            """,
        ["createOrganizationUser"] = $$"""
            { "firstName": "Grace", "lastName": "Hopper", "email": "grace@acme.example", "password": "correct horse battery", "role": "user",
              "allowCustomerPortalAccess": true, "userGroupIds": ["{{Id}}"] }
            """,
        ["createOrganizationUserGroup"] = """{ "name": "Engineers", "description": "Everybody who builds." }""",
        ["createOrganizationUserGroupUser"] = $$"""{ "userIds": ["{{Id}}"] }""",
        ["createProduct"] = $$"""
            { "name": "pro", "displayName": "Acme Pro", "description": "The whole tool box.", "licenseTemplateId": "{{Id}}" }
            """,
        ["createLicenseTemplate"] = NewTemplate,
        ["createLicensePolicy"] = NewTemplate,
        ["createLicense"] = $$"""
            { "productId": "{{Id}}", "organizationId": "{{Id}}", "subscriptionInterval": "P1Y", "allowedActivations": 3, "tags": ["2026"] }
            """,
        ["createTrialPolicy"] = """{ "name": "Thirty days", "trialLength": 2592000, "fingerprintMatchingStrategy": "fuzzy", "allowVmActivation": false }""",
        ["createTrialActivation"] = TriedMachine,
        ["updateTrialActivation"] = TriedMachine,
        ["extendTrialActivation"] = """{ "extensionLength": 604800 }""",
        ["createMaintenancePolicy"] = """
            { "name": "A year of minor updates", "allowMajorVersionUpdates": false, "allowMinorVersionUpdates": true, "subscriptionInterval": "P1Y",
              "subscriptionStartTrigger": "license-activation" }
            """,
        ["createFeature"] = """{ "name": "pdf-export", "displayName": "Export to PDF" }""",
        ["createEntitlementSet"] = $$"""{ "name": "gold", "displayName": "Gold", "productIds": ["{{Id}}"], "tier": 2 }""",
        ["createActivation"] = Machine,
        ["updateActivation"] = Machine,
        ["activateOffline"] = $$"""
            { "offlineRequest": "-----BEGIN OFFLINE REQUEST-----\neyJhbGciOiJIUzI1NiIs...\n-----END OFFLINE REQUEST-----", "responseValidity": 2592000, "licenseId": "{{Id}}" }
            """,
        ["deactivateOffline"] = $$"""
            { "offlineRequest": "-----BEGIN OFFLINE REQUEST-----\neyJhbGciOiJIUzI1NiIs...\n-----END OFFLINE REQUEST-----", "licenseId": "{{Id}}" }
            """,
        ["extendLicense"] = """{ "extensionLength": 86400 }""",
        ["checkAccess"] = $$"""{ "userId": "{{Id}}", "licenseId": "{{Id}}" }""",
        ["createPersonalAccessToken"] = """{ "name": "nightly report", "scopes": ["organization:read", "user:read"] }""",
        ["createRole"] = """{ "name": "license clerk", "description": "Sells and renews.", "claims": ["license:read", "license:write", "organization:read"] }""",
        ["createOrganizationAccessToken"] = """{ "name": "hr system", "scopes": ["organization:user:read", "organization:user:create"] }""",
        ["putOrganizationIdentityProvider"] = """
            { "issuer": "https://login.acme.example", "clientId": "eventsourcedorgs", "clientSecret": "shown-once-by-the-provider", "provisioning": true,
              "allowedEmailDomains": ["acme.example"] }
            """,
        ["putAccountIdentityProvider"] = """
            { "issuer": "https://login.vendor.example", "clientId": "eventsourcedorgs", "clientSecret": "shown-once-by-the-provider" }
            """,
        ["createRelease"] = $$"""
            { "name": "Pro 2.1", "version": "2.1.0", "channel": "stable", "platforms": ["windows", "linux"], "notes": "Draws twice as fast.", "productId": "{{Id}}" }
            """,
        ["createReleaseFile"] = $$"""
            { "name": "setup.exe", "url": "https://downloads.vendor.example/pro/2.1.0/setup.exe", "size": 37580, "checksum": "1239d72ef6ff110ef63a803120728907",
              "secured": false, "releaseId": "{{Id}}" }
            """,
        ["createReleaseChannel"] = """{ "name": "beta", "displayName": "Beta", "description": "For those who cannot wait.", "private": false }""",
        ["createReleasePlatform"] = """{ "name": "windows", "displayName": "Windows" }""",
        ["login"] = """{ "email": "ada@acme.example", "password": "correct horse battery" }""",
    }.ToFrozenDictionary();

    private static string Machine => $$"""
        { "key": "2C5F1A-09B3D7-4E8F60-A1C2D3-77E0B4-5D6A9C", "productId": "{{Id}}", "fingerprint": "{{new string('a', 64)}}", "hostname": "drawing-board",
          "os": "linux", "osVersion": "6.12", "userHash": "4f2d", "releaseVersion": "1.4.2", "metadata": [{ "key": "room", "value": "12" }],
          "meterAttributes": [{ "name": "pages", "usesIncrement": 1 }] }
        """;

    private static string TriedMachine => $$"""
        { "productId": "{{Id}}", "fingerprint": "{{new string('b', 64)}}", "hostname": "drawing-board", "os": "linux", "osVersion": "6.12", "userHash": "4f2d",
          "releaseVersion": "1.4.2", "metadata": [{ "key": "campaign", "value": "fair" }] }
        """;

    private static string NewTemplate => """
        { "name": "Yearly, named users", "type": "node-locked", "allowedActivations": 3, "subscriptionInterval": "P1Y", "requireAuthentication": true }
        """;
}

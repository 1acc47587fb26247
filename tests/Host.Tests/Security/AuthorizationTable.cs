using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Security;

/// <summary>
/// Who may use which address, written by hand and independent of the code's own table. <c>open</c> is for everybody, <c>own</c> for everybody signed in and
/// what is theirs, <c>organization</c> for the organization-admins of that organization, <c>vendor</c> for none of the customers, <c>super-admin</c> for that one
/// alone. But for those the admin and the super-admin may use every address, the token of an organization those of that organization that <c>custom</c>, who has the same one claim, may use; of the
/// other members of the team those that stand behind. <c>=409</c> is what an address rightly answers to whoever may use it here; <c>gone</c> says that it
/// answers the team also about an organization that is gone.
/// </summary>
internal sealed record AuthorizationRow(string Method, string Path, string Audience, IReadOnlyList<string> Team, bool MayBeGone, int? Answer)
{
    private const string Gone = "gone";

    private const string Table = """
        POST   /v3/organizations                                                              vendor
        GET    /v3/organizations                                                              vendor       auditor
        GET    /v3/organizations/{organizationId}                                             organization auditor
        PATCH  /v3/organizations/{organizationId}                                             vendor
        DELETE /v3/organizations/{organizationId}                                             vendor       =409
        POST   /v3/organizations/{organizationId}/suspend                                     vendor
        POST   /v3/organizations/{organizationId}/reinstate                                   vendor
        GET    /v3/organizations/{organizationId}/summary                                     organization auditor
        GET    /v3/organizations/{organizationId}/access                                      organization auditor
        GET    /v3/organizations/{organizationId}/access/diff                                 organization auditor gone
        GET    /v3/organizations/{organizationId}/activation-history                          organization auditor
        GET    /v3/organizations/{organizationId}/history/refused-commands                    organization auditor
        GET    /v3/history/key                                                                open
        GET    /v3/history/checkpoints                                                        vendor       auditor
        GET    /v3/history/checkpoints/latest                                                 vendor       auditor
        GET    /v3/history/proofs/inclusion                                                   vendor       auditor
        GET    /v3/history/proofs/consistency                                                 vendor       auditor
        GET    /v3/history/export                                                             vendor       auditor
        GET    /v3/history                                                                    vendor       auditor
        GET    /v3/history/replay                                                             vendor       auditor
        GET    /v3/users/{userId}/history                                                     vendor       auditor
        GET    /v3/licenses/{licenseId}/history                                               vendor       auditor
        GET    /v3/activations/{activationId}/history                                         vendor       auditor
        GET    /v3/products/{productId}/history                                               vendor       auditor
        GET    /v3/license-templates/{templateId}/history                                     vendor       auditor
        GET    /v3/maintenance-policies/{maintenancePolicyId}/history                         vendor       auditor
        GET    /v3/trial-policies/{trialPolicyId}/history                                     vendor       auditor
        GET    /v3/trial-activations/{trialActivationId}/history                              vendor       auditor
        GET    /v3/features/{featureId}/history                                               vendor       auditor
        GET    /v3/entitlement-sets/{entitlementSetId}/history                                vendor       auditor
        GET    /v3/roles/{roleId}/history                                                     vendor       auditor
        GET    /v3/releases/{releaseId}/history                                               vendor       auditor
        GET    /v3/release-channels/{releaseChannelId}/history                                vendor       auditor
        GET    /v3/release-platforms/{releasePlatformId}/history                              vendor       auditor
        GET    /v3/event-logs                                                                 vendor       auditor
        GET    /v3/event-logs/export                                                          vendor       auditor
        GET    /v3/event-logs/{logId}                                                         vendor       auditor
        GET    /v3/event-logs/resources                                                       own          auditor operator custom
        GET    /v3/organizations/{organizationId}/history                                     organization auditor gone
        GET    /v3/organizations/{organizationId}/users/{userId}/history                      organization auditor gone
        GET    /v3/organizations/{organizationId}/user-groups/{userGroupId}/history           organization auditor gone
        GET    /v3/organizations/{organizationId}/licenses/{licenseId}/history                organization auditor gone
        GET    /v3/organizations/{organizationId}/activations/{activationId}/history          organization auditor gone
        GET    /v3/organizations/{organizationId}/access-tokens/{tokenId}/history             organization auditor gone
        POST   /v3/organizations/{organizationId}/users                                       organization
        GET    /v3/organizations/{organizationId}/users                                       organization auditor custom
        GET    /v3/organizations/{organizationId}/users/{userId}                              organization auditor custom
        PATCH  /v3/organizations/{organizationId}/users/{userId}                              organization
        DELETE /v3/organizations/{organizationId}/users/{userId}                              organization
        POST   /v3/organizations/{organizationId}/users/bulk                                  organization
        POST   /v3/organizations/{organizationId}/users/{userId}/suspend                      organization
        POST   /v3/organizations/{organizationId}/users/{userId}/reinstate                    organization
        POST   /v3/organizations/{organizationId}/users/{userId}/reset-password-token         organization
        GET    /v3/organizations/{organizationId}/changes                                     organization auditor gone
        GET    /v3/changes                                                                    vendor       auditor
        POST   /v3/organizations/{organizationId}/user-groups                                 organization
        GET    /v3/organizations/{organizationId}/user-groups                                 organization auditor
        GET    /v3/organizations/{organizationId}/user-groups/{userGroupId}                   organization auditor
        PATCH  /v3/organizations/{organizationId}/user-groups/{userGroupId}                   organization
        DELETE /v3/organizations/{organizationId}/user-groups/{userGroupId}                   organization
        GET    /v3/organizations/{organizationId}/user-groups/{userGroupId}/users             organization auditor
        POST   /v3/organizations/{organizationId}/user-groups/{userGroupId}/users             organization
        DELETE /v3/organizations/{organizationId}/user-groups/{userGroupId}/users/{userId}    organization
        GET    /v3/organizations/{organizationId}/identity-provider                           organization auditor
        PUT    /v3/organizations/{organizationId}/identity-provider                           organization
        DELETE /v3/organizations/{organizationId}/identity-provider                           organization
        GET    /v3/account/identity-provider                                                  vendor       auditor
        PUT    /v3/account/identity-provider                                                  super-admin
        DELETE /v3/account/identity-provider                                                  super-admin
        GET    /v3/sign-in/oidc/organizations/{organizationId}                                open
        GET    /v3/sign-in/oidc/account                                                       open
        GET    /v3/sign-in/oidc/callback                                                      open
        GET    /v3/organizations/{organizationId}/access-tokens                               organization auditor
        POST   /v3/organizations/{organizationId}/access-tokens                               organization
        GET    /v3/organizations/{organizationId}/access-tokens/{tokenId}                     organization auditor
        PATCH  /v3/organizations/{organizationId}/access-tokens/{tokenId}                     organization
        DELETE /v3/organizations/{organizationId}/access-tokens/{tokenId}                     organization
        POST   /v3/organizations/{organizationId}/access-tokens/{tokenId}/rotate              organization
        GET    /v3/organizations/{organizationId}/licenses                                    organization auditor
        GET    /v3/organizations/{organizationId}/licenses/{licenseId}                        organization auditor
        PATCH  /v3/organizations/{organizationId}/licenses/{licenseId}                        organization
        GET    /v3/organizations/{organizationId}/licenses/{licenseId}/user-groups            organization auditor
        PUT    /v3/organizations/{organizationId}/licenses/{licenseId}/user-groups/{userGroupId} organization
        DELETE /v3/organizations/{organizationId}/licenses/{licenseId}/user-groups/{userGroupId} organization
        GET    /v3/organizations/{organizationId}/licenses/{licenseId}/users                  organization auditor
        PUT    /v3/organizations/{organizationId}/licenses/{licenseId}/users/{userId}         organization
        DELETE /v3/organizations/{organizationId}/licenses/{licenseId}/users/{userId}         organization
        POST   /v3/users                                                                      vendor
        GET    /v3/users                                                                      vendor       auditor
        GET    /v3/users/{userId}                                                             vendor       auditor
        PATCH  /v3/users/{userId}                                                             vendor
        DELETE /v3/users/{userId}                                                             vendor
        DELETE /v3/users/metadata/{metadataId}                                                vendor
        POST   /v3/users/{userId}/suspend                                                     vendor
        POST   /v3/users/{userId}/reinstate                                                   vendor
        POST   /v3/users/{userId}/erase                                                       vendor
        POST   /v3/users/{userId}/reset-password-token                                        vendor
        GET    /v3/users/{userId}/access                                                      own          auditor
        POST   /v3/users/{userId}/update-password                                             own          auditor operator custom
        POST   /v3/users/{userId}/reset-password                                              open
        PATCH  /v3/me/email-preferences                                                       own          auditor operator custom
        POST   /v3/me/2fa-secret                                                              own          auditor operator custom
        POST   /v3/me/2fa-recovery-codes                                                      own          auditor operator custom
        DELETE /v3/users/{userId}/two-factor                                                  vendor
        DELETE /v3/organizations/{organizationId}/users/{userId}/two-factor                   organization
        GET    /v3/me/sessions                                                                own          auditor operator custom
        DELETE /v3/me/sessions                                                                own          auditor operator custom
        DELETE /v3/me/sessions/{sessionId}                                                    own          auditor operator custom
        GET    /v3/users/{userId}/sessions                                                    vendor       auditor
        DELETE /v3/users/{userId}/sessions                                                    vendor
        POST   /v3/products                                                                   vendor
        GET    /v3/products                                                                   vendor       auditor
        GET    /v3/products/{productId}                                                       vendor       auditor
        GET    /v3/products/{productId}/product.dat                                           vendor       auditor
        PATCH  /v3/products/{productId}                                                       vendor
        DELETE /v3/products/{productId}                                                       vendor       =409
        DELETE /v3/products/metadata/{metadataId}                                             vendor
        POST   /v3/license-templates                                                          vendor
        GET    /v3/license-templates                                                          vendor       auditor
        GET    /v3/license-templates/{templateId}                                             vendor       auditor
        PATCH  /v3/license-templates/{templateId}                                             vendor
        DELETE /v3/license-templates/{templateId}                                             vendor       =409
        POST   /v3/license-policies                                                           vendor
        GET    /v3/license-policies                                                           vendor       auditor
        GET    /v3/license-policies/{templateId}                                              vendor       auditor
        PATCH  /v3/license-policies/{templateId}                                              vendor
        DELETE /v3/license-policies/{templateId}                                              vendor       =409
        POST   /v3/maintenance-policies                                                       vendor
        GET    /v3/maintenance-policies                                                       vendor       auditor
        GET    /v3/maintenance-policies/{maintenancePolicyId}                                 vendor       auditor
        PATCH  /v3/maintenance-policies/{maintenancePolicyId}                                 vendor
        PATCH  /v3/maintenance-policies/{maintenancePolicyId}/subscription                    vendor
        DELETE /v3/maintenance-policies/{maintenancePolicyId}                                 vendor       =409
        POST   /v3/features                                                                   vendor
        GET    /v3/features                                                                   vendor       auditor
        GET    /v3/features/{featureId}                                                       vendor       auditor
        PATCH  /v3/features/{featureId}                                                       vendor
        DELETE /v3/features/{featureId}                                                       vendor       =409
        POST   /v3/entitlement-sets                                                           vendor
        GET    /v3/entitlement-sets                                                           vendor       auditor
        GET    /v3/entitlement-sets/{entitlementSetId}                                        vendor       auditor
        PATCH  /v3/entitlement-sets/{entitlementSetId}                                        vendor
        DELETE /v3/entitlement-sets/{entitlementSetId}                                        vendor       =409
        GET    /v3/entitlement-sets/{entitlementSetId}/feature-entitlements                   vendor       auditor
        POST   /v3/entitlement-sets/{entitlementSetId}/feature-entitlements                   vendor       =409
        PATCH  /v3/entitlement-sets/{entitlementSetId}/feature-entitlements/{entitlementId}   vendor
        DELETE /v3/entitlement-sets/{entitlementSetId}/feature-entitlements/{entitlementId}   vendor
        GET    /v3/licenses/{licenseId}/feature-entitlements                                  vendor       auditor
        POST   /v3/licenses/{licenseId}/feature-entitlements                                  vendor       =409
        PATCH  /v3/licenses/{licenseId}/feature-entitlements/{entitlementId}                  vendor
        DELETE /v3/licenses/{licenseId}/feature-entitlements/{entitlementId}                  vendor
        GET    /v3/organizations/{organizationId}/licenses/{licenseId}/feature-entitlements   organization auditor
        GET    /v3/me/licenses/{licenseId}/feature-entitlements                               own          auditor operator custom
        GET    /v3/activations/{activationId}/feature-entitlements                            open
        POST   /v3/licenses                                                                   vendor
        GET    /v3/licenses                                                                   vendor       auditor
        DELETE /v3/licenses/metadata/{metadataId}                                             vendor
        DELETE /v3/licenses/meter-attributes/{meterId}                                        vendor
        POST   /v3/licenses/meter-attributes/{meterId}/reset                                  vendor
        GET    /v3/licenses/export                                                            vendor       auditor
        GET    /v3/licenses/subscription-logs                                                 vendor       auditor
        GET    /v3/licenses/subscription-logs/{logId}                                         vendor       auditor
        GET    /v3/users/export                                                               vendor       auditor
        GET    /v3/licenses/{licenseId}                                                       vendor       auditor
        PATCH  /v3/licenses/{licenseId}                                                       vendor
        DELETE /v3/licenses/{licenseId}                                                       vendor
        POST   /v3/licenses/{licenseId}/renew                                                 vendor
        POST   /v3/licenses/{licenseId}/extend                                                vendor
        PATCH  /v3/licenses/{licenseId}/subscription                                          vendor
        PATCH  /v3/licenses/{licenseId}/expires-at                                            vendor
        POST   /v3/licenses/{licenseId}/maintenance/renew                                     vendor
        POST   /v3/licenses/{licenseId}/maintenance/extend                                    vendor
        PATCH  /v3/licenses/{licenseId}/maintenance/expires-at                                vendor
        GET    /v3/licenses/{licenseId}/access                                                own          auditor
        GET    /v3/licenses/{licenseId}/activation-history                        organization   auditor
        GET    /v3/licenses/{licenseId}/utilisation                                           organization auditor
        GET    /v3/organizations/{organizationId}/utilisation                                 organization auditor
        GET    /v3/users/{userId}/activation-history                                          vendor       auditor
        GET    /v3/me/activation-history                                                      own          auditor operator custom
        GET    /v3/activation-logs                                                            vendor       auditor
        GET    /v3/activation-logs/export                                                     vendor       auditor
        GET    /v3/activation-logs/{logId}                                                    vendor       auditor
        GET    /v3/analytics/stats                                                            vendor       auditor
        GET    /v3/analytics/licenses                                                         vendor       auditor
        GET    /v3/analytics/activations                                                      vendor       auditor
        GET    /v3/analytics/activations/os                                                   vendor       auditor
        GET    /v3/analytics/activations/os-version                                           vendor       auditor
        GET    /v3/analytics/activations/geo-location                                         vendor       auditor
        GET    /v3/analytics/activations/release-version                                      vendor       auditor
        GET    /v3/analytics/activations/app-version                                          vendor       auditor
        GET    /v3/analytics/activations/vm-name                                              vendor       auditor
        GET    /v3/webhooks/events                                                            vendor       auditor
        GET    /v3/webhooks/outbox                                                            vendor       auditor
        GET    /v3/organizations/{organizationId}/activations                                 organization auditor
        GET    /v3/organizations/{organizationId}/activations/{activationId}                  organization auditor
        POST   /v3/activations                                                                open
        PATCH  /v3/activations/{activationId}                                                 open
        POST   /v3/activations/{activationId}/deactivate                                      open
        POST   /v3/activations/meter-attributes/{meterId}                                     open
        POST   /v3/activations/offline-activate                                               own
        POST   /v3/activations/offline-deactivate                                             own
        GET    /v3/licenses/{licenseId}/offline-responses                                     vendor       auditor
        DELETE /v3/licenses/{licenseId}/offline-responses/{responseId}                        vendor
        GET    /v3/organizations/{organizationId}/licenses/{licenseId}/offline-responses      organization auditor
        DELETE /v3/organizations/{organizationId}/licenses/{licenseId}/offline-responses/{responseId} organization
        GET    /v3/activations                                                                vendor       auditor
        GET    /v3/activations/export                                                         vendor       auditor
        GET    /v3/activations/{activationId}                                                 vendor       auditor
        DELETE /v3/activations/{activationId}                                                 vendor
        DELETE /v3/activations                                                                vendor
        POST   /v3/trial-policies                                                             vendor
        GET    /v3/trial-policies                                                             vendor       auditor
        GET    /v3/trial-policies/{trialPolicyId}                                             vendor       auditor
        PATCH  /v3/trial-policies/{trialPolicyId}                                             vendor
        DELETE /v3/trial-policies/{trialPolicyId}                                             vendor       =409
        POST   /v3/trial-activations                                                          open
        PATCH  /v3/trial-activations/{trialActivationId}                                      open
        GET    /v3/trial-activations                                                          vendor       auditor
        GET    /v3/trial-activations/export                                                   vendor       auditor
        GET    /v3/trial-activations/{trialActivationId}                                      vendor       auditor
        POST   /v3/trial-activations/{trialActivationId}/extend                               vendor
        PATCH  /v3/trial-activations/{trialActivationId}/expires-at                           vendor
        DELETE /v3/trial-activations/{trialActivationId}                                      vendor
        GET    /v3/analytics/trial-activations                                                vendor       auditor
        GET    /v3/analytics/trial-activations/os                                             vendor       auditor
        GET    /v3/analytics/trial-activations/os-version                                     vendor       auditor
        GET    /v3/analytics/trial-activations/geo-location                                   vendor       auditor
        GET    /v3/analytics/trial-activations/vm-name                                        vendor       auditor
        GET    /v3/me/activations                                                             own          auditor operator custom
        GET    /v3/me/activations/{activationId}                                              own          auditor operator custom
        POST   /v3/access/check                                                               own          auditor
        GET    /v3/history/refused-commands                                                   vendor       auditor
        GET    /v3/operations/projections                                                            vendor       auditor operator
        GET    /v3/operations/projections/{projectionName}                                           vendor       auditor operator
        POST   /v3/operations/projections/{projectionName}/pause                                     vendor       operator
        POST   /v3/operations/projections/{projectionName}/resume                                    vendor       operator
        POST   /v3/operations/projections/{projectionName}/retry                                     vendor       operator
        POST   /v3/operations/projections/{projectionName}/rebuild                                   vendor       operator
        POST   /v3/operations/projections/{projectionName}/verify                                    vendor       operator
        GET    /v3/operations/sealing                                                                vendor       auditor operator
        POST   /v3/operations/states/repair                                                          vendor       operator
        POST   /v3/operations/states/verify                                                          vendor       operator
        GET    /v3/operations/rebuilds/{rebuildId}                                                   vendor       auditor operator
        DELETE /v3/operations/rebuilds/{rebuildId}                                                   vendor       operator =409
        POST   /v3/imports                                                                    vendor
        GET    /v3/imports/{importId}                                                         vendor       auditor operator
        GET    /v3/imports/{importId}/rows                                                    vendor       auditor operator
        POST   /v3/imports/{importId}/cancel                                                  vendor       =409
        POST   /v3/roles                                                                      vendor
        GET    /v3/roles                                                                      vendor       auditor
        GET    /v3/roles/claims                                                               vendor       auditor
        GET    /v3/roles/{roleId}                                                             vendor       auditor
        PATCH  /v3/roles/{roleId}                                                             vendor
        DELETE /v3/roles/{roleId}                                                             vendor
        POST   /v3/releases                                                                   vendor
        GET    /v3/releases                                                                   vendor       auditor
        GET    /v3/releases/{releaseId}                                                       vendor       auditor
        PATCH  /v3/releases/{releaseId}                                                       vendor
        DELETE /v3/releases/{releaseId}                                                       vendor
        POST   /v3/releases/{releaseId}/publish                                               vendor
        POST   /v3/releases/{releaseId}/archive                                               vendor       =400
        GET    /v3/releases/storage                                                           vendor       auditor
        GET    /v3/releases/update                                                            open
        GET    /v3/releases/latest                                                            open
        GET    /v3/releases/{releaseId}/allowed                                               open
        POST   /v3/release-files                                                              vendor
        GET    /v3/release-files                                                              vendor       auditor
        GET    /v3/release-files/{releaseFileId}                                              vendor       auditor
        DELETE /v3/release-files/{releaseFileId}                                              vendor
        PUT    /v3/{releaseId}/{fileName}                                                     vendor
        GET    /v3/{releaseId}/{fileName}                                                     open
        POST   /v3/release-channels                                                           vendor
        GET    /v3/release-channels                                                           vendor       auditor
        GET    /v3/release-channels/{releaseChannelId}                                        vendor       auditor
        PATCH  /v3/release-channels/{releaseChannelId}                                        vendor
        DELETE /v3/release-channels/{releaseChannelId}                                        vendor
        POST   /v3/release-platforms                                                          vendor
        GET    /v3/release-platforms                                                          vendor       auditor
        GET    /v3/release-platforms/{releasePlatformId}                                      vendor       auditor
        PATCH  /v3/release-platforms/{releasePlatformId}                                      vendor
        DELETE /v3/release-platforms/{releasePlatformId}                                      vendor
        GET    /v3/me/releases                                                                own          auditor operator custom
        GET    /v3/me/release-channels                                                        own          auditor operator custom
        GET    /v3/me/release-platforms                                                       own          auditor operator custom
        GET    /v3/me/products                                                                own          auditor operator custom
        GET    /v3/organizations/{organizationId}/releases                                    organization auditor
        POST   /v3/accounts/login                                                             open
        POST   /v3/accounts/login-refresh-token                                               open
        POST   /v3/accounts/logout                                                            own          auditor operator custom
        GET    /v3/me                                                                         own          auditor operator custom
        PATCH  /v3/me                                                                         own          auditor operator custom
        GET    /v3/me/licenses                                                                own          auditor operator custom
        GET    /v3/me/licenses/{licenseId}                                                    own          auditor operator custom
        GET    /v3/personal-access-tokens                                                     own          auditor operator custom
        POST   /v3/personal-access-tokens                                                     own          auditor operator
        GET    /v3/personal-access-tokens/{tokenId}                                           own          auditor operator custom
        PATCH  /v3/personal-access-tokens/{tokenId}                                           own          auditor operator
        DELETE /v3/personal-access-tokens/{tokenId}                                           own          auditor operator
        POST   /v3/personal-access-tokens/{tokenId}/rotate                                    own          auditor operator
        """;

    public static IReadOnlyList<AuthorizationRow> All { get; } =
    [
        .. from line in Table.Split('\n')
           let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           select new AuthorizationRow(
               words[0], words[1], words[2], [.. words[3..].Where(word => word[0] != '=' && word != Gone)],
               words.Contains(Gone),
               words.FirstOrDefault(word => word[0] == '=') is { } answer ? int.Parse(answer[1..], System.Globalization.CultureInfo.InvariantCulture) : null),
    ];

    public string Name => $"{Method} {Path}";

    public bool IsWithinOrganization => Path.StartsWith("/v3/organizations/{organizationId}", StringComparison.Ordinal);

    public bool HasIds => Path.Contains('{', StringComparison.Ordinal);

    /// <summary>The addresses that the Host really answers to; a HEAD is answered as its GET is.</summary>
    public static IEnumerable<string> Endpoints(TestHost host) => host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])
            .Where(method => method != HttpMethods.Head)
            .Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/').Replace(":guid", "", StringComparison.Ordinal)}"));
}

using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using EventSourcedOrgs.Application.AccessTokens;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.LicenseTemplates;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Application.Trials;
using EventSourcedOrgs.Application.UserGroups;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Host.Api.Wire;
using Microsoft.OpenApi;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// What fields of requests may be, as the validators have it, by the name of the field or of type and field. The bad-input tests hold the two together:
/// they send one more than each limit says.
/// </summary>
internal static class OpenApiLimits
{
    private static readonly FrozenDictionary<string, Limit> Known = new Dictionary<string, Limit>
    {
        ["name"] = Text(1),
        ["displayName"] = Text(1),
        ["firstName"] = Text(1),
        ["lastName"] = Text(),
        ["company"] = Text(),
        ["description"] = Text(),
        ["email"] = Text(1) with { Format = "email" },
        ["addressLine1"] = Text(),
        ["addressLine2"] = Text(),
        ["city"] = Text(),
        ["state"] = Text(),
        ["country"] = Text(),
        ["postalCode"] = Text(),
        ["notes"] = Text(0, 4096),
        ["key"] = Text(LicenseKeyPattern.ShortestKey, LicenseKeyPattern.LongestKey),
        ["keyPattern"] = Text(0, 256),
        [$"{nameof(NewMetadata)}.key"] = Text(1),
        [$"{nameof(NewActivationMetadata)}.key"] = Text(1),
        [$"{nameof(NewActivationMetadata)}.value"] = Text(0, 4096),
        [$"{nameof(MachineBody)}.key"] = Text(1),
        [$"{nameof(MachineBody)}.email"] = Text() with { Format = "email" },
        [$"{nameof(MachineBody)}.password"] = Text(),
        ["appVersion"] = Text(),
        ["clientVersion"] = Text(),
        ["deviceChallenge"] = Text(),
        ["deviceChallengeSignature"] = Text(0, Common.LongestSignature),
        [$"{nameof(NewMetadata)}.value"] = Text(0, 4096),
        ["offlineRequest"] = Text(1, OfflineRequest.Longest),
        ["responseValidity"] = From(1),
        ["viewPermissions"] = Elements(0, 10),
        ["password"] = Text(PersonValidator.ShortestPassword),
        ["oldPassword"] = Text(PersonValidator.ShortestPassword),
        ["newPassword"] = Text(PersonValidator.ShortestPassword),
        ["twoFactorCode"] = Text(),
        ["twoFactorRecoveryCode"] = Text(),
        ["accountId"] = Text(),
        [$"{nameof(LoginBody)}.accountId"] = Text(0, 36),
        ["accountAlias"] = Text(),
        ["companyId"] = Text(),
        ["refreshToken"] = Text(1),
        ["token"] = Text(1, ResetPassword.LongestToken),

        ["issuer"] = Text(1) with { Format = "uri" },
        ["clientId"] = Text(1),
        ["clientSecret"] = Text(1),
        ["defaultRole"] = Text(1),
        ["groupClaim"] = Text(),
        [$"{nameof(WireGroupMapping)}.value"] = Text(1),
        ["allowedEmailDomains"] = Elements(0, ProviderValidator.MostDomains),
        ["groupMappings"] = Elements(0, ProviderValidator.MostGroups),
        [$"{nameof(OrganizationProviderBody)}.scopes"] = Elements(0, ProviderValidator.MostScopes),
        [$"{nameof(AccountProviderBody)}.scopes"] = Elements(0, ProviderValidator.MostScopes),

        ["tags"] = Elements(0, 5),
        ["emailTemplates"] = Elements(0, Common.MostIgnored),
        [$"{nameof(NewUserBody)}.roles"] = Elements(1, 1),
        [$"{nameof(UserPatch)}.roles"] = Elements(1, 1),
        ["scopes"] = Elements(0, CreateAccessToken.MostScopes),
        ["metadata"] = Elements(0, 20),
        [$"{nameof(NewLicenseBody)}.metadata"] = Elements(0, 50),
        [$"{nameof(LicensePatch)}.metadata"] = Elements(0, 50),
        [$"{nameof(MachineReportBody)}.metadata"] = Elements(0, 50),
        [$"{nameof(NewOrganization)}.metadata"] = Elements(0, 50),
        [$"{nameof(OrganizationPatch)}.metadata"] = Elements(0, 50),
        ["requiredMetadataKeys"] = Elements(0, 50),
        ["requiredMeterAttributes"] = Elements(0, 50),
        ["claims"] = Elements(1, CreateRole.MostClaims),
        ["userIds"] = Elements(1, AddUsersToGroup.Most),
        ["userGroupIds"] = Elements(0, CreateOrganizationUser.MostGroups),
        ["additionalUserIds"] = Elements(0, License.MostAdditionalUsers),
        ["productIds"] = Elements(1, EntitlementSet.MostProducts),
        [$"{nameof(NewReleaseChannel)}.productIds"] = Elements(1, CreateReleaseChannel.MostProducts),
        [$"{nameof(ReleaseChannelPatch)}.productIds"] = Elements(1, CreateReleaseChannel.MostProducts),
        [$"{nameof(NewReleasePlatform)}.productIds"] = Elements(1, CreateReleaseChannel.MostProducts),
        [$"{nameof(ReleasePlatformPatch)}.productIds"] = Elements(1, CreateReleaseChannel.MostProducts),
        [$"{nameof(NewSetFeature)}.value"] = Text(),
        [$"{nameof(SetFeaturePatch)}.value"] = Text(),
        [$"{nameof(NewLicenseFeature)}.value"] = Text(),
        [$"{nameof(LicenseFeaturePatch)}.value"] = Text(),
        ["checks"] = Elements(1, CheckAccess.Most),
        ["allowedIpRanges"] = Elements(0, LicenseRules.MostIpRanges),
        [$"{nameof(NewLicenseTemplate)}.allowedIpRanges"] = Elements(0, CreateLicenseTemplate.MostIpRanges),
        [$"{nameof(LicenseTemplatePatch)}.allowedIpRanges"] = Elements(0, CreateLicenseTemplate.MostIpRanges),
        [$"{nameof(TrialTermsBody)}.allowedIpRanges"] = Elements(0, CreateTrialPolicy.MostIpRanges),
        ["allowedIpAddresses"] = Elements(0, 256),
        ["disallowedIpAddresses"] = Elements(0, 256),
        ["allowedCountries"] = Elements(0, 256),
        ["disallowedCountries"] = Elements(0, 256),

        ["allowedUsers"] = From(-1),
        ["allowedUses"] = From(-1),
        [$"{nameof(NewUses)}.uses"] = From(0),
        ["allowedActivations"] = From(-1),
        ["allowedDeactivations"] = From(-1),
        ["allowedFloatingClients"] = From(0),
        ["leaseDuration"] = From(-1),
        ["serverSyncInterval"] = From(180),
        ["serverSyncGracePeriod"] = From(-1),
        ["allowedClockOffset"] = From(-1),
        ["expiringSoonEventOffset"] = From(0),
        ["trialLength"] = From(1),
        [$"{nameof(TrialExtension)}.extensionLength"] = From(1),
    }.ToFrozenDictionary();

    public static void Apply(OpenApiSchema schema, JsonPropertyInfo property)
    {
        if (!Known.TryGetValue($"{property.DeclaringType.Name}.{property.Name}", out var limit) && !Known.TryGetValue(property.Name, out limit))
            return;

        var kind = schema.Type ?? default;
        if (kind.HasFlag(JsonSchemaType.Array))
            (schema.MinItems, schema.MaxItems) = (limit.Least == 0 ? null : limit.Least, limit.Most);
        else if (kind.HasFlag(JsonSchemaType.String))
            (schema.MinLength, schema.MaxLength, schema.Format) = (limit.Least == 0 ? null : limit.Least, limit.Most, limit.Format ?? schema.Format);
        else if (kind.HasFlag(JsonSchemaType.Integer))
            schema.Minimum = limit.Least.ToString(CultureInfo.InvariantCulture);
    }

    private static Limit Text(int least = 0, int most = Rules.MostText) => new(least, most);

    private static Limit Elements(int least, int most) => new(least, most);

    private static Limit From(int least) => new(least, null);

    private sealed record Limit(int Least, int? Most, string? Format = null);
}

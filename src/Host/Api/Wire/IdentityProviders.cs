using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>Whoever has the value in the group claim is in the group.</summary>
internal sealed record WireGroupMapping(string Value, UserGroupId UserGroupId);

/// <summary>The body that sets the identity provider of an organization; without a secret the former one stays, for the same issuer and client.</summary>
internal sealed record OrganizationProviderBody(
    string Issuer, string ClientId, string? ClientSecret = null, ValueList<string>? Scopes = null, bool? Provisioning = null, string? DefaultRole = null,
    ValueList<string>? AllowedEmailDomains = null, string? GroupClaim = null, ValueList<WireGroupMapping>? GroupMappings = null)
{
    public SetOrganizationIdentityProvider ToCommand(OrganizationId organization) => new(
        organization,
        new(Issuer.Trim(), ClientId.Trim(), Scopes ?? ProviderBodies.UsualScopes, Provisioning ?? false, new Role(DefaultRole ?? Role.User.Name), AllowedEmailDomains ?? [],
            string.IsNullOrWhiteSpace(GroupClaim) ? null : GroupClaim.Trim(),
            (GroupMappings ?? []).Select(group => new GroupMapping(group.Value, group.UserGroupId)).ToValueList()),
        ClientSecret);
}

/// <summary>The body that sets the identity provider of the account; without a secret the former one stays, for the same issuer and client.</summary>
internal sealed record AccountProviderBody(
    string Issuer, string ClientId, string? ClientSecret = null, ValueList<string>? Scopes = null, bool? Provisioning = null, string? DefaultRole = null,
    ValueList<string>? AllowedEmailDomains = null)
{
    public SetAccountIdentityProvider ToCommand() => new(
        new(Issuer.Trim(), ClientId.Trim(), Scopes ?? ProviderBodies.UsualScopes, Provisioning ?? false, new Role(DefaultRole ?? Role.Operator.Name), AllowedEmailDomains ?? [], null, []),
        ClientSecret);
}

/// <summary>What bodies of providers share.</summary>
internal static class ProviderBodies
{
    public static ValueList<string> UsualScopes { get; } = ["email", "profile"];
}

/// <summary>The identity provider of an organization; its secret is never shown.</summary>
internal sealed record WireOrganizationProvider(
    string Issuer, string ClientId, ValueList<string> Scopes, bool Provisioning, string DefaultRole, ValueList<string> AllowedEmailDomains, string? GroupClaim,
    ValueList<WireGroupMapping> GroupMappings)
{
    public static Task<WireOrganizationProvider> Of(IdentityProvider provider, Store store, CancellationToken cancellation) => Task.FromResult(new WireOrganizationProvider(
        provider.Issuer, provider.ClientId, provider.Scopes, provider.Provisioning, provider.DefaultRole.Name, provider.AllowedEmailDomains, provider.GroupClaim,
        provider.Groups.Select(group => new WireGroupMapping(group.Value, group.UserGroup)).ToValueList()));
}

/// <summary>The identity provider of the account; its secret is never shown.</summary>
internal sealed record WireAccountProvider(
    string Issuer, string ClientId, ValueList<string> Scopes, bool Provisioning, string DefaultRole, ValueList<string> AllowedEmailDomains)
{
    public static Task<WireAccountProvider> Of(IdentityProvider provider, Store store, CancellationToken cancellation) => Task.FromResult(new WireAccountProvider(
        provider.Issuer, provider.ClientId, provider.Scopes, provider.Provisioning, provider.DefaultRole.Name, provider.AllowedEmailDomains));
}

using System.Text;

namespace EventSourcedOrgs.Domain;

/// <summary>Whoever the provider says is in this group of its own is in that group of ours.</summary>
public sealed record GroupMapping(string Value, UserGroupId UserGroup);

/// <summary>
/// An OpenID Connect provider that people sign in with, without the secret that we show to it. With <see cref="Provisioning"/> somebody unknown becomes
/// a user in the <see cref="DefaultRole"/>; no domains means any. The issuer is compared as it is written.
/// </summary>
public sealed record IdentityProvider(
    string Issuer, string ClientId, ValueList<string> Scopes, bool Provisioning, Users.Role DefaultRole, ValueList<string> AllowedEmailDomains, string? GroupClaim,
    ValueList<GroupMapping> Groups)
{
    /// <summary>May an address of this domain sign in?</summary>
    public bool Admits(string email) => AllowedEmailDomains.Count == 0 || AllowedEmailDomains.Any(domain => IsSame(domain, email[(email.LastIndexOf('@') + 1)..]));

    /// <summary>The same text, ignoring case as far as it cannot make two addresses of different people one.</summary>
    public static bool IsSame(string one, string other) => one == other || Ascii.EqualsIgnoreCase(one, other);
}

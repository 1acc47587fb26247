using System.Collections.Frozen;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>The names of what a token can be limited to, and those that each role has to give.</summary>
public sealed class Scopes(Permissions permissions)
{
    /// <summary>Names of the v3 contract that no request of ours asks for: tokens may hold them all the same.</summary>
    private static readonly string[] Further =
    [
        "account:read", "account:write", "activation:read", "activation:write", "analytics:read", "eventLog:read",
        "licenseTemplate:read", "licenseTemplate:write", "organization:activation:read", "personalAccessToken:write", "productVersion:read", "productVersion:write", "release:read", "release:write",
        "role:read", "role:write", "trialActivation:read", "trialActivation:write", "trialPolicy:read", "trialPolicy:write", "webhook:read", "webhook:write",
    ];

    /// <summary>Two names of one thing: the contract says either.</summary>
    private const string Template = "licenseTemplate:";
    private const string Policy = "licensePolicy:";

    public IReadOnlySet<string> Known { get; } = permissions.Table.Values.Select(permission => permission.Scope).OfType<string>().Concat(Further).ToFrozenSet();

    private readonly FrozenSet<string> signedIn = Asked(permissions, Audience.SignedIn);

    private readonly FrozenSet<string> organization =
        Asked(permissions, Audience.SignedIn, Audience.Organization).Append("organization:activation:read").ToFrozenSet();

    /// <summary>Everything that a user of this role may do.</summary>
    public IReadOnlySet<string> Of(Role role) => role.IsTeam ? Known : role == Role.OrganizationAdmin ? organization : signedIn;

    /// <summary>
    /// The refusal when the caller may not put these scopes into a token: none of them may exceed the caller's role or own token.
    /// </summary>
    public Refusal? MayGive(Caller caller, IReadOnlyCollection<string> scopes)
    {
        var own = Of(caller.Role);
        return !scopes.All(Known.Contains) ? Refusal.UnknownScope
            : scopes.All(scope => own.Contains(scope) && (caller.Scopes is null || caller.Scopes.Contains(scope))) ? null
            : Refusal.ScopeNotAllowed;
    }

    /// <summary>What a token that names these scopes may do.</summary>
    public static IReadOnlySet<string> Granted(IEnumerable<string> scopes) => scopes.SelectMany(scope => (string[])
    [
        scope,
        .. scope.StartsWith(Template, StringComparison.Ordinal) ? [Policy + scope[Template.Length..]]
            : scope.StartsWith(Policy, StringComparison.Ordinal) ? [Template + scope[Policy.Length..]]
            : (string[])[],
    ]).ToHashSet();

    private static FrozenSet<string> Asked(Permissions permissions, params Audience[] audiences) =>
        permissions.Table.Values.Where(permission => audiences.Contains(permission.Audience))
            .Select(permission => permission.Scope).OfType<string>().ToFrozenSet();
}

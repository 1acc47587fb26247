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
        "account:read", "account:write", "activation:read", "activation:write", "analytics:read", "automatedEmail:read", "automatedEmail:write",
        "automatedEmailEventLog:read", "eventLog:read", "featureFlag:read", "featureFlag:write", "invoice:read", "licenseTemplate:read", "licenseTemplate:write",
        "organization:activation:read", "paymentMethod:read", "paymentMethod:write", OwnTokens, "productVersion:read", "productVersion:write", "release:read", "release:write",
        "reseller:activation:read", "reseller:license:read", "reseller:license:update", "reseller:organization:create", "reseller:organization:delete",
        "reseller:organization:read", "reseller:organization:update", "reseller:read", "reseller:user:create", "reseller:user:delete", "reseller:user:read",
        "reseller:user:update", "reseller:write", "role:read", "role:write", "segment:read", "segment:write", "sendingDomain:read", "sendingDomain:write", "tag:read",
        "tag:write", "webhook:read", "webhook:write", "webhookEventLog:read",
    ];

    private const string OwnTokens = "personalAccessToken:write";

    /// <summary>Two names of one thing: the contract says either.</summary>
    private const string Template = "licenseTemplate:";
    private const string Policy = "licensePolicy:";

    public IReadOnlySet<string> Known { get; } = All(permissions).ToFrozenSet();

    private readonly FrozenSet<string> auditor = All(permissions).Where(scope => scope.EndsWith(":read", StringComparison.Ordinal)).Append(OwnTokens).ToFrozenSet();

    private readonly FrozenSet<string> signedIn = Asked(permissions, Audience.SignedIn);

    private readonly FrozenSet<string> organization =
        Asked(permissions, Audience.SignedIn, Audience.Organization).Append("organization:activation:read").ToFrozenSet();

    /// <summary>Of the own account and of how the service runs, and nothing of customers: to ask about access would tell who they are.</summary>
    private static readonly FrozenSet<string> OperatorScopes = new[] { "import:read", "operations:read", "operations:write", OwnTokens }.ToFrozenSet();

    /// <summary>Everything that a user of this reserved role may do; what a custom one may do is told by its claims.</summary>
    public IReadOnlySet<string> Of(Role role) =>
        role.IsUnlimited ? Known
        : role == Role.Auditor ? auditor
        : role == Role.Operator ? OperatorScopes
        : role == Role.OrganizationAdmin ? organization
        : role.IsReserved ? signedIn
        : FrozenSet<string>.Empty;

    /// <summary>Everything that this caller may do, by role and by token.</summary>
    public IReadOnlySet<string> Of(Caller caller) => !caller.Role.IsReserved ? caller.Scopes ?? FrozenSet<string>.Empty
        : caller.Scopes is { } limits ? Of(caller.Role).Where(limits.Contains).ToHashSet()
        : Of(caller.Role);

    /// <summary>
    /// What a caller is limited to by the role, beyond what the audience of a request says: null for nothing. Claims are those of a custom role, scopes
    /// those of a token; both limit.
    /// </summary>
    public IReadOnlySet<string>? Limits(Role role, IReadOnlyCollection<string> claims, IReadOnlyCollection<string>? scopes)
    {
        var ofRole = !role.IsTeam || role.IsUnlimited ? null : role.IsReserved ? Of(role) : Granted(claims);
        return scopes is null ? ofRole : ofRole is null ? Granted(scopes) : Granted(scopes).Where(ofRole.Contains).ToHashSet();
    }

    /// <summary>
    /// The refusal when the caller may not put these scopes into a token: none of them may exceed the caller's role or own token.
    /// </summary>
    public Refusal? MayGive(Caller caller, IReadOnlyCollection<string> scopes) =>
        !scopes.All(Known.Contains) ? Refusal.UnknownScope : Has(caller, scopes) ? null : Refusal.ScopeNotAllowed;

    /// <summary>The refusal when the caller may not put these scopes into a token of an organization, which gets those of organizations only.</summary>
    public Refusal? MayGiveOrganization(Caller caller, IReadOnlyCollection<string> scopes) =>
        MayGive(caller, scopes) ?? (scopes.All(scope => organization.Contains(scope) && !signedIn.Contains(scope)) ? null : Refusal.ScopeNotAllowed);

    /// <summary>The refusal when the caller may not make a role of these claims.</summary>
    public Refusal? MayClaim(Caller caller, IReadOnlyCollection<string> claims) =>
        !claims.All(Known.Contains) ? Refusal.UnknownClaim : Has(caller, claims) ? null : Refusal.ClaimNotAllowed;

    /// <summary>The refusal when the caller may not change or delete a role of these claims: it can do more than the caller.</summary>
    public Refusal? MayManage(Caller caller, IReadOnlyCollection<string> claims) => Has(caller, [.. claims.Where(Known.Contains)]) ? null : Refusal.ClaimNotAllowed;

    /// <summary>
    /// The refusal when the caller may not give this role, whose claims are these if it is a custom one: nobody can give more than they have. A caller who is
    /// limited, by a token or by a role, makes nobody who is not.
    /// </summary>
    public Refusal? MayGive(Caller caller, Role role, IReadOnlyCollection<string> claims) =>
        role == Role.SuperAdmin ? Refusal.SuperAdminIsUnique
        : !role.IsTeam && role != Role.ResellerAdmin && CanDoAll(caller, role) ? null
        : !caller.IsVendor || (role.IsUnlimited && caller.Scopes is not null) ? Refusal.RoleNotAllowed
        : caller.Scopes is null || (role.IsReserved ? CanDoAll(caller, role) : Has(caller, claims)) ? null
        : Refusal.RoleNotAllowed;

    /// <summary>Is there nothing that a user of this reserved role may do and the caller may not? What everybody may do for themselves does not count.</summary>
    public bool CanDoAll(Caller caller, Role role) => caller.Scopes is null || Of(role).All(scope => signedIn.Contains(scope) || caller.Scopes.Contains(scope));

    private bool Has(Caller caller, IReadOnlyCollection<string> scopes)
    {
        var own = Of(caller);
        return scopes.All(own.Contains);
    }

    /// <summary>What a token that names these scopes may do.</summary>
    public static IReadOnlySet<string> Granted(IEnumerable<string> scopes) => scopes.SelectMany(scope => (string[])
    [
        scope,
        .. scope.StartsWith(Template, StringComparison.Ordinal) ? [Policy + scope[Template.Length..]]
            : scope.StartsWith(Policy, StringComparison.Ordinal) ? [Template + scope[Policy.Length..]]
            : (string[])[],
    ]).ToHashSet();

    private static IEnumerable<string> All(Permissions permissions) => permissions.Table.Values.Select(permission => permission.Scope).OfType<string>().Concat(Further);

    private static FrozenSet<string> Asked(Permissions permissions, params Audience[] audiences) =>
        permissions.Table.Values.Where(permission => audiences.Contains(permission.Audience))
            .Select(permission => permission.Scope).OfType<string>().ToFrozenSet();
}

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.AccessTokens;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>
/// The body of a sign-in; one of the codes is asked for when the user has a second factor. <c>companyId</c> is the older name of <c>accountId</c> where it is an id,
/// and of <c>accountAlias</c> where not.
/// </summary>
internal sealed record LoginBody(
    string Email, string Password, string? AccountId = null, string? AccountAlias = null, string? CompanyId = null, string? TwoFactorCode = null,
    string? TwoFactorRecoveryCode = null)
{
    public Authenticate ToQuery()
    {
        var isId = Guid.TryParse(CompanyId, out _);
        return new(
            Email, Password, Common.Either(AccountId, isId ? CompanyId : null, "accountId", "companyId"),
            Common.Either(AccountAlias, isId ? null : CompanyId, "accountAlias", "companyId"), new(TwoFactorCode, TwoFactorRecoveryCode));
    }
}

/// <summary>The body that goes on with a sign-in.</summary>
internal sealed record RefreshBody(string RefreshToken);

/// <summary>What a sign-in gives: a token for the requests of the next hour, and one to get the next pair with, once.</summary>
internal sealed record WireTokens(string AccessToken, string RefreshToken);

/// <summary>The body of a change to one's own password.</summary>
internal sealed record UpdatePasswordBody(string OldPassword, string NewPassword);

/// <summary>The body that sets a new password by a token.</summary>
internal sealed record ResetPasswordBody(string NewPassword, string Token);

/// <summary>A token by which a user may set a new password.</summary>
internal sealed record WirePasswordReset(string ResetPasswordToken);

/// <summary>
/// The body of a change to one's own profile. Older clients send <c>allowCustomerPortalAccess</c>, <c>metadata</c> and <c>tags</c>, too, which are the vendor's to
/// change: only null is taken.
/// </summary>
internal sealed record ProfilePatch(
    string? FirstName = null, string? Email = null, bool? GoogleSsoEnabled = null, bool? TwoFactorEnabled = null, string? TwoFactorCode = null,
    bool? AllowCustomerPortalAccess = null, ValueList<NewMetadata>? Metadata = null, ValueList<string>? Tags = null)
{
    public Optional<string?> LastName { get; init; }

    public Optional<string?> Company { get; init; }

    public ChangeProfile ToCommand()
    {
        IsLeftOut(AllowCustomerPortalAccess, "allowCustomerPortalAccess");
        IsLeftOut(Metadata, "metadata");
        IsLeftOut(Tags, "tags");
        return new(
            Common.Given(FirstName?.Trim()), LastName, Common.Given(Email?.Trim()), Company, Common.Given(TwoFactorEnabled), TwoFactorCode, GoogleSsoEnabled ?? false);
    }

    private static void IsLeftOut(object? value, string field)
    {
        if (value is not null)
            throw new RefusedException(Problems.UnknownField(field));
    }
}

/// <summary>The body that says what a user wants to be told by e-mail.</summary>
internal sealed record EmailPreferencePatch(bool Metrics)
{
    public ChangeEmailPreference ToCommand() => new(Metrics);
}

/// <summary>A user as the user sees it, with the organization, if there is one, and the scopes of what the user may do.</summary>
internal sealed record WireProfile(
    UserId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string FirstName, string LastName, string Email, string Role,
    bool TwoFactorEnabled, bool GoogleSsoEnabled, DateTimeOffset? LastLoginAt, string Company, WireEmailPreference EmailPreference,
    OrganizationId? OrganizationId, string? OrganizationName, IReadOnlyList<string> Scopes)
{
    public static async Task<WireProfile> Of(User user, Store store, Scopes scopes, CancellationToken cancellation) => new(
        user.Id, user.Recorded.CreatedAt, user.Recorded.UpdatedAt, WireUser.NameOf(user), user.FirstName.Value ?? "", user.LastName?.Value ?? "",
        user.Email.Value ?? "", user.Role.Name, user.HasTwoFactor, false, user.LastSignInAt, user.Company?.Value ?? "", new(user.WantsMetrics), user.Organization,
        user.Organization is { } organization ? (await store.Organizations.Latest(organization, cancellation)).Name : null,
        [.. scopes.Of(store.Context.Caller).Order(StringComparer.Ordinal)]);
}

/// <summary>The secret of a second factor, shown this once, as the address that authenticator apps read (as a QR code).</summary>
internal sealed record WireTwoFactorSecret(string Email, string Url)
{
    public static Task<WireTwoFactorSecret> Of(NewTwoFactorSecret made, Store store, CancellationToken cancellation) => Task.FromResult(new WireTwoFactorSecret(made.Email, made.Url));
}

/// <summary>The body that proves a second factor, by a code of the authenticator or by a recovery code.</summary>
internal sealed record TwoFactorCodeBody(string TwoFactorCode);

/// <summary>Recovery codes, shown this once; each stands in for the authenticator one time.</summary>
internal sealed record WireRecoveryCodes(IReadOnlyList<string> RecoveryCodes);

/// <summary>The body of a new personal access token.</summary>
internal sealed record NewAccessToken(string Name, ValueList<string> Scopes, bool? Revoked = null, DateTimeOffset? ExpiresAt = null)
{
    public CreateAccessToken ToCommand() => new(Id.New<AccessTokenId>(), Name, Scopes, ExpiresAt, Revoked ?? false);
}

/// <summary>The body of a change to a personal access token.</summary>
internal sealed record AccessTokenPatch(bool Revoked);

/// <summary>The body of a new secret: until when (UTC, 30 days at most) the former one stays good; at once it ends if left out.</summary>
internal sealed record Rotation(DateTimeOffset? FormerEndsAt = null);

/// <summary>The secret of a personal access token, shown this once.</summary>
internal sealed record WireSecret(string AccessToken)
{
    public static Task<WireSecret> Of(IssuedToken issued, Store store, CancellationToken cancellation) => Task.FromResult(new WireSecret(issued.Secret));
}

/// <summary>The body of a new access token of an organization.</summary>
internal sealed record NewOrganizationToken(string Name, ValueList<string> Scopes, DateTimeOffset? ExpiresAt = null)
{
    public CreateOrganizationAccessToken ToCommand(OrganizationId organization) => new(organization, Id.New<AccessTokenId>(), Name, Scopes, ExpiresAt);
}

/// <summary>An access token of an organization without its secret.</summary>
internal sealed record WireOrganizationToken(
    AccessTokenId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, DateTimeOffset? ExpiresAt, bool Revoked, IReadOnlyList<string> Scopes,
    OrganizationId OrganizationId, DateTimeOffset? LastUsedAt, DateTimeOffset? LastRotatedAt)
{
    public static async Task<WireOrganizationToken> Of(AccessToken token, Store store, CancellationToken cancellation) =>
        Of(await WireAccessToken.Of(token, store, cancellation), token.Organization ?? default);

    public static WireOrganizationToken Of(WireAccessToken token, OrganizationId organization) => new(
        token.Id, token.CreatedAt, token.UpdatedAt, token.Name, token.ExpiresAt, token.Revoked, token.Scopes, organization, token.LastUsedAt, token.LastRotatedAt);
}

/// <summary>A personal access token without its secret; <c>tokenId</c> is another name of its id.</summary>
internal sealed record WireAccessToken(
    AccessTokenId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, DateTimeOffset? ExpiresAt, bool Revoked, IReadOnlyList<string> Scopes,
    UserId UserId, DateTimeOffset? LastUsedAt, DateTimeOffset? LastRotatedAt)
{
    public AccessTokenId TokenId => Id;

    public static async Task<WireAccessToken> Of(AccessToken token, Store store, CancellationToken cancellation)
    {
        var use = await store.Session.LoadAsync<AccessTokenUse>(token.Id, cancellation);
        return new(
            token.Id, token.Recorded.CreatedAt, token.Recorded.UpdatedAt, token.Name, token.ExpiresAt, token.Revoked, token.Scopes, token.User,
            use?.LastUsedAt, token.LastRotatedAt);
    }
}

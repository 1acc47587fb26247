using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application;

/// <summary>
/// How a user proves to be the user: the hash of the password. It is a document that changes, not history: secrets never enter events.
/// </summary>
public sealed record Credentials(UserId Id, string PasswordHash);

/// <summary>
/// What the user's authenticator computes codes from (20 bytes, sealed), asked for at sign-in once it is confirmed. The last step that a code
/// was taken for, so that none is taken twice, and keyed hashes of the recovery codes that are left.
/// </summary>
public sealed record TwoFactorSecret(UserId Id, byte[] Sealed, bool Confirmed, long LastStep, ValueList<string> RecoveryCodes);

/// <summary>
/// The failed sign-ins in a row under one e-mail address, whether anybody has it or not; the id is a keyed hash of the address.
/// </summary>
public sealed record SignInFailures(string Id, int Count, DateTimeOffset LastAt, DateTimeOffset? LockedUntil);

/// <summary>
/// A sign-in that lasts: the signed tokens made for it are good while it is there. It ends with a sign-out or by itself. When it was last used,
/// to the minute, and from where it was started or gone on with.
/// </summary>
public sealed record SignInSession(
    Guid Id, UserId User, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt = null, Personal<Origin>? Origin = null);

/// <summary>One refresh token of a session; the id is the SHA-256 of its secret. A spent one stays known, so that its return is noticed.</summary>
public sealed record RefreshToken(string Id, Guid Session, UserId User, DateTimeOffset ExpiresAt, bool Spent);

/// <summary>The one token by which a user may set a new password, until when.</summary>
public sealed record PasswordReset(UserId Id, string TokenHash, DateTimeOffset ExpiresAt);

/// <summary>
/// Where the secret of an access token leads; the id is the SHA-256 of the secret (256 bits of chance need no slow hash). One that was followed by
/// another ends at a moment.
/// </summary>
public sealed record AccessTokenSecret(string Id, AccessTokenId AccessToken, DateTimeOffset? EndsAt = null);

/// <summary>The secret that we show to an identity provider, sealed; the id is that of the organization or account that has the provider.</summary>
public sealed record IdentityProviderSecret(Guid Id, byte[] Sealed);

/// <summary>
/// A sign-in that an identity provider was asked for. The id is the SHA-256 of its state and <c>BrowserHash</c> that of the cookie of the browser it was
/// started in; nonce and PKCE verifier are sealed.
/// </summary>
public sealed record AskedSignIn(
    string Id, OrganizationId? Organization, string Issuer, string ClientId, string RedirectUri, string BrowserHash, byte[] Sealed, DateTimeOffset ExpiresAt);

/// <summary>When an access token was last used, to the minute.</summary>
public sealed record AccessTokenUse(AccessTokenId Id, DateTimeOffset LastUsedAt);

/// <summary>
/// A private key that access tokens are signed with (ECDSA P-256, PKCS#8), sealed with the master key; the id is the <c>kid</c>. It signs from
/// its creation on, unless it says from when.
/// </summary>
public sealed record SigningKey(string Id, byte[] Sealed, DateTimeOffset CreatedAt, DateTimeOffset? SignsFrom = null)
{
    public DateTimeOffset StartsAt => SignsFrom ?? CreatedAt;
}

/// <summary>The private key of a product (RSA, PKCS#8), sealed with the master key.</summary>
public sealed record ProductKey(ProductId Id, byte[] Sealed);

/// <summary>
/// Hashes passwords. A hash is slow on purpose, so only as many run at once as there are processors; who waits for a turn can first
/// ask whether the hash is still needed.
/// </summary>
public interface IPasswords
{
    Task<IDisposable> Turn(CancellationToken cancellation);

    string Hash(string password);

    bool Verify(string hash, string password);
}

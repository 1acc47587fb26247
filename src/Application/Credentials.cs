using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application;

/// <summary>
/// How a user proves to be the user: the hash of the password and the recent failures. It is a document that changes, not history:
/// secrets never enter events.
/// </summary>
public sealed record Credentials(UserId Id, string PasswordHash, int Failures, DateTimeOffset? LockedUntil);

/// <summary>Where the secret of an access token leads; the id is the SHA-256 of the secret (256 bits of chance need no slow hash).</summary>
public sealed record AccessTokenSecret(string Id, AccessTokenId AccessToken);

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

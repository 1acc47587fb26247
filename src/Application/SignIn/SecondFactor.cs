using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>The codes of a second factor that a request brings, if any: of the authenticator, and of recovery.</summary>
public sealed record GivenCodes(string? TwoFactorCode, string? TwoFactorRecoveryCode = null)
{
    public bool IsNone => string.IsNullOrWhiteSpace(TwoFactorCode) && string.IsNullOrWhiteSpace(TwoFactorRecoveryCode);
}

/// <summary>Who somebody proved to be; when by a recovery code, how many are left.</summary>
public sealed record Proven(UserId User, int? RecoveryCodesLeft)
{
    /// <summary>By which hash the password was proved, itself hashed: another password has another one. Null when no password was asked for.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Whether a second factor was asked for and proved, too.</summary>
    public bool BySecondFactor { get; init; }
}

/// <summary>
/// The second factor of a user. Each code is taken once: an authenticator's because the step of the last one is kept, a recovery code
/// because it is struck off. Whoever looks holds the row, so that one code brought twice at once is taken once.
/// </summary>
public sealed class SecondFactor(IDocumentSession session, Secrets secrets)
{
    public const int RecoveryCodes = 10;
    private const int PartOfCode = 5;
    private const string Readable = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>The user, if the codes say so or the user has no second factor.</summary>
    public async Task<Result<Proven>> Prove(UserId user, GivenCodes codes, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await Hold(user, cancellation) is not { Confirmed: true } secret)
            return new Proven(user, null);
        if (codes.IsNone)
            return Refusal.TwoFactorCodeRequired;

        if (StepOf(secret, codes.TwoFactorCode, now) is { } step)
        {
            session.Store(secret with { LastStep = step });
            return new Proven(user, null) { BySecondFactor = true };
        }

        var recovery = HashOf(user, string.IsNullOrWhiteSpace(codes.TwoFactorRecoveryCode) ? codes.TwoFactorCode! : codes.TwoFactorRecoveryCode);
        if (!secret.RecoveryCodes.Contains(recovery))
            return Refusal.InvalidTwoFactorCode;

        var left = secret.RecoveryCodes.Where(code => code != recovery).ToValueList();
        session.Store(secret with { RecoveryCodes = left });
        return new Proven(user, left.Count) { BySecondFactor = true };
    }

    /// <summary>Makes a secret that counts once it is confirmed; one that was never confirmed is forgotten.</summary>
    public async Task<Result<byte[]>> Make(UserId user, CancellationToken cancellation)
    {
        if (await Hold(user, cancellation) is { Confirmed: true })
            return Refusal.TwoFactorEnabled;

        var secret = RandomNumberGenerator.GetBytes(Totp.SecretSize);
        session.Store(new TwoFactorSecret(user, secrets.Seal(secret), Confirmed: false, LastStep: 0, []));
        return secret;
    }

    /// <summary>From now on the secret counts, because a code shows that the authenticator has it.</summary>
    public async Task<Refusal?> Confirm(UserId user, string? code, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await Hold(user, cancellation) is not { } secret)
            return Refusal.TwoFactorSecretMissing;
        if (string.IsNullOrWhiteSpace(code))
            return Refusal.TwoFactorCodeRequired;
        if (StepOf(secret, code, now) is not { } step)
            return Refusal.InvalidTwoFactorCode;

        session.Store(secret with { Confirmed = true, LastStep = step });
        return null;
    }

    /// <summary>New recovery codes, about fifty bits of chance each; the former ones are void.</summary>
    public async Task<Result<IReadOnlyList<string>>> Replace(UserId user, CancellationToken cancellation)
    {
        if (await Hold(user, cancellation) is not { Confirmed: true } secret)
            return Refusal.TwoFactorNotEnabled;

        string[] codes = [.. Enumerable.Range(0, RecoveryCodes).Select(_ =>
            $"{RandomNumberGenerator.GetString(Readable, PartOfCode)}-{RandomNumberGenerator.GetString(Readable, PartOfCode)}")];
        session.Store(secret with { RecoveryCodes = codes.Select(code => HashOf(user, code)).ToValueList() });
        return codes;
    }

    public void Forget(UserId user) => session.Delete<TwoFactorSecret>(user);

    private async Task<TwoFactorSecret?> Hold(UserId user, CancellationToken cancellation)
    {
        await session.HoldAsync(cancellation);
        await session.QueryAsync<int>("select 1 from events.mt_doc_twofactorsecret where id = ? for update", cancellation, user.Value);
        return await session.LoadAsync<TwoFactorSecret>(user, cancellation);
    }

    private long? StepOf(TwoFactorSecret secret, string? code, DateTimeOffset now) =>
        string.IsNullOrWhiteSpace(code) ? null : Totp.StepOf(secrets.Open(secret.Sealed), code.Trim(), now, secret.LastStep);

    /// <summary>Without the master key nobody can try codes against it, so it needs no slow hash.</summary>
    private string HashOf(UserId user, string code) => secrets.Hash(Encoding.UTF8.GetBytes(
        $"recovery/{user}/{code.Trim().Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()}"));
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Access tokens: JWTs (RFC 9068) signed with ES256, good for one hour. One says only who signed in and by which sign-in; what that
/// person may do is read from the states at every request.
/// </summary>
internal sealed class SignedTokens(SigningKeys keys, TimeProvider clock)
{
    public const string Issuer = "eventsourcedorgs";
    public const string Audience = "eventsourcedorgs/v3";
    public const string Type = "at+jwt";
    public const string Algorithm = SecurityAlgorithms.EcdsaSha256;
    private const string CriticalExtensions = "crit";
    public static readonly TimeSpan Life = SigningKeys.TokenLife;

    /// <summary>Our own: the default one remembers, for the whole process, keys that another Host in it has closed.</summary>
    private readonly CryptoProviderFactory crypto = new();
    private const int MostRemembered = 50_000;

    /// <summary>Tokens whose signatures were right: that stays so, and takes longer to find out than all else about them. By a hash, so that no token is kept.</summary>
    private readonly ConcurrentDictionary<Hash, Proof> proved = new();
    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false, MaximumTokenSizeInBytes = 4096 };

    public async Task<string> Sign(SignedIn signedIn, CancellationToken cancellation)
    {
        var key = await keys.Signing(cancellation);
        var now = clock.GetUtcNow().UtcDateTime;
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            TokenType = Type,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Life,
            Subject = new ClaimsIdentity(
            [
                new(JwtRegisteredClaimNames.Sub, signedIn.User.ToString()),
                new(JwtRegisteredClaimNames.Sid, signedIn.Session.ToString()),
                new(JwtRegisteredClaimNames.Jti, Guid.NewGuid().ToString()),
            ]),
            SigningCredentials = new SigningCredentials(KeyOf(key), Algorithm),
        });
    }

    /// <summary>Who signed in by which sign-in, or null when the token is not one of ours or not good now.</summary>
    public async Task<(UserId User, Guid Session)?> Read(string text, CancellationToken cancellation)
    {
        var hash = Hash.Of(text);
        if (!proved.TryGetValue(hash, out var proof))
        {
            if (await Prove(text, cancellation) is not { } fresh)
                return null;
            if (proved.Count >= MostRemembered)
                proved.Clear();
            proved[hash] = proof = fresh;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        if (proof.From <= now && now < proof.Until && await keys.Find(proof.Key, cancellation) is not null)
            return (proof.User, proof.Session);

        proved.TryRemove(hash, out _);
        return null;
    }

    private async Task<Proof?> Prove(string text, CancellationToken cancellation)
    {
        if (!handler.CanReadToken(text) || !TryRead(text, out var token) || await keys.Find(token.Kid, cancellation) is not { } key)
            return null;

        var result = await handler.ValidateTokenAsync(token, Demands(KeyOf(key)));
        return result.IsValid && !token.TryGetHeaderValue<object>(CriticalExtensions, out _) && Id.TryParse<UserId>(token.Subject, out var user)
            && token.TryGetPayloadValue<string>(JwtRegisteredClaimNames.Sid, out var sid) && Guid.TryParseExact(sid, "D", out var session)
                ? new(user, session, token.Kid, token.ValidFrom, token.ValidTo)
                : null;
    }

    private bool TryRead(string text, out JsonWebToken token)
    {
        try
        {
            token = handler.ReadJsonWebToken(text);
            return true;
        }
        catch (ArgumentException)
        {
            token = null!;
            return false;
        }
    }

    private TokenValidationParameters Demands(SecurityKey key) => new()
    {
        ValidAlgorithms = [Algorithm],
        ValidTypes = [Type],
        ValidIssuer = Issuer,
        ValidAudience = Audience,
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ValidateIssuerSigningKey = true,
        LifetimeValidator = (from, until, _, _) => clock.GetUtcNow().UtcDateTime is var now && from <= now && now < until,
    };

    private ECDsaSecurityKey KeyOf(OpenedKey key) => new(key.Key) { KeyId = key.Id, CryptoProviderFactory = crypto };

    private sealed record Proof(UserId User, Guid Session, string Key, DateTime From, DateTime Until);

    private readonly record struct Hash(Guid First, Guid Second)
    {
        public static Hash Of(string text)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
            return new(new(hash[..16]), new(hash[16..]));
        }
    }
}

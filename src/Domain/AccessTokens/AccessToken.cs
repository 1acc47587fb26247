using System.Diagnostics;
using EventSourcedOrgs.Domain.Organizations;

namespace EventSourcedOrgs.Domain.AccessTokens;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to an access token, of a user or of an organization. Its secret is never part of it.</summary>
public abstract record AccessTokenEvent { private protected AccessTokenEvent() { } }

/// <summary>A user has a new key for scripts; without an expiry it lasts until it is revoked.</summary>
public sealed record AccessTokenCreated(
    AccessTokenId AccessToken, UserId User, string Name, ValueList<string> Scopes, DateTimeOffset? ExpiresAt) : AccessTokenEvent;
/// <summary>An organization has a new key for scripts, which is nobody's own; without an expiry it lasts until it is revoked.</summary>
public sealed record OrganizationAccessTokenCreated(
    AccessTokenId AccessToken, OrganizationId Organization, string Name, ValueList<string> Scopes, DateTimeOffset? ExpiresAt) : AccessTokenEvent;
/// <summary>The key opens nothing any more, unless the revocation is lifted.</summary>
public sealed record AccessTokenRevoked(AccessTokenId AccessToken) : AccessTokenEvent;
/// <summary>It may be used again: the revocation was lifted.</summary>
public sealed record AccessTokenRevocationLifted(AccessTokenId AccessToken) : AccessTokenEvent;
/// <summary>The token has a new secret since this moment (UTC); the former one ended then, or ends when it says.</summary>
public sealed record AccessTokenRotated(AccessTokenId AccessToken, DateTimeOffset At, DateTimeOffset? FormerEndsAt = null) : AccessTokenEvent;
/// <summary>The token is gone, its history stays.</summary>
public sealed record AccessTokenDeleted(AccessTokenId AccessToken) : AccessTokenEvent;

/// <summary>A long-lived key for scripts, of one user or of one organization: what it may do, until when. Of an organization's, the user is nobody.</summary>
public sealed record AccessToken(
    AccessTokenId Id, UserId User, string Name, ValueList<string> Scopes, DateTimeOffset? ExpiresAt, bool Revoked, Recorded Recorded,
    DateTimeOffset? LastRotatedAt = null, bool Deleted = false, OrganizationId? Organization = null) : IAggregate<AccessToken, AccessTokenEvent>
{
    public static AccessToken Initial { get; } = new(default, default, "", [], null, false, default);

    public bool Exists => Id != default && !Deleted;

    public AccessToken With(Recorded recorded) => this with { Recorded = recorded };

    /// <summary>May it be used at that moment? The instant of expiry is already too late.</summary>
    public bool ValidAt(DateTimeOffset now) => Exists && !Revoked && (ExpiresAt is not { } end || now < end);

    public static AccessToken Evolve(AccessToken token, AccessTokenEvent @event) => @event switch
    {
        AccessTokenCreated e => token with { Id = e.AccessToken, User = e.User, Name = e.Name, Scopes = e.Scopes, ExpiresAt = e.ExpiresAt },
        OrganizationAccessTokenCreated e => token with
        {
            Id = e.AccessToken,
            Organization = e.Organization,
            Name = e.Name,
            Scopes = e.Scopes,
            ExpiresAt = e.ExpiresAt,
        },
        AccessTokenRevoked => token with { Revoked = true },
        AccessTokenRevocationLifted => token with { Revoked = false },
        AccessTokenRotated e => token with { LastRotatedAt = e.At },
        AccessTokenDeleted => token with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in AccessToken.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<AccessTokenEvent> New(AccessTokenId id, UserId user, string name, ValueList<string> scopes, DateTimeOffset? expiresAt) =>
        [new AccessTokenCreated(id, user, name, scopes, expiresAt)];

    public static Decision<AccessTokenEvent> NewOf(Organization organization, AccessTokenId id, string name, ValueList<string> scopes, DateTimeOffset? expiresAt) =>
        organization.Exists ? [new OrganizationAccessTokenCreated(id, organization.Id, name, scopes, expiresAt)] : Refusal.OrganizationNotFound;

    public Decision<AccessTokenEvent> Revoke() => !Exists ? Refusal.AccessTokenNotFound : Revoked ? [] : [new AccessTokenRevoked(Id)];

    public Decision<AccessTokenEvent> LiftRevocation() => !Exists ? Refusal.AccessTokenNotFound : Revoked ? [new AccessTokenRevocationLifted(Id)] : [];

    /// <summary>A token that has ended gets no new secret: that would look as if it could be used again.</summary>
    public Decision<AccessTokenEvent> Rotate(DateTimeOffset now, DateTimeOffset? formerEndsAt = null) => this switch
    {
        { Exists: false } => Refusal.AccessTokenNotFound,
        _ when !ValidAt(now) => Refusal.AccessTokenEnded,
        _ => [new AccessTokenRotated(Id, now, formerEndsAt)],
    };

    public Decision<AccessTokenEvent> Delete() => this switch
    {
        { Deleted: true } => [],
        { Exists: false } => Refusal.AccessTokenNotFound,
        _ => [new AccessTokenDeleted(Id)],
    };
}

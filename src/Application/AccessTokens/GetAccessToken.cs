using System.Globalization;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;

namespace EventSourcedOrgs.Application.AccessTokens;

/// <summary>One of the caller's own tokens, as committed now.</summary>
public sealed record GetAccessToken(AccessTokenId AccessToken) : IQuery<AccessToken>
{
    public sealed class Handler(Store store) : IQueryHandler<GetAccessToken, AccessToken>
    {
        public Task<Result<AccessToken>> Handle(GetAccessToken query, CancellationToken cancellationToken) =>
            new OwnTokens(store).Find(query.AccessToken, cancellationToken);
    }
}

/// <summary>The tokens of the caller, and those of an organization; those of others do not exist for the caller, whoever it is.</summary>
public sealed class OwnTokens(Store store)
{
    private const string Secrets = "events.mt_doc_accesstokensecret";
    private const string OthersOf = "(data ->> 'accessToken')::uuid = ? and id <> ?";

    public async Task<Result<AccessToken>> Find(AccessTokenId id, CancellationToken cancellation) =>
        await store.AccessTokens.Latest(id, cancellation) is { Exists: true } token && token.User == store.Context.Caller.User
            ? token
            : Refusal.AccessTokenNotFound;

    /// <summary>A token of this organization; those of others and of users do not exist within it.</summary>
    public async Task<Result<AccessToken>> Find(OrganizationId organization, AccessTokenId id, CancellationToken cancellation) =>
        await store.AccessTokens.Latest(id, cancellation) is { Exists: true } token && token.Organization == organization ? token : Refusal.AccessTokenNotFound;

    /// <summary>The first secret of a new token.</summary>
    public string Issue(AccessToken token)
    {
        var secret = Secret.New(token.Organization is null ? Callers.SecretPrefix : Callers.OrganizationPrefix);
        store.Session.Insert(new AccessTokenSecret(Callers.HashOf(secret), token.Id));
        return secret;
    }

    /// <summary>Gives a token another secret, from the commit on the only one, or beside the one it follows until that ends: never more than two.</summary>
    public async Task<Result<IssuedToken>> Rotate(AccessToken token, DateTimeOffset? formerEndsAt, CancellationToken cancellation)
    {
        var rotated = await store.AccessTokens.Decide(token.Id, state => state.Rotate(store.Context.Now, formerEndsAt), cancellation);
        if (rotated.Refusal is { } ended)
            return ended;

        var secret = Issue(token);
        var hash = Callers.HashOf(secret);
        if (formerEndsAt is { } end)
        {
            store.Session.QueueSqlCommand($"delete from {Secrets} where {OthersOf} and data ->> 'endsAt' is not null", token.Id.Value, hash);
            store.Session.QueueSqlCommand(
                $"update {Secrets} set data = jsonb_set(data, array['endsAt'], to_jsonb(?::text)) where {OthersOf}",
                end.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), token.Id.Value, hash);
        }
        else
        {
            ForgetSecrets(token.Id, except: hash);
        }

        return rotated.Select(state => new IssuedToken(state, secret));
    }

    /// <summary>Revokes a token, or lifts the revocation.</summary>
    public Task<Result<AccessToken>> Revoke(AccessToken token, bool revoked, CancellationToken cancellation) =>
        store.AccessTokens.Decide(token.Id, state => revoked ? state.Revoke() : state.LiftRevocation(), cancellation);

    /// <summary>Removes a token; its secrets open nothing from the commit on.</summary>
    public Task<Result<AccessToken>> Delete(AccessToken token, CancellationToken cancellation)
    {
        ForgetSecrets(token.Id);
        return store.AccessTokens.Decide(token.Id, state => state.Delete(), cancellation);
    }

    private void ForgetSecrets(AccessTokenId id, string except = "") =>
        store.Session.QueueSqlCommand($"delete from {Secrets} where {OthersOf}", id.Value, except);
}

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
    public async Task<Result<AccessToken>> Find(AccessTokenId id, CancellationToken cancellation) =>
        await store.AccessTokens.Latest(id, cancellation) is { Exists: true } token && token.User == store.Context.Caller.User
            ? token
            : Refusal.AccessTokenNotFound;

    /// <summary>A token of this organization; those of others and of users do not exist within it.</summary>
    public async Task<Result<AccessToken>> Find(OrganizationId organization, AccessTokenId id, CancellationToken cancellation) =>
        await store.AccessTokens.Latest(id, cancellation) is { Exists: true } token && token.Organization == organization ? token : Refusal.AccessTokenNotFound;

    /// <summary>A new secret, the only one from the commit on.</summary>
    public string NewSecret(AccessTokenId id, string prefix = Callers.SecretPrefix)
    {
        var secret = Secret.New(prefix);
        var hash = Callers.HashOf(secret);
        store.Session.Insert(new AccessTokenSecret(hash, id));
        ForgetSecrets(id, except: hash);
        return secret;
    }

    /// <summary>Forgets the secrets of a token but the new one, if any; they open nothing from the commit on.</summary>
    public void ForgetSecrets(AccessTokenId id, string except = "") =>
        store.Session.QueueSqlCommand("delete from events.mt_doc_accesstokensecret where (data ->> 'accessToken')::uuid = ? and id <> ?", id.Value, except);
}

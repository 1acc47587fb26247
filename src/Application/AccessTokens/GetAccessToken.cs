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

    /// <summary>A new secret, from the commit on the only one, or beside the one it follows until that ends: never more than two.</summary>
    public string NewSecret(AccessTokenId id, DateTimeOffset? formerEndsAt, string prefix = Callers.SecretPrefix)
    {
        var secret = Secret.New(prefix);
        var hash = Callers.HashOf(secret);
        store.Session.Insert(new AccessTokenSecret(hash, id));
        if (formerEndsAt is not { } end)
        {
            ForgetSecrets(id, except: hash);
            return secret;
        }

        store.Session.QueueSqlCommand($"delete from {Secrets} where {OthersOf} and data ->> 'endsAt' is not null", id.Value, hash);
        store.Session.QueueSqlCommand($"update {Secrets} set data = jsonb_set(data, array['endsAt'], to_jsonb(?::text)) where {OthersOf}", end.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), id.Value, hash);
        return secret;
    }

    /// <summary>Forgets the secrets of a token but the new one, if any; they open nothing from the commit on.</summary>
    public void ForgetSecrets(AccessTokenId id, string except = "") =>
        store.Session.QueueSqlCommand($"delete from {Secrets} where {OthersOf}", id.Value, except);
}

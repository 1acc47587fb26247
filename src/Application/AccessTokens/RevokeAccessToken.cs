using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;

namespace EventSourcedOrgs.Application.AccessTokens;

/// <summary>Revokes one of the caller's tokens, or lifts the revocation; the latter gives again what the token may do, so the caller must have it.</summary>
public sealed record RevokeAccessToken(AccessTokenId AccessToken, bool Revoked) : ICommand<AccessToken>
{
    public Guid? Target => AccessToken.Value;

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<RevokeAccessToken, AccessToken>
    {
        public async Task<Result<AccessToken>> Handle(RevokeAccessToken command, CancellationToken cancellationToken)
        {
            var tokens = new OwnTokens(store);
            var own = await tokens.Find(command.AccessToken, cancellationToken);
            if (own.Refusal is not null)
                return own;
            if (!command.Revoked && own.Value!.Revoked && scopes.MayGive(store.Context.Caller, own.Value.Scopes) is { } mayNot)
                return mayNot;

            return await tokens.Revoke(own.Value!, command.Revoked, cancellationToken);
        }
    }
}

/// <summary>Removes one of the caller's tokens.</summary>
public sealed record DeleteAccessToken(AccessTokenId AccessToken) : ICommand<AccessToken>
{
    public Guid? Target => AccessToken.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteAccessToken, AccessToken>
    {
        public async Task<Result<AccessToken>> Handle(DeleteAccessToken command, CancellationToken cancellationToken)
        {
            var tokens = new OwnTokens(store);
            var own = await tokens.Find(command.AccessToken, cancellationToken);
            if (own.Refusal is not null)
                return own;

            return await tokens.Delete(own.Value!, cancellationToken);
        }
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.AccessTokens;

/// <summary>
/// Gives one of the caller's tokens a new secret; the former one ends at once. Whoever gets the secret can do what the token can, so the
/// caller must be able to do that already.
/// </summary>
public sealed record RotateAccessToken(AccessTokenId AccessToken) : ICommand<IssuedToken>
{
    public Guid? Target => AccessToken.Value;

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<RotateAccessToken, IssuedToken>
    {
        public async Task<Result<IssuedToken>> Handle(RotateAccessToken command, CancellationToken cancellationToken)
        {
            var tokens = new OwnTokens(store);
            var own = await tokens.Find(command.AccessToken, cancellationToken);
            if (own.Refusal is { } refusal)
                return refusal;
            if (scopes.MayGive(store.Context.Caller, own.Value!.Scopes) is { } mayNot)
                return mayNot;

            var rotated = await store.AccessTokens.Decide(command.AccessToken, token => token.Rotate(store.Context.Now), cancellationToken);
            if (rotated.Refusal is { } ended)
                return ended;

            var secret = tokens.NewSecret(command.AccessToken);
            return rotated.Select(state => new IssuedToken(state, secret));
        }
    }
}

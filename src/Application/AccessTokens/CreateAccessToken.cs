using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using FluentValidation;

namespace EventSourcedOrgs.Application.AccessTokens;

/// <summary>A token and its secret, which is shown this once.</summary>
public sealed record IssuedToken(AccessToken Token, string Secret);

/// <summary>Makes a personal access token for the caller, limited to scopes that the caller has.</summary>
public sealed record CreateAccessToken(AccessTokenId Id, string Name, ValueList<string> ScopeNames, DateTimeOffset? ExpiresAt, bool Revoked)
    : ICommand<IssuedToken>
{
    public const int MostScopes = 80;

    public sealed class Validator : AbstractValidator<CreateAccessToken>
    {
        public Validator(TimeProvider clock)
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.ScopeNames.Count).LessThanOrEqualTo(MostScopes).OverridePropertyName("Scopes")
                .WithMessage($"must have at most {MostScopes} elements.");
            RuleFor(c => c.ExpiresAt).Ends(clock);
        }
    }

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<CreateAccessToken, IssuedToken>
    {
        public async Task<Result<IssuedToken>> Handle(CreateAccessToken command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller.User is not { } me)
                return Refusal.Unauthenticated;
            if (scopes.MayGive(store.Context.Caller, command.ScopeNames) is { } mayNot)
                return mayNot;

            var token = store.AccessTokens.Start(
                command.Id, AccessToken.New(command.Id, me, command.Name.Trim(), command.ScopeNames.Distinct().ToValueList(), command.ExpiresAt));
            if (token.Refusal is null && command.Revoked)
                token = await store.AccessTokens.Decide(command.Id, state => state.Revoke(), cancellationToken);

            return token.Select(state => new IssuedToken(state, new OwnTokens(store).Issue(state)));
        }
    }
}

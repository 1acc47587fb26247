using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using FluentValidation;

namespace EventSourcedOrgs.Application.AccessTokens;

/// <summary>
/// Gives one of the caller's tokens a new secret; the former one ends at once, or when the command says, so that scripts can follow one by one. Whoever gets
/// the secret can do what the token can, so the caller must be able to do that already.
/// </summary>
public sealed record RotateAccessToken(AccessTokenId AccessToken, DateTimeOffset? FormerEndsAt) : ICommand<IssuedToken>
{
    public Guid? Target => AccessToken.Value;

    public sealed class Validator : AbstractValidator<RotateAccessToken>
    {
        public Validator(TimeProvider clock) => RuleFor(c => c.FormerEndsAt).EndsSoon(clock);
    }

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

            return await tokens.Rotate(own.Value, command.FormerEndsAt, cancellationToken);
        }
    }
}

/// <summary>When tokens and their secrets may end.</summary>
internal static class TokenEnds
{
    private const int MostDays = 30;

    /// <summary>The end of a token, if it has one, is to come.</summary>
    public static void Ends<T>(this IRuleBuilder<T, DateTimeOffset?> rule, TimeProvider clock) =>
        rule.Must(end => end is null || end > clock.GetUtcNow()).WithMessage("must be in the future.");

    /// <summary>A secret stays beside the one that follows it for a while only.</summary>
    public static void EndsSoon<T>(this IRuleBuilder<T, DateTimeOffset?> rule, TimeProvider clock) => rule
        .Must(end => end is null || (end > clock.GetUtcNow() && end <= clock.GetUtcNow().AddDays(MostDays)))
        .WithMessage($"must be in the future, and at most {MostDays} days from now.");
}

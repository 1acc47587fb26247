using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using FluentValidation;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>Who somebody proved to be, and by what; null when a provider vouches for it.</summary>
public sealed record Identified(Caller Caller, Proven? By);

/// <summary>
/// Who has this e-mail address and password? It is asked before any unit of work, because the answer takes long on purpose and must not
/// hold up the commands of others.
/// </summary>
public sealed record Authenticate(string Email, string Password, string? AccountId, string? AccountAlias, GivenCodes Codes) : IQuery<Identified>
{
    public sealed class Validator : AbstractValidator<Authenticate>
    {
        public Validator()
        {
            RuleFor(q => q.Email).Email();
            RuleFor(q => q.Password).Text(PersonValidator.ShortestPassword);
            RuleFor(q => q.AccountId).Text(longest: 36);
            RuleFor(q => q.AccountAlias).Text();
            RuleFor(q => q.Codes.TwoFactorCode).Text();
            RuleFor(q => q.Codes.TwoFactorRecoveryCode).Text();
        }
    }

    public sealed class Handler(PasswordCheck check, Callers callers) : IQueryHandler<Authenticate, Identified>
    {
        public async Task<Result<Identified>> Handle(Authenticate query, CancellationToken cancellationToken)
        {
            var proven = await check.Of(query.Email, query.Password, new(query.AccountId, query.AccountAlias), query.Codes, cancellationToken);
            if (proven.Refusal is { } refusal)
                return refusal;

            var caller = await callers.OfUser(proven.Value!.User, cancellationToken);
            return !caller.IsAnonymous ? new Identified(caller, proven.Value) : caller.Denial ?? Refusal.InvalidCredentials;
        }
    }
}

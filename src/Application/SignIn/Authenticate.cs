using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using FluentValidation;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>
/// Who has this e-mail address and password? It is asked before any unit of work, because the answer takes long on purpose and must not
/// hold up the commands of others.
/// </summary>
public sealed record Authenticate(string Email, string Password, string? AccountId, string? AccountAlias) : IQuery<Caller>
{
    public sealed class Validator : AbstractValidator<Authenticate>
    {
        public Validator()
        {
            RuleFor(q => q.Email).Email();
            RuleFor(q => q.Password).Text(PersonValidator.ShortestPassword);
            RuleFor(q => q.AccountId).Text(longest: 36);
            RuleFor(q => q.AccountAlias).Text();
        }
    }

    public sealed class Handler(PasswordCheck check, Callers callers) : IQueryHandler<Authenticate, Caller>
    {
        public async Task<Result<Caller>> Handle(Authenticate query, CancellationToken cancellationToken)
        {
            var user = await check.Of(query.Email, query.Password, new(query.AccountId, query.AccountAlias), cancellationToken);
            if (user.Refusal is { } refusal)
                return refusal;

            var caller = await callers.OfUser(user.Value, cancellationToken);
            return !caller.IsAnonymous ? caller : caller.Denial ?? Refusal.InvalidCredentials;
        }
    }
}

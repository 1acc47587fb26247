using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>Who proved to use the application, or why nobody did.</summary>
public sealed record ProvedUser(UserId? User, string? Failure);

/// <summary>
/// Whose e-mail address and password did the application send? It is asked before the licence is locked, because the answer takes long on purpose; wrong ones count like
/// those of a sign-in, and lock the address in the same way. No session is made, so who may not enter the customer portal may still use a licence.
/// </summary>
public sealed record ProveUser(string? Email, string? Password, string? TwoFactorCode) : IQuery<ProvedUser>
{
    public sealed class Validator : AbstractValidator<ProveUser>
    {
        public Validator()
        {
            RuleFor(q => q.Email).Email();
            RuleFor(q => q.Password).Text(PersonValidator.ShortestPassword);
            RuleFor(q => q.TwoFactorCode).Text();
        }
    }

    public sealed class Handler(PasswordCheck check) : IQueryHandler<ProveUser, ProvedUser>
    {
        public async Task<Result<ProvedUser>> Handle(ProveUser query, CancellationToken cancellationToken)
        {
            var proven = await check.Of(query.Email ?? "", query.Password ?? "", default, new(query.TwoFactorCode), cancellationToken);
            return new ProvedUser(proven.Value?.User, proven.Refusal?.Message);
        }
    }
}

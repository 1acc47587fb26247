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
    /// <summary>The activation that they were sent to sync, if it is there already. Unless its licence is for named users they say nothing, right or wrong.</summary>
    public ActivationId? Synced { get; init; }

    public sealed class Validator : AbstractValidator<ProveUser>
    {
        public Validator()
        {
            RuleFor(q => q.Email).Email().When(q => q.Synced is null || q.Email is not null);
            RuleFor(q => q.Password).Text(PersonValidator.ShortestPassword).When(q => q.Synced is null);
            RuleFor(q => q.Password).Text().When(q => q.Synced is not null);
            RuleFor(q => q.TwoFactorCode).Text();
        }
    }

    public sealed class Handler(Store store, PasswordCheck check) : IQueryHandler<ProveUser, ProvedUser>
    {
        public async Task<Result<ProvedUser>> Handle(ProveUser query, CancellationToken cancellationToken)
        {
            if (query.Synced is { } synced && !await IsForNamedUsers(synced, cancellationToken))
                return new ProvedUser(null, null);
            if (query.Email is null || query.Password is null)
                return new ProvedUser(null, Refusal.InvalidCredentials.Message);

            var proven = await check.Of(query.Email, query.Password, default, new(query.TwoFactorCode), cancellationToken);
            return new ProvedUser(proven.Value?.User, proven.Refusal?.Message);
        }

        private async Task<bool> IsForNamedUsers(ActivationId id, CancellationToken cancellation) =>
            await store.Activations.Latest(id, cancellation) is { Exists: true } activation
            && (await store.Licenses.Latest(activation.License, cancellation)).Policy.RequireAuthentication;
    }
}

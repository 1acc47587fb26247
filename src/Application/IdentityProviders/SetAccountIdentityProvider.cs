using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>
/// Members of the team sign in with this provider. Whoever chooses it could sign in as each of them, so only the super-admin does, signed in and not by a token.
/// </summary>
public sealed record SetAccountIdentityProvider(IdentityProvider Provider, string? ClientSecret) : ICommand<IdentityProvider>
{
    public sealed class Validator : AbstractValidator<SetAccountIdentityProvider>
    {
        public Validator()
        {
            RuleFor(c => c.Provider).SetValidator(new ProviderValidator());
            RuleFor(c => c.ClientSecret).Text(1).When(c => c.ClientSecret is not null);
            RuleFor(c => c.Provider.DefaultRole).Must(role => role.IsTeam && role != Role.SuperAdmin)
                .OverridePropertyName("DefaultRole").WithMessage("must be a role of the team other than 'super-admin'.");
        }
    }

    public sealed class Handler(Store store, Scopes scopes, Secrets secrets, ProviderNetwork network) : ICommandHandler<SetAccountIdentityProvider, IdentityProvider>
    {
        public async Task<Result<IdentityProvider>> Handle(SetAccountIdentityProvider command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller.AccessToken is not null)
                return Refusal.SignInRequired;
            if (await new GivenRole(store, scopes).Check(command.Provider.DefaultRole, cancellationToken) is { } mayNot)
                return mayNot;
            if (!network.Allows(command.Provider.Issuer))
                return Refusal.InvalidIssuer;

            var account = (await store.Session.FindAccount(cancellationToken))!;
            var isNew = await new ProviderSecrets(store.Session, secrets).Keep(
                account.Id.Value, command.ClientSecret, account.IdentityProvider, command.Provider, cancellationToken);
            return isNew.Refusal is { } missing
                ? missing
                : (await store.Accounts.Decide(account.Id, state => state.SetIdentityProvider(command.Provider, isNew.Value), cancellationToken)).Select(_ => command.Provider);
        }
    }
}

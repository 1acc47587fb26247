using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>Nobody signs in with the provider of the organization any more; sign-ins that last go on.</summary>
public sealed record RemoveOrganizationIdentityProvider(OrganizationId Organization) : ICommand<Done>, IWithinOrganization
{
    public Guid? Target => Organization.Value;

    public sealed class Handler(Store store, Secrets secrets) : ICommandHandler<RemoveOrganizationIdentityProvider, Done>
    {
        public async Task<Result<Done>> Handle(RemoveOrganizationIdentityProvider command, CancellationToken cancellationToken)
        {
            new ProviderSecrets(store.Session, secrets).Forget(command.Organization.Value);
            return (await store.Organizations.Decide(command.Organization, state => state.RemoveIdentityProvider(), cancellationToken)).Select(_ => default(Done));
        }
    }
}

/// <summary>Nobody signs in with the provider of the account any more; sign-ins that last go on.</summary>
public sealed record RemoveAccountIdentityProvider : ICommand<Done>
{
    public sealed class Handler(Store store, Secrets secrets) : ICommandHandler<RemoveAccountIdentityProvider, Done>
    {
        public async Task<Result<Done>> Handle(RemoveAccountIdentityProvider command, CancellationToken cancellationToken)
        {
            var account = (await store.Session.FindAccount(cancellationToken))!;
            new ProviderSecrets(store.Session, secrets).Forget(account.Id.Value);
            return (await store.Accounts.Decide(account.Id, state => state.RemoveIdentityProvider(), cancellationToken)).Select(_ => default(Done));
        }
    }
}

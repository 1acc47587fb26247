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
            var removed = await store.Organizations.Decide(command.Organization, state => state.RemoveIdentityProvider(), cancellationToken);
            // Where there was none, one that is set at the same moment keeps its secret.
            if (store.Appended.Count > 0)
                new ProviderSecrets(store.Session, secrets).Forget(command.Organization.Value);
            return removed.Select(_ => default(Done));
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
            var removed = await store.Accounts.Decide(account.Id, state => state.RemoveIdentityProvider(), cancellationToken);
            if (store.Appended.Count > 0)
                new ProviderSecrets(store.Session, secrets).Forget(account.Id.Value);
            return removed.Select(_ => default(Done));
        }
    }
}

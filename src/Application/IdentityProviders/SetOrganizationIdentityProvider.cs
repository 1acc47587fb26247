using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>
/// People of the organization sign in with this provider. Whoever chooses it says who signs in as whom there, and so must be able to do what an
/// organization-admin can.
/// </summary>
public sealed record SetOrganizationIdentityProvider(OrganizationId Organization, IdentityProvider Provider, string? ClientSecret) : ICommand<IdentityProvider>, IWithinOrganization
{
    public Guid? Target => Organization.Value;

    public sealed class Validator : AbstractValidator<SetOrganizationIdentityProvider>
    {
        public Validator()
        {
            RuleFor(c => c.Provider).SetValidator(new ProviderValidator());
            RuleFor(c => c.ClientSecret).Text(1).When(c => c.ClientSecret is not null);
            RuleFor(c => c.Provider.DefaultRole).Must(role => role == Role.User || role == Role.OrganizationAdmin)
                .OverridePropertyName("DefaultRole").WithMessage("must be 'user' or 'organization-admin'.");
        }
    }

    public sealed class Handler(Store store, Scopes scopes, Secrets secrets, ProviderNetwork network) : ICommandHandler<SetOrganizationIdentityProvider, IdentityProvider>
    {
        public async Task<Result<IdentityProvider>> Handle(SetOrganizationIdentityProvider command, CancellationToken cancellationToken)
        {
            var (organization, provider) = (command.Organization, command.Provider);
            if (!scopes.CanDoAll(store.Context.Caller, Role.OrganizationAdmin))
                return Refusal.RoleNotAllowed;
            if (await new GivenRole(store, scopes).Check(provider.DefaultRole, cancellationToken) is { } mayNot)
                return mayNot;
            if (!network.Allows(provider.Issuer))
                return Refusal.InvalidIssuer;
            var groups = await store.UserGroups.Latest(provider.Groups.Select(group => group.UserGroup).Distinct().ToArray(), cancellationToken);
            if (provider.Groups.Any(group => !groups.TryGetValue(group.UserGroup, out var known) || !known.Exists || known.Organization != organization))
                return Refusal.UnknownMappedGroup;

            var before = await store.Organizations.Latest(organization, cancellationToken);
            var isNew = await new ProviderSecrets(store.Session, secrets).Keep(organization.Value, command.ClientSecret, before.IdentityProvider, provider, cancellationToken);
            return isNew.Refusal is { } missing
                ? missing
                : (await store.Organizations.Decide(organization, state => state.SetIdentityProvider(provider, isNew.Value), cancellationToken)).Select(_ => provider);
        }
    }
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using FluentValidation;

namespace EventSourcedOrgs.Application.AccessTokens;

/// <summary>
/// Makes an access token of an organization, which acts as the organization and outlives whoever made it. It may do what it is scoped to of what an
/// organization-admin may do within the organization, and no more than the caller.
/// </summary>
public sealed record CreateOrganizationAccessToken(
    OrganizationId Organization, AccessTokenId Id, string Name, ValueList<string> ScopeNames, DateTimeOffset? ExpiresAt) : ICommand<IssuedToken>, IWithinOrganization
{
    public sealed class Validator : AbstractValidator<CreateOrganizationAccessToken>
    {
        public Validator(TimeProvider clock)
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.ScopeNames.Count).InclusiveBetween(1, CreateAccessToken.MostScopes).OverridePropertyName("Scopes")
                .WithMessage($"must have 1 to {CreateAccessToken.MostScopes} elements.");
            RuleFor(c => c.ExpiresAt).Ends(clock);
        }
    }

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<CreateOrganizationAccessToken, IssuedToken>
    {
        public async Task<Result<IssuedToken>> Handle(CreateOrganizationAccessToken command, CancellationToken cancellationToken)
        {
            var names = command.ScopeNames.Distinct().ToValueList();
            if (scopes.MayGiveOrganization(store.Context.Caller, names) is { } mayNot)
                return mayNot;

            var organization = await store.Organizations.Latest(command.Organization, cancellationToken);
            var token = store.AccessTokens.Start(command.Id, AccessToken.NewOf(organization, command.Id, command.Name.Trim(), names, command.ExpiresAt));
            return token.Select(state => new IssuedToken(state, new OwnTokens(store).Issue(state)));
        }
    }
}

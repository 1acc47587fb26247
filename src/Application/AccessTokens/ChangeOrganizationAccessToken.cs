using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using FluentValidation;

namespace EventSourcedOrgs.Application.AccessTokens;

/// <summary>One access token of an organization, as committed now.</summary>
public sealed record GetOrganizationAccessToken(OrganizationId Organization, AccessTokenId AccessToken) : IQuery<AccessToken>, IWithinOrganization
{
    public sealed class Handler(Store store) : IQueryHandler<GetOrganizationAccessToken, AccessToken>
    {
        public Task<Result<AccessToken>> Handle(GetOrganizationAccessToken query, CancellationToken cancellationToken) =>
            new OwnTokens(store).Find(query.Organization, query.AccessToken, cancellationToken);
    }
}

/// <summary>Revokes an access token of an organization, or lifts the revocation; the latter gives again what the token may do, so the caller must have it.</summary>
public sealed record RevokeOrganizationAccessToken(OrganizationId Organization, AccessTokenId AccessToken, bool Revoked) : ICommand<AccessToken>, IWithinOrganization
{
    public Guid? Target => AccessToken.Value;

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<RevokeOrganizationAccessToken, AccessToken>
    {
        public async Task<Result<AccessToken>> Handle(RevokeOrganizationAccessToken command, CancellationToken cancellationToken)
        {
            var tokens = new OwnTokens(store);
            var found = await tokens.Find(command.Organization, command.AccessToken, cancellationToken);
            if (found.Refusal is not null)
                return found;
            if (!command.Revoked && found.Value!.Revoked && scopes.MayGiveOrganization(store.Context.Caller, found.Value.Scopes) is { } mayNot)
                return mayNot;

            return await tokens.Revoke(found.Value!, command.Revoked, cancellationToken);
        }
    }
}

/// <summary>Gives an access token of an organization a new secret; the former one ends at once, or when the command says. The caller must be able to do what the token can.</summary>
public sealed record RotateOrganizationAccessToken(OrganizationId Organization, AccessTokenId AccessToken, DateTimeOffset? FormerEndsAt) : ICommand<IssuedToken>, IWithinOrganization
{
    public Guid? Target => AccessToken.Value;

    public sealed class Validator : AbstractValidator<RotateOrganizationAccessToken>
    {
        public Validator(TimeProvider clock) => RuleFor(c => c.FormerEndsAt).EndsSoon(clock);
    }

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<RotateOrganizationAccessToken, IssuedToken>
    {
        public async Task<Result<IssuedToken>> Handle(RotateOrganizationAccessToken command, CancellationToken cancellationToken)
        {
            var tokens = new OwnTokens(store);
            var found = await tokens.Find(command.Organization, command.AccessToken, cancellationToken);
            if (found.Refusal is { } refusal)
                return refusal;
            if (scopes.MayGiveOrganization(store.Context.Caller, found.Value!.Scopes) is { } mayNot)
                return mayNot;

            return await tokens.Rotate(found.Value, command.FormerEndsAt, cancellationToken);
        }
    }
}

/// <summary>Removes an access token of an organization.</summary>
public sealed record DeleteOrganizationAccessToken(OrganizationId Organization, AccessTokenId AccessToken) : ICommand<AccessToken>, IWithinOrganization
{
    public Guid? Target => AccessToken.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteOrganizationAccessToken, AccessToken>
    {
        public async Task<Result<AccessToken>> Handle(DeleteOrganizationAccessToken command, CancellationToken cancellationToken)
        {
            var tokens = new OwnTokens(store);
            var found = await tokens.Find(command.Organization, command.AccessToken, cancellationToken);
            if (found.Refusal is not null)
                return found;

            return await tokens.Delete(found.Value!, cancellationToken);
        }
    }
}

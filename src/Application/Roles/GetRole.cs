using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Roles;

/// <summary>One role that the vendor made, as committed now.</summary>
public sealed record GetRole(RoleId Role) : IQuery<CustomRole>
{
    public sealed class Handler(Store store) : IQueryHandler<GetRole, CustomRole>
    {
        public async Task<Result<CustomRole>> Handle(GetRole query, CancellationToken cancellationToken) =>
            await store.CustomRoles.Latest(query.Role, cancellationToken) is { Exists: true } role ? role : Refusal.RoleNotFound;
    }
}

/// <summary>All claims that a role or a token can hold, or those of one reserved role.</summary>
public sealed record ListClaims(Role? Of) : IQuery<ValueList<string>>
{
    public sealed class Handler(Scopes scopes) : IQueryHandler<ListClaims, ValueList<string>>
    {
        public Task<Result<ValueList<string>>> Handle(ListClaims query, CancellationToken cancellationToken) => Task.FromResult<Result<ValueList<string>>>(
            query.Of is { IsReserved: false }
                ? Refusal.Validation("?roleType", $"'roleType' is one of {string.Join(", ", Role.Reserved)}.")
                : (query.Of is { } role ? scopes.Of(role) : scopes.Known).Order(StringComparer.Ordinal).ToValueList());
    }
}

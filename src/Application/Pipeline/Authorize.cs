using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using MediatR;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>Who may send a request at all.</summary>
public enum Audience
{
    /// <summary>Everybody, signed in or not.</summary>
    Anyone,

    /// <summary>Everybody who is signed in, for what is their own; the token of an organization is nobody.</summary>
    SignedIn,

    /// <summary>Everybody who is signed in, for what the request itself finds to be theirs; the scope binds the vendor's team only. The token of an organization is nobody.</summary>
    Carrier,

    /// <summary>The vendor's team, and the organization-admins of the one organization it stays within.</summary>
    Organization,

    /// <summary>The vendor's team.</summary>
    Vendor,

    /// <summary>The super-admin: whoever may do it could sign in as every member of the team.</summary>
    SuperAdmin,

    /// <summary>What an identity provider has said of somebody, never a request from outside.</summary>
    Provider,

    /// <summary>The installation itself, never a request from outside.</summary>
    System,
}

/// <summary>What a request needs: its audience, and the scope that a token limited to scopes must hold.</summary>
public sealed record Permission(Audience Audience, string? Scope = null);

/// <summary>The table of who may do what: one entry for every request there is; a request without one is refused.</summary>
public sealed class Permissions(IReadOnlyDictionary<Type, Permission> table)
{
    public IReadOnlyDictionary<Type, Permission> Table => table;

    public Permission Of(Type request) =>
        table.TryGetValue(request, out var permission) ? permission : throw new InvalidOperationException($"{request.Name} has no permission.");

    /// <summary>The refusal for this caller, or null when the request may go on.</summary>
    public Refusal? Check(Caller caller, object request) =>
        Check(caller, Of(request.GetType()), request is IWithinOrganization within ? within.Organization : null);

    /// <summary>The refusal for this caller of a request that stays within this organization, or within none.</summary>
    public static Refusal? Check(Caller caller, Permission permission, OrganizationId? within)
    {
        if (permission.Audience == Audience.Anyone)
            return null;
        if (caller.IsAnonymous)
            return caller.Denial ?? Refusal.Unauthenticated;
        if (permission.Scope is { } scope && (caller.IsVendor || permission.Audience != Audience.Carrier) && caller.Scopes is { } scopes && !scopes.Contains(scope))
            return Refusal.Forbidden;

        return permission.Audience switch
        {
            Audience.SignedIn or Audience.Carrier => caller.User is null && caller != Caller.System ? Refusal.Forbidden : null,
            Audience.System => caller == Caller.System ? null : Refusal.Forbidden,
            Audience.Provider => caller.Provider is null ? Refusal.Forbidden : null,
            Audience.SuperAdmin => caller.Role == Role.SuperAdmin ? null : Refusal.Forbidden,
            _ when caller.IsVendor => null,
            Audience.Organization when caller.Role == Role.OrganizationAdmin && within is not null =>
                within == caller.Organization ? null : Refusal.OrganizationNotFound,
            _ => Refusal.Forbidden,
        };
    }
}

/// <summary>The first step of every request: may this caller send it?</summary>
public sealed class Authorize<TRequest, TResponse>(Permissions permissions, Context context) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        permissions.Check(context.Caller, request) is { } refusal ? TResponse.Refused(refusal) : await next();
}

using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Roles;

/// <summary>
/// The one way by which somebody gets a role: there is such a role, and it can do no more than the one who gives it. A custom role is locked until the commit,
/// so that nobody deletes, renames or widens it meanwhile.
/// </summary>
public sealed class GivenRole(Store store, Scopes scopes)
{
    public async Task<Refusal?> Check(Role role, CancellationToken cancellation)
    {
        if (role.IsReserved)
            return scopes.MayGive(store.Context.Caller, role, []);
        if (!store.Context.Caller.IsVendor || await store.Claims.Holder(Unique.RoleName(role.Name), cancellation) is not { } holder)
            return Refusal.UnknownRole;

        var custom = await store.CustomRoles.DecideExclusively(RoleId.From(holder), state => state.Give(role), cancellation);
        return custom.Refusal ?? scopes.MayGive(store.Context.Caller, role, custom.Value!.Claims);
    }

    /// <summary>Does anybody have the role? Asked under the lock of the role, nobody can get it meanwhile.</summary>
    internal static async Task<bool> IsInUse(Store store, CustomRole role, CancellationToken cancellation) =>
        (await store.Session.QueryAsync<User>("where data ->> 'role' = ? and (data ->> 'deleted')::boolean = false limit 1", cancellation, role.Name)).Count > 0;
}

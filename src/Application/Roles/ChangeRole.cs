using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Roles;
using FluentValidation;

namespace EventSourcedOrgs.Application.Roles;

/// <summary>
/// Changes what a request names of a role; who has the role may do what it says from the commit on. Neither what the role could do nor what it can do may
/// exceed what the caller can.
/// </summary>
public sealed record ChangeRole(RoleId Role, Optional<string> Name, Optional<string?> Description, Optional<ValueList<string>> Claims) : ICommand<CustomRole>
{
    public Guid? Target => Role.Value;

    public sealed class Validator : AbstractValidator<ChangeRole>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Description).OptionalText();
            RuleFor(c => c.Claims.Value.Count).InclusiveBetween(1, CreateRole.MostClaims).When(c => c.Claims.IsSet)
                .OverridePropertyName("Claims").WithMessage($"must have 1 to {CreateRole.MostClaims} elements.");
        }
    }

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<ChangeRole, CustomRole>
    {
        public async Task<Result<CustomRole>> Handle(ChangeRole command, CancellationToken cancellationToken)
        {
            var held = await store.HoldRole(scopes, command.Role, cancellationToken);
            if (held.Refusal is not null)
                return held;

            var (role, claims) = (held.Value!, command.Claims.Select(list => list.Distinct().ToValueList()));
            if (claims.IsSet && scopes.MayClaim(store.Context.Caller, claims.Value) is { } mayNot)
                return mayNot;

            var inUse = command.Name.Or(role.Name) != role.Name && await GivenRole.IsInUse(store, role, cancellationToken);
            var changed = await store.CustomRoles.Decide(command.Role, state => state.Change(command.Name, command.Description, claims, inUse), cancellationToken);
            return changed.Refusal is null && await Rename(role, changed.Value!, cancellationToken) is { } taken ? taken : changed;
        }

        private async Task<Refusal?> Rename(CustomRole before, CustomRole after, CancellationToken cancellation)
        {
            var (former, now) = (Unique.RoleName(before.Name), Unique.RoleName(after.Name));
            if (former == now)
                return null;
            if (await store.Claims.Take(now, after.Id.Value, Refusal.DuplicateRoleName, cancellation) is { } taken)
                return taken;

            store.Claims.Free(former);
            return null;
        }
    }
}

/// <summary>Deletes a role that nobody has.</summary>
public sealed record DeleteRole(RoleId Role) : ICommand<CustomRole>
{
    public Guid? Target => Role.Value;

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<DeleteRole, CustomRole>
    {
        public async Task<Result<CustomRole>> Handle(DeleteRole command, CancellationToken cancellationToken)
        {
            var held = await store.HoldRole(scopes, command.Role, cancellationToken);
            if (held.Refusal is not null)
                return held;

            var inUse = await GivenRole.IsInUse(store, held.Value!, cancellationToken);
            if (!inUse)
                store.Claims.Free(Unique.RoleName(held.Value!.Name));
            return await store.CustomRoles.Decide(command.Role, state => state.Delete(inUse), cancellationToken);
        }
    }
}

/// <summary>Roles that are to change.</summary>
internal static class HeldRoles
{
    /// <summary>The role, locked until the commit, if the caller may change or delete it.</summary>
    public static async Task<Result<CustomRole>> HoldRole(this Store store, Scopes scopes, RoleId id, CancellationToken cancellation)
    {
        var held = await store.CustomRoles.DecideExclusively(
            id, state => !state.Exists ? Refusal.RoleNotFound : scopes.MayManage(store.Context.Caller, state.Claims) is { } above ? above : [], cancellation);
        return held.Refusal?.Kind == RefusalKind.NotFound ? Refusal.RoleNotFound : held;
    }
}

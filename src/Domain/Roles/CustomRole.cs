using System.Diagnostics;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Domain.Roles;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a role that the vendor made.</summary>
public abstract record CustomRoleEvent { private protected CustomRoleEvent() { } }

/// <summary>The vendor has a new role; members of the team who have it may do what its claims say.</summary>
public sealed record CustomRoleCreated(RoleId Role, string Name, string? Description, ValueList<string> Claims) : CustomRoleEvent;
/// <summary>The role goes by another name; nobody had it.</summary>
public sealed record CustomRoleRenamed(RoleId Role, string Name) : CustomRoleEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record CustomRoleDescriptionChanged(RoleId Role, string? Description) : CustomRoleEvent;
/// <summary>Whoever has the role may do exactly this from now on.</summary>
public sealed record CustomRoleClaimsChanged(RoleId Role, ValueList<string> Claims) : CustomRoleEvent;
/// <summary>The role is gone; nobody had it.</summary>
public sealed record CustomRoleDeleted(RoleId Role) : CustomRoleEvent;

/// <summary>A role that the vendor made for members of the team: what they may do is named claim by claim. Users have it by its name.</summary>
public sealed record CustomRole(RoleId Id, string Name, string? Description, ValueList<string> Claims, bool Deleted, Recorded Recorded)
    : IAggregate<CustomRole, CustomRoleEvent>
{
    public static CustomRole Initial { get; } = new(default, "", null, [], false, default);

    public bool Exists => Id != default && !Deleted;

    public CustomRole With(Recorded recorded) => this with { Recorded = recorded };

    public static CustomRole Evolve(CustomRole role, CustomRoleEvent @event) => @event switch
    {
        CustomRoleCreated e => role with { Id = e.Role, Name = e.Name, Description = e.Description, Claims = e.Claims },
        CustomRoleRenamed e => role with { Name = e.Name },
        CustomRoleDescriptionChanged e => role with { Description = e.Description },
        CustomRoleClaimsChanged e => role with { Claims = e.Claims },
        CustomRoleDeleted => role with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in CustomRole.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<CustomRoleEvent> New(RoleId id, string name, string? description, ValueList<string> claims) =>
        Role.IsReservedName(name) ? Refusal.ReservedRoleName : [new CustomRoleCreated(id, name, description, claims)];

    /// <summary>Users have the role by its name, so a role that somebody has keeps it; its claims may change, and count at once.</summary>
    public Decision<CustomRoleEvent> Change(Optional<string> name, Optional<string?> description, Optional<ValueList<string>> claims, bool inUse) => this switch
    {
        { Exists: false } => Refusal.RoleNotFound,
        _ when Role.IsReservedName(name.Or(Name)) => Refusal.ReservedRoleName,
        _ when inUse && name.Or(Name) != Name => Refusal.RoleInUse,
        _ =>
        [
            .. name.WhenChanged(Name, to => new CustomRoleRenamed(Id, to) as CustomRoleEvent),
            .. description.WhenChanged(Description, to => new CustomRoleDescriptionChanged(Id, to)),
            .. claims.WhenChanged(Claims, to => new CustomRoleClaimsChanged(Id, to)),
        ],
    };

    /// <summary>Somebody who asks for a user to have the role: it must be there under exactly this name.</summary>
    public Decision<CustomRoleEvent> Give(Role role) => Exists && Name == role.Name ? [] : Refusal.UnknownRole;

    public Decision<CustomRoleEvent> Delete(bool inUse) => this switch
    {
        { Deleted: true } => [],
        { Exists: false } => Refusal.RoleNotFound,
        _ when inUse => Refusal.RoleInUse,
        _ => [new CustomRoleDeleted(Id)],
    };
}

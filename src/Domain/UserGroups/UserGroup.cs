using System.Diagnostics;

namespace EventSourcedOrgs.Domain.UserGroups;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a user group. Who is in it is told by the users, what it opens by the licences.</summary>
public abstract record UserGroupEvent { private protected UserGroupEvent() { } }

/// <summary>The organization has a new, empty group.</summary>
public sealed record UserGroupCreated(UserGroupId UserGroup, OrganizationId Organization, string Name, string? Description) : UserGroupEvent;
/// <summary>The group goes by another name.</summary>
public sealed record UserGroupRenamed(UserGroupId UserGroup, string Name) : UserGroupEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record UserGroupDescriptionChanged(UserGroupId UserGroup, string? Description) : UserGroupEvent;
/// <summary>The group is gone: it opens nothing and counts for nobody.</summary>
public sealed record UserGroupDeleted(UserGroupId UserGroup) : UserGroupEvent;

/// <summary>A group of users of one organization: its name, and whether it lives. A deleted group opens nothing.</summary>
public sealed record UserGroup(UserGroupId Id, OrganizationId Organization, string Name, string? Description, bool Deleted, Recorded Recorded)
    : IAggregate<UserGroup, UserGroupEvent>
{
    public static UserGroup Initial { get; } = new(default, default, "", null, false, default);

    public bool Exists => Id != default && !Deleted;

    public UserGroup With(Recorded recorded) => this with { Recorded = recorded };

    public static UserGroup Evolve(UserGroup group, UserGroupEvent @event) => @event switch
    {
        UserGroupCreated e => group with { Id = e.UserGroup, Organization = e.Organization, Name = e.Name, Description = e.Description },
        UserGroupRenamed e => group with { Name = e.Name },
        UserGroupDescriptionChanged e => group with { Description = e.Description },
        UserGroupDeleted => group with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in UserGroup.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<UserGroupEvent> New(UserGroupId id, Organizations.Organization organization, string name, string? description) =>
        organization.Exists ? [new UserGroupCreated(id, organization.Id, name, description)] : Refusal.OrganizationNotFound;

    public Decision<UserGroupEvent> Change(Optional<string> name, Optional<string?> description) => !Exists ? Refusal.UserGroupNotFound :
    [
        .. name.WhenChanged(Name, to => new UserGroupRenamed(Id, to) as UserGroupEvent),
        .. description.WhenChanged(Description, to => new UserGroupDescriptionChanged(Id, to)),
    ];

    public Decision<UserGroupEvent> Delete() => Deleted ? [] : Exists ? [new UserGroupDeleted(Id)] : Refusal.UserGroupNotFound;
}

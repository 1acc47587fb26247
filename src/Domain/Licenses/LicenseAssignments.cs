using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Domain.Licenses;

/// <content>Whom the licence belongs to, and who may use it.</content>
public sealed partial record License
{
    // ---- Decisions: who it belongs to ----

    /// <summary>Assignments are made within an organization, so they end when the licence leaves it.</summary>
    public Decision<LicenseEvent> TransferTo(OrganizationId? organization) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        _ when organization == Organization => [],
        _ =>
        [
            .. Groups.OrderBy(group => group.Value).Select(group => new GroupUnassignedFromLicense(Id, group) as LicenseEvent),
            .. Users.OrderBy(user => user.Value).Select(user => new UserUnassignedFromLicense(Id, user)),
            .. PrimaryUser is { } primary && organization is not null ? (LicenseEvent[])[new PrimaryUserUnassignedFromLicense(Id, primary)] : [],
            new LicenseTransferred(Id, organization),
        ],
    };

    // ---- Decisions: who may use it ----

    /// <summary>Whether it is assigned to the user directly, as their own or as an additional one.</summary>
    public bool Names(UserId user) => PrimaryUser == user || Users.Contains(user);

    /// <summary>The window of an assignment; always where it has no limit.</summary>
    public AssignmentWindow WindowOf(UserGroupId group) => GroupWindows.GetValueOrDefault(group);

    /// <inheritdoc cref="WindowOf(UserGroupId)"/>
    public AssignmentWindow WindowOf(UserId user) => UserWindows.GetValueOrDefault(user);

    /// <summary>Assigns it within a window; of what is assigned already the window is replaced.</summary>
    public Decision<LicenseEvent> AssignGroup(UserGroup group, AssignmentWindow within = default) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        _ when !group.Exists || group.Organization != Organization => Refusal.UserGroupNotFound,
        _ when !within.IsValid => Refusal.InvalidAssignmentWindow,
        _ when Groups.Contains(group.Id) && WindowOf(group.Id) == within => [],
        { Revoked: true } => Refusal.LicenseRevoked,
        _ => [new GroupAssignedToLicense(Id, group.Id, within.From, within.Until)],
    };

    public Decision<LicenseEvent> UnassignGroup(UserGroupId group) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        _ when !Groups.Contains(group) => [],
        _ => [new GroupUnassignedFromLicense(Id, group)],
    };

    /// <summary>The groups it is assigned to from now on, as one event per group that changes; a group that stays keeps its window.</summary>
    public Decision<LicenseEvent> SetGroups(IReadOnlyCollection<UserGroupId> groups, IReadOnlyDictionary<UserGroupId, UserGroup> known) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        { Organization: null } when groups.Count > 0 => Refusal.LicenseHasNoOrganization,
        _ when groups.Any(id => !known.TryGetValue(id, out var group) || !group.Exists || group.Organization != Organization) => Refusal.UnknownUserGroup,
        { Revoked: true } when groups.Any(id => !Groups.Contains(id)) => Refusal.LicenseRevoked,
        _ =>
        [
            .. Groups.Except(groups).OrderBy(group => group.Value).Select(group => new GroupUnassignedFromLicense(Id, group) as LicenseEvent),
            .. groups.Distinct().Where(group => !Groups.Contains(group)).Select(group => new GroupAssignedToLicense(Id, group)),
        ],
    };

    /// <summary>Assigns it within a window; of what is assigned already the window is replaced.</summary>
    public Decision<LicenseEvent> AssignUser(User user, AssignmentWindow within = default) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        _ when Foreign(user) is { } refusal => refusal,
        _ when !within.IsValid => Refusal.InvalidAssignmentWindow,
        _ when Users.Contains(user.Id) && WindowOf(user.Id) == within => [],
        { Revoked: true } => Refusal.LicenseRevoked,
        { Users.Count: >= MostAdditionalUsers } when !Users.Contains(user.Id) => Refusal.TooManyAdditionalUsers,
        _ => [new UserAssignedToLicense(Id, user.Id, within.From, within.Until)],
    };

    public Decision<LicenseEvent> UnassignUser(UserId user) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        _ when !Users.Contains(user) => [],
        _ => [new UserUnassignedFromLicense(Id, user)],
    };

    /// <summary>The licence's own user, or none.</summary>
    public Decision<LicenseEvent> SetPrimaryUser(User? user) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        _ when user is not null && Foreign(user) is { } refusal => refusal,
        _ when user?.Id == PrimaryUser => [],
        { Revoked: true } when user is not null => Refusal.LicenseRevoked,
        _ =>
        [
            .. PrimaryUser is { } former ? (LicenseEvent[])[new PrimaryUserUnassignedFromLicense(Id, former)] : [],
            .. user is not null ? (LicenseEvent[])[new PrimaryUserAssignedToLicense(Id, user.Id)] : [],
        ],
    };

    /// <summary>
    /// The additional users from now on, as one event per user who changes; a user who stays keeps the window. <paramref name="users"/> are those named.
    /// </summary>
    public Decision<LicenseEvent> SetUsers(IReadOnlyCollection<User> users) => this switch
    {
        { Exists: false } => Refusal.LicenseNotFound,
        _ when users.Select(Foreign).FirstOrDefault(refusal => refusal is not null) is { } refusal => refusal,
        _ when users.Count > MostAdditionalUsers => Refusal.TooManyAdditionalUsers,
        { Revoked: true } when users.Any(user => !Users.Contains(user.Id)) => Refusal.LicenseRevoked,
        _ =>
        [
            .. Users.Except(users.Select(user => user.Id)).OrderBy(user => user.Value).Select(user => new UserUnassignedFromLicense(Id, user) as LicenseEvent),
            .. users.Select(user => user.Id).Distinct().Where(user => !Users.Contains(user)).Select(user => new UserAssignedToLicense(Id, user)),
        ],
    };

    private Refusal? Foreign(User user) => !user.Exists ? Refusal.UnknownUser
        : Organization is not null && user.Organization != Organization ? Refusal.UserOfAnotherOrganization
        : null;
}

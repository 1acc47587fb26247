using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain.UserGroups;

namespace EventSourcedOrgs.Domain.Users;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a user. Passwords and tokens are never part of it.</summary>
public abstract record UserEvent { private protected UserEvent() { } }

/// <summary>A person became known to the account, in this role and organization or in none.</summary>
public sealed record UserCreated(
    UserId User, Personal<string> FirstName, Personal<string>? LastName, Personal<string> Email, Personal<string>? Company,
    Role Role, OrganizationId? Organization, bool AllowCustomerPortalAccess) : UserEvent;
/// <summary>The person goes by this name now.</summary>
public sealed record UserRenamed(UserId User, Personal<string> FirstName, Personal<string>? LastName) : UserEvent;
/// <summary>The person signs in and is reached under this address now.</summary>
public sealed record UserEmailChanged(UserId User, Personal<string> Email) : UserEvent;
/// <summary>The company the person named was replaced or, when null, cleared.</summary>
public sealed record UserCompanyChanged(UserId User, Personal<string>? Company) : UserEvent;
/// <summary>The user acts in this role from now on.</summary>
public sealed record UserRoleChanged(UserId User, Role Role) : UserEvent;
/// <summary>The user now belongs to this organization, or to none; memberships in groups of the former one have ended.</summary>
public sealed record UserMoved(UserId User, OrganizationId? Organization) : UserEvent;
/// <summary>The user may, or may not, sign in to the customer portal.</summary>
public sealed record CustomerPortalAccessChanged(UserId User, bool Allowed) : UserEvent;
/// <summary>The user wants, or does not want, figures by e-mail.</summary>
public sealed record UserEmailPreferenceChanged(UserId User, bool Metrics) : UserEvent;
/// <summary>The user now carries exactly these tags.</summary>
public sealed record UserTagsChanged(UserId User, ValueList<string> Tags) : UserEvent;
/// <summary>The user now carries exactly these entries.</summary>
public sealed record UserMetadataChanged(UserId User, Personal<ValueList<MetadataEntry>> Metadata) : UserEvent;
/// <summary>The user is in the group: every licence of the group opens at once.</summary>
public sealed record UserAddedToGroup(UserId User, UserGroupId UserGroup) : UserEvent;
/// <summary>The user left the group: its licences close at once, unless another path stays.</summary>
public sealed record UserRemovedFromGroup(UserId User, UserGroupId UserGroup) : UserEvent;
/// <summary>The user has no access until reinstated; memberships and assignments stay.</summary>
public sealed record UserSuspended(UserId User) : UserEvent;
/// <summary>The suspension is over.</summary>
public sealed record UserReinstated(UserId User) : UserEvent;
/// <summary>The user has a new password; the password itself is not told.</summary>
public sealed record UserPasswordChanged(UserId User) : UserEvent;
/// <summary>Whoever has the token that was made may set a new password for the user, once and for a while; the token itself is not told.</summary>
public sealed record UserPasswordResetAllowed(UserId User) : UserEvent;
/// <summary>The user signed in at this moment (UTC).</summary>
public sealed record UserSignedIn(UserId User, DateTimeOffset At) : UserEvent;
/// <summary>Whoever the provider of this issuer calls by this subject is the user and signs in as such.</summary>
public sealed record UserIdentityLinked(UserId User, string Issuer, Personal<string> Subject) : UserEvent;
/// <summary>From now on a sign-in asks for a code of the user's authenticator as well as for the password; its secret is not told.</summary>
public sealed record UserTwoFactorEnabled(UserId User) : UserEvent;
/// <summary>The password alone is enough again.</summary>
public sealed record UserTwoFactorDisabled(UserId User) : UserEvent;
/// <summary>The user has new recovery codes; the former ones are void, the codes themselves are not told.</summary>
public sealed record UserRecoveryCodesMade(UserId User) : UserEvent;
/// <summary>A recovery code stood in for the authenticator and is spent; so many are left.</summary>
public sealed record UserRecoveryCodeUsed(UserId User, int Left) : UserEvent;
/// <summary>Somebody who may ended all sign-ins of the user.</summary>
public sealed record UserSessionsEnded(UserId User) : UserEvent;
/// <summary>The user is gone: the seat is free, memberships and direct assignments have ended, the history stays.</summary>
public sealed record UserDeleted(UserId User) : UserEvent;
/// <summary>What was known of the person is gone for good: the key under which it was kept is destroyed, and what it said can be read nowhere any more.</summary>
public sealed record UserErased(UserId User) : UserEvent;

/// <summary>What a new user starts with. Text is already trimmed; an e-mail address keeps its case.</summary>
public sealed record NewUser(
    UserId Id, string FirstName, string? LastName, string Email, string? Company, Role Role, OrganizationId? Organization,
    bool AllowCustomerPortalAccess, ValueList<string> Tags, ValueList<MetadataEntry> Metadata);

/// <summary>What a request wants to change of a user; what it leaves out stays.</summary>
public sealed record UserChanges(
    Optional<string> FirstName, Optional<string?> LastName, Optional<string> Email, Optional<string?> Company,
    Optional<bool> AllowCustomerPortalAccess, Optional<ValueList<string>> Tags, Optional<ValueList<MetadataEntry>> Metadata);

/// <summary>A user: profile, role, status, organization, and the groups the user is in (few, even where a group has very many users).</summary>
public sealed record User(
    UserId Id, Personal<string> FirstName, Personal<string>? LastName, Personal<string> Email, Personal<string>? Company, Role Role,
    OrganizationId? Organization, bool AllowCustomerPortalAccess, ValueList<string> Tags, Personal<ValueList<MetadataEntry>>? Metadata,
    ImmutableHashSet<UserGroupId> Groups, bool Suspended, bool Deleted, DateTimeOffset? LastSignInAt, bool HasTwoFactor,
    Recorded Recorded) : IAggregate<User, UserEvent>
{
    public static User Initial { get; } =
        new(default, new(default, ""), null, new(default, ""), null, default, null, false, [], null, [], false, false, null, false, default);

    public bool Exists => Id != default && !Deleted;

    /// <summary>Whether the person is forgotten: nothing personal is known any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Erased { get; init; }

    /// <summary>Whether the user wants figures by e-mail.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WantsMetrics { get; init; }

    public User With(Recorded recorded) => this with { Recorded = recorded };

    public static User Evolve(User user, UserEvent @event) => @event switch
    {
        UserCreated e => user with
        {
            Id = e.User,
            FirstName = e.FirstName,
            LastName = e.LastName,
            Email = e.Email,
            Company = e.Company,
            Role = e.Role,
            Organization = e.Organization,
            AllowCustomerPortalAccess = e.AllowCustomerPortalAccess,
        },
        UserRenamed e => user with { FirstName = e.FirstName, LastName = e.LastName },
        UserEmailChanged e => user with { Email = e.Email },
        UserCompanyChanged e => user with { Company = e.Company },
        UserRoleChanged e => user with { Role = e.Role },
        UserMoved e => user with { Organization = e.Organization, Groups = [] },
        CustomerPortalAccessChanged e => user with { AllowCustomerPortalAccess = e.Allowed },
        UserEmailPreferenceChanged e => user with { WantsMetrics = e.Metrics },
        UserTagsChanged e => user with { Tags = e.Tags },
        UserMetadataChanged e => user with { Metadata = e.Metadata },
        UserAddedToGroup e => user with { Groups = user.Groups.Add(e.UserGroup) },
        UserRemovedFromGroup e => user with { Groups = user.Groups.Remove(e.UserGroup) },
        UserSuspended => user with { Suspended = true },
        UserReinstated => user with { Suspended = false },
        UserPasswordChanged or UserPasswordResetAllowed => user,
        UserSignedIn e => user with { LastSignInAt = e.At },
        UserTwoFactorEnabled => user with { HasTwoFactor = true },
        UserTwoFactorDisabled => user with { HasTwoFactor = false },
        UserRecoveryCodesMade or UserRecoveryCodeUsed or UserSessionsEnded or UserIdentityLinked => user,
        UserDeleted => user with { Deleted = true, Groups = [] },
        UserErased => user with
        {
            Erased = true,
            FirstName = user.FirstName.Gone(),
            LastName = user.LastName?.Gone(),
            Email = user.Email.Gone(),
            Company = user.Company?.Gone(),
            Metadata = user.Metadata?.Gone(),
        },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in User.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<UserEvent> New(NewUser user) => user switch
    {
        _ when user.Role == Role.OrganizationAdmin && user.Organization is null => Refusal.RoleNeedsOrganization,
        _ when user.Role.IsTeam && user.Organization is not null => Refusal.TeamMemberHasNoOrganization,
        _ =>
        [
            new UserCreated(user.Id, Personal.Of(user.Id, user.FirstName), Personal.OfText(user.Id, user.LastName), Personal.Of(user.Id, user.Email),
                Personal.OfText(user.Id, user.Company), user.Role, user.Organization, user.AllowCustomerPortalAccess),
            .. user.Tags.Count == 0 ? (UserEvent[])[] : [new UserTagsChanged(user.Id, user.Tags)],
            .. user.Metadata.Count == 0 ? (UserEvent[])[] : [new UserMetadataChanged(user.Id, Personal.Of(user.Id, user.Metadata))],
        ],
    };

    public Decision<UserEvent> Change(UserChanges to) => !Exists ? Refusal.UserNotFound :
    [
        .. Renamed(to.FirstName.Select(first => Personal.Of(Id, first)).Or(FirstName), to.LastName.Select(last => Personal.OfText(Id, last)).Or(LastName)),
        .. to.Email.WhenChanged(Email.Value!, email => new UserEmailChanged(Id, Personal.Of(Id, email)) as UserEvent),
        .. to.Company.Select(company => Personal.OfText(Id, company)).WhenChanged(Company, company => new UserCompanyChanged(Id, company)),
        .. to.AllowCustomerPortalAccess.WhenChanged(AllowCustomerPortalAccess, allowed => new CustomerPortalAccessChanged(Id, allowed)),
        .. to.Tags.WhenChanged(Tags, tags => new UserTagsChanged(Id, tags)),
        .. to.Metadata.Select(replacement => Domain.Metadata.Keeping(Metadata?.Value ?? [], replacement))
            .WhenChanged(Metadata?.Value ?? [], metadata => new UserMetadataChanged(Id, Personal.Of(Id, metadata))),
    ];

    private IEnumerable<UserEvent> Renamed(Personal<string> first, Personal<string>? last) =>
        first == FirstName && last == LastName ? [] : [new UserRenamed(Id, first, last)];

    public Decision<UserEvent> ChangeRole(Role role) => Place(role, Organization);

    public Decision<UserEvent> MoveTo(OrganizationId? organization) => Place(Role, organization);

    /// <summary>
    /// Role and organization from now on, decided together because each limits the other. A move ends the memberships of the former
    /// organization; the seats are decided by the two organizations.
    /// </summary>
    public Decision<UserEvent> Place(Role role, OrganizationId? organization) => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        _ when role == Role && organization == Organization => [],
        _ when role != Role && (Role == Role.SuperAdmin || role == Role.SuperAdmin) => Refusal.SuperAdminIsUnique,
        _ when role == Role.OrganizationAdmin && organization is null => Refusal.RoleNeedsOrganization,
        _ when role.IsTeam && organization is not null => Refusal.TeamMemberHasNoOrganization,
        _ =>
        [
            .. organization == Organization
                ? (UserEvent[])[]
                : [.. Groups.Order(ById).Select(group => new UserRemovedFromGroup(Id, group)), new UserMoved(Id, organization)],
            .. role == Role ? (UserEvent[])[] : [new UserRoleChanged(Id, role)],
        ],
    };

    public Decision<UserEvent> Join(UserGroup group) => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        _ when !group.Exists => Refusal.UserGroupNotFound,
        _ when group.Organization != Organization => Refusal.UnknownMember,
        _ when Groups.Contains(group.Id) => [],
        _ => [new UserAddedToGroup(Id, group.Id)],
    };

    public Decision<UserEvent> Leave(UserGroupId group) => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        _ when !Groups.Contains(group) => [],
        _ => [new UserRemovedFromGroup(Id, group)],
    };

    /// <summary>
    /// The groups the user is in from now on, as one event per group that changes. <paramref name="known"/> holds the groups named and
    /// the groups the user is in; one that has been deleted is silently left.
    /// </summary>
    public Decision<UserEvent> SetGroups(IReadOnlyCollection<UserGroupId> groups, IReadOnlyDictionary<UserGroupId, UserGroup> known) => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        _ when groups.Any(id => !known.TryGetValue(id, out var group) || !group.Exists || group.Organization != Organization) => Refusal.UnknownUserGroup,
        _ =>
        [
            .. Groups.Except(groups).Order(ById).Select(group => new UserRemovedFromGroup(Id, group) as UserEvent),
            .. groups.Distinct().Where(group => !Groups.Contains(group)).Select(group => new UserAddedToGroup(Id, group)),
        ],
    };

    public Decision<UserEvent> Suspend() => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        _ when Role == Role.SuperAdmin => Refusal.SuperAdminIsUnique,
        { Suspended: true } => [],
        _ => [new UserSuspended(Id)],
    };

    public Decision<UserEvent> Reinstate() => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        { Suspended: false } => [],
        _ => [new UserReinstated(Id)],
    };

    public Decision<UserEvent> PreferEmail(bool metrics) =>
        !Exists ? Refusal.UserNotFound : WantsMetrics == metrics ? [] : [new UserEmailPreferenceChanged(Id, metrics)];

    public Decision<UserEvent> DropMetadata(Guid entry) => !Exists ? Refusal.UserNotFound
        : Metadata?.Value is not { } known || known.All(one => one.Id != entry) ? Refusal.NotFound("Metadata")
        : [new UserMetadataChanged(Id, Personal.Of(Id, known.Where(one => one.Id != entry).ToValueList()))];

    public Decision<UserEvent> ChangePassword() => Exists ? [new UserPasswordChanged(Id)] : Refusal.UserNotFound;

    public Decision<UserEvent> AllowPasswordReset() => !Exists ? Refusal.UserNotFound : Role.IsTeam ? Refusal.PasswordResetNotAllowed : [new UserPasswordResetAllowed(Id)];

    public Decision<UserEvent> SignIn(DateTimeOffset now) => Exists ? [new UserSignedIn(Id, now)] : Refusal.UserNotFound;

    /// <summary>That an identity is linked once is held by its claim.</summary>
    public Decision<UserEvent> LinkIdentity(string issuer, string subject) =>
        Exists ? [new UserIdentityLinked(Id, issuer, Personal.Of(Id, subject))] : Refusal.UserNotFound;

    public Decision<UserEvent> EnableTwoFactor() => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        { HasTwoFactor: true } => [],
        _ => [new UserTwoFactorEnabled(Id)],
    };

    public Decision<UserEvent> DisableTwoFactor() => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        { HasTwoFactor: false } => [],
        _ => [new UserTwoFactorDisabled(Id)],
    };

    public Decision<UserEvent> MakeRecoveryCodes() => this switch
    {
        { Exists: false } => Refusal.UserNotFound,
        { HasTwoFactor: false } => Refusal.TwoFactorNotEnabled,
        _ => [new UserRecoveryCodesMade(Id)],
    };

    public Decision<UserEvent> UseRecoveryCode(int left) => Exists ? [new UserRecoveryCodeUsed(Id, left)] : Refusal.UserNotFound;

    public Decision<UserEvent> EndSessions() => Exists ? [new UserSessionsEnded(Id)] : Refusal.UserNotFound;

    public Decision<UserEvent> Delete() => this switch
    {
        { Deleted: true } => [],
        { Exists: false } => Refusal.UserNotFound,
        _ when Role == Role.SuperAdmin => Refusal.SuperAdminIsUnique,
        _ => [.. Groups.Order(ById).Select(group => new UserRemovedFromGroup(Id, group)), new UserDeleted(Id)],
    };

    /// <summary>Forgets the person; a user who is still there is deleted by the same decision.</summary>
    public Decision<UserEvent> Erase() => this switch
    {
        { Erased: true } => [],
        { Deleted: true } => [new UserErased(Id)],
        _ => Delete() is var deleted && deleted.Refusal is null ? [.. deleted.Events, new UserErased(Id)] : deleted,
    };

    private static readonly IComparer<UserGroupId> ById = Comparer<UserGroupId>.Create((a, b) => a.Value.CompareTo(b.Value));
}

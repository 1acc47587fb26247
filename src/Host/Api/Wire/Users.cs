using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The body of a new user of an organization.</summary>
internal sealed record NewOrganizationUser(
    string FirstName, string Email, string Role, string Password, bool AllowCustomerPortalAccess = true, string? LastName = null, ValueList<UserGroupId>? UserGroupIds = null)
{
    public CreateOrganizationUser ToCommand(OrganizationId organization) => new(
        Id.New<UserId>(), organization, FirstName, LastName, Email, Password, new(Role), AllowCustomerPortalAccess, UserGroupIds ?? []);
}

/// <summary>One of several new users of an organization, who get no password: each sets one by a token.</summary>
internal sealed record NewMemberBody(
    string FirstName, string Email, string Role = "user", bool AllowCustomerPortalAccess = true, string? LastName = null, ValueList<UserGroupId>? UserGroupIds = null)
{
    public NewMember ToMember() => new(Id.New<UserId>(), FirstName, LastName, Email, new(Role), AllowCustomerPortalAccess, UserGroupIds ?? []);
}

/// <summary>The body of several new users of an organization.</summary>
internal sealed record NewMembersBody(ValueList<NewMemberBody> Users)
{
    public CreateOrganizationUsers ToCommand(OrganizationId organization) => new(organization, Users.Select(user => user.ToMember()).ToValueList());
}

/// <summary>The body of a change to a user of an organization.</summary>
internal sealed record OrganizationUserPatch(
    string? FirstName = null, string? Email = null, string? Role = null, ValueList<UserGroupId>? UserGroupIds = null,
    bool? AllowCustomerPortalAccess = null)
{
    public Optional<string?> LastName { get; init; }

    public ChangeOrganizationUser ToCommand(OrganizationId organization, UserId user) => new(
        organization, user,
        new UserChanges(Common.Given(FirstName?.Trim()), LastName, Common.Given(Email?.Trim()), default, Common.Given(AllowCustomerPortalAccess), default, default),
        Role is null ? default(Optional<Role>) : new Role(Role), Common.Given(UserGroupIds));
}

/// <summary>The body of a new user, made by the vendor; <c>roles</c> is the older form of <c>role</c>, a list of one.</summary>
internal sealed record NewUserBody(
    string FirstName, string Email, string Password, string? LastName = null, string? Company = null, string? OrganizationId = null, string? ResellerId = null,
    bool? AllowCustomerPortalAccess = null, ValueList<NewMetadata>? Metadata = null, ValueList<string>? Tags = null, string? Role = null, ValueList<string>? Roles = null)
{
    public CreateUser ToCommand(DateTimeOffset now)
    {
        Common.IdMeansNothing(ResellerId, "resellerId");
        return new(
            Id.New<UserId>(), FirstName, LastName, Email, Company, Password, Common.EitherRole(Role, Roles) is { } role ? new(role) : Domain.Users.Role.User,
            Common.OptionalId<OrganizationId>(OrganizationId, "organizationId"), AllowCustomerPortalAccess ?? true, Tags ?? [], Metadata.ToMetadata(now));
    }
}

/// <summary>
/// The body of a change to a user by the vendor; an empty <c>organizationId</c> takes the user out of the organization, <c>roles</c> is the older form of
/// <c>role</c>, a list of one.
/// </summary>
internal sealed record UserPatch(
    string? FirstName = null, string? Email = null, bool? AllowCustomerPortalAccess = null,
    ValueList<NewMetadata>? Metadata = null, ValueList<string>? Tags = null, string? Role = null, ValueList<string>? Roles = null)
{
    public Optional<string?> LastName { get; init; }

    public Optional<string?> Company { get; init; }

    public Optional<string?> OrganizationId { get; init; }

    public Optional<string?> ResellerId { get; init; }

    public ChangeUser ToCommand(UserId user, DateTimeOffset now)
    {
        Common.IdMeansNothing(ResellerId, "resellerId");
        return new(
            user,
            new UserChanges(Common.Given(FirstName?.Trim()), LastName, Common.Given(Email?.Trim()), Company, Common.Given(AllowCustomerPortalAccess),
                Common.Given(Tags), Common.GivenMetadata(Metadata, now)),
            Common.EitherRole(Role, Roles) is { } role ? new Role(role) : default(Optional<Role>), Common.GivenId<OrganizationId>(OrganizationId, "organizationId"));
    }
}

/// <summary>A user group; members and licences have addresses of their own.</summary>
internal sealed record WireUserGroup(UserGroupId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string Description)
{
    public static WireUserGroup Of(UserGroup group) =>
        new(group.Id, group.Recorded.CreatedAt, group.Recorded.UpdatedAt, group.Name, group.Description ?? "");

    public static Task<WireUserGroup> Of(UserGroup group, Store store, CancellationToken cancellation) => Task.FromResult(Of(group));

    public static Task<IReadOnlyList<WireUserGroup>> Of(IReadOnlyList<UserGroup> groups, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireUserGroup>>([.. groups.Select(Of)]);

    /// <summary>The groups of these ids that live, by name.</summary>
    public static ValueList<WireUserGroup> Living(IEnumerable<UserGroupId> ids, IReadOnlyDictionary<UserGroupId, UserGroup> known) => ids
        .Select(id => known.GetValueOrDefault(id)).OfType<UserGroup>().Where(group => group.Exists)
        .OrderBy(group => group.Name, StringComparer.OrdinalIgnoreCase).ThenBy(group => group.Id.Value).Select(Of).ToValueList();
}

/// <summary>What is around a user.</summary>
internal static class Around
{
    /// <summary>The groups of a user, as far as they are known.</summary>
    public static IEnumerable<UserGroup?> Of(this IReadOnlyDictionary<UserGroupId, UserGroup> groups, User user) => user.Groups.Select(id => groups.GetValueOrDefault(id));

    /// <summary>The organization of a user, if there is one.</summary>
    public static Organization? Of(this IReadOnlyDictionary<OrganizationId, Organization> organizations, User user) => user.Organization is { } id ? organizations.GetValueOrDefault(id) : null;
}

/// <summary>A user as the organization sees it.</summary>
internal sealed record WireOrganizationUser(
    UserId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string FirstName, string LastName, string Email, string Role,
    bool TwoFactorEnabled, bool GoogleSsoEnabled, DateTimeOffset? LastLoginAt, ValueList<WireUserGroup> UserGroups,
    bool AllowCustomerPortalAccess, bool Suspended, bool SeatsExceeded)
{
    private static readonly Renderings<User, WireOrganizationUser> Listings = new();

    public static async Task<WireOrganizationUser> Of(User user, Store store, CancellationToken cancellation) => (await Of([user], store, cancellation))[0];

    public static async Task<IReadOnlyList<WireOrganizationUser>> Of(IReadOnlyList<User> users, Store store, CancellationToken cancellation)
    {
        var (groups, organizations) = await store.Around(users, cancellation);
        return [.. users.Select(user => Of(user, groups, organizations.Of(user)))];
    }

    /// <summary>The users of a page, which is asked for again and again.</summary>
    public static async Task<IReadOnlyList<Rendered>> Listed(IReadOnlyList<User> users, Store store, CancellationToken cancellation)
    {
        var (groups, organizations) = await store.Around(users, cancellation);
        return [.. users.Select(user => Listings.Of(user, [organizations.Of(user)?.SeatsExceeded, .. groups.Of(user)], shown => Of(shown, groups, organizations.Of(shown))))];
    }

    private static WireOrganizationUser Of(User user, IReadOnlyDictionary<UserGroupId, UserGroup> groups, Organization? organization) => new(
        user.Id, user.Recorded.CreatedAt, user.Recorded.UpdatedAt, WireUser.NameOf(user), user.FirstName.Value ?? "", user.LastName?.Value ?? "",
        user.Email.Value ?? "", user.Role.Name, user.HasTwoFactor, false, user.LastSignInAt, WireUserGroup.Living(user.Groups, groups),
        user.AllowCustomerPortalAccess, user.Suspended, organization?.SeatsExceeded ?? false);
}

/// <summary>What a user wants to be told by e-mail.</summary>
internal sealed record WireEmailPreference(bool Metrics);

/// <summary>A user as the vendor sees it.</summary>
internal sealed record WireUser(
    UserId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string FirstName, string LastName, string Email, string Role,
    bool TwoFactorEnabled, bool GoogleSsoEnabled, DateTimeOffset? LastLoginAt, string? Company, bool AllowCustomerPortalAccess, ValueList<string> Roles,
    DateTimeOffset? LastSeenAt, OrganizationId? OrganizationId, WireOrganization? Organization, Guid? ResellerId, object? Reseller,
    ValueList<WireAdminMetadata> Metadata, ValueList<string> Tags, WireEmailPreference EmailPreference, ValueList<WireUserGroup> UserGroups,
    bool Suspended, bool SeatsExceeded)
{
    private static readonly Renderings<User, WireUser> Listings = new();

    public static string NameOf(User user) => $"{user.FirstName.Value} {user.LastName?.Value}".Trim();

    public static async Task<WireUser> Of(User user, Store store, CancellationToken cancellation) => (await Of([user], store, cancellation))[0];

    public static async Task<IReadOnlyList<WireUser>> Of(IReadOnlyList<User> users, Store store, CancellationToken cancellation)
    {
        var (groups, organizations) = await store.Around(users, cancellation);
        return [.. users.Select(user => Of(user, groups, organizations.Of(user)))];
    }

    /// <summary>The users of a page, which is asked for again and again.</summary>
    public static async Task<IReadOnlyList<Rendered>> Listed(IReadOnlyList<User> users, Store store, CancellationToken cancellation)
    {
        var (groups, organizations) = await store.Around(users, cancellation);
        return [.. users.Select(user => Listings.Of(user, [organizations.Of(user), .. groups.Of(user)], shown => Of(shown, groups, organizations.Of(shown))))];
    }

    private static WireUser Of(User user, IReadOnlyDictionary<UserGroupId, UserGroup> groups, Organization? organization) => new(
        user.Id, user.Recorded.CreatedAt, user.Recorded.UpdatedAt, NameOf(user), user.FirstName.Value ?? "", user.LastName?.Value ?? "",
        user.Email.Value ?? "", user.Role.Name, user.HasTwoFactor, false, user.LastSignInAt, user.Company?.Value, user.AllowCustomerPortalAccess, [user.Role.Name],
        user.LastSignInAt, user.Organization, organization is null ? null : WireOrganization.Of(organization), null, null,
        Common.ForAdmin(user.Metadata?.Value ?? []), user.Tags, new(user.WantsMetrics), WireUserGroup.Living(user.Groups, groups),
        user.Suspended, organization?.SeatsExceeded ?? false);
}

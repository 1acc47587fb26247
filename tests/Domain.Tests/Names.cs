namespace EventSourcedOrgs.Domain.Tests;

/// <summary>The organizations, people, groups and licences that the tests speak of. Within a kind, ids order as they stand here.</summary>
internal static class Names
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly OrganizationId Acme = new(Number(101));
    public static readonly OrganizationId Globex = new(Number(102));

    public static readonly UserId Ada = new(Number(201));
    public static readonly UserId Bob = new(Number(202));
    public static readonly UserId Cleo = new(Number(203));

    public static readonly UserGroupId Engineers = new(Number(301));
    public static readonly UserGroupId Sales = new(Number(302));
    public static readonly UserGroupId Support = new(Number(303));

    public static readonly LicenseId Pro = new(Number(401));
    public static readonly ProductId Designer = new(Number(501));
    public static readonly LicenseTemplateId Standard = new(Number(601));
    public static readonly LicenseTemplateId Trial = new(Number(602));
    public static readonly AccessTokenId Nightly = new(Number(701));
    public static readonly RoleId Clerks = new(Number(751));
    public static readonly MaintenancePolicyId Yearly = new(Number(761));
    public static readonly MaintenancePolicyId Forever = new(Number(762));
    public static readonly Guid Reseller = Number(801);

    public static readonly Address Street = new("1 Main Street", null, "Springfield", null, "US", "12345");

    /// <summary>Orders by its number; its hash code orders the other way, so that a set by itself is never in the right order.</summary>
    public static Guid Number(int number) => new(number, 0, 0, [0, 0, 0, 0, 255, 255, 255, 127]);

    public static MetadataEntry Entry(string key, string value, int id = 901) => new(Number(id), key, value, [], Noon, Noon);

    /// <summary>As <see cref="Entry"/>, but as a later request would bring it: its own id, its own time.</summary>
    public static MetadataEntry LaterEntry(string key, string value) =>
        new(Number(999), key, value, [], Noon.AddDays(1), Noon.AddDays(1));

    public static OrganizationCreated AcmeWith(int seats) => new(Acme, "Acme", "office@acme.example", null, seats, null, null);

    public static UserGroupCreated Formed(UserGroupId group, OrganizationId of) => new(group, of, "Group", null);

    public static UserCreated Came(UserId user, OrganizationId? of, Role? role = null) => new(
        user, Personal.Of(user, "Ada"), Personal.OfText(user, "Lovelace"), Personal.Of(user, "ada@acme.example"), Personal.OfText(user, "Acme"),
        role ?? Role.User, of, false);

    public static LicenseCreated ProOf(OrganizationId? organization) => new(
        Pro, Designer, Standard, "PRO-KEY", organization, null, new LicensePolicy(), new LicenseTerm(), null, Noon, null);

    public static UserGroup Group(UserGroupId group, OrganizationId of) => UserGroup.Evolve(UserGroup.Initial, Formed(group, of));

    public static User Person(UserId user, OrganizationId? of) => User.Evolve(User.Initial, Came(user, of));

    public static UserGroup Deleted(UserGroup group) => UserGroup.Evolve(group, new UserGroupDeleted(group.Id));

    public static User Deleted(User user) => User.Evolve(user, new UserDeleted(user.Id));

    /// <summary>Groups by their ids, as a decision wants to know them.</summary>
    public static IReadOnlyDictionary<UserGroupId, UserGroup> Known(params UserGroup[] groups) => groups.ToDictionary(group => group.Id);
}

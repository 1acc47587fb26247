using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal.Admin.Users;

/// <summary>The roles that a user can have: those that always are, and those the vendor made.</summary>
internal static class RoleChoices
{
    public static readonly string[] Reserved = ["user", "organization-admin", "admin", "super-admin", "reseller-admin", "auditor", "operator"];

    /// <summary>For people of an organization.</summary>
    public static readonly (string Value, string Text)[] OfOrganization = [("user", "User"), ("organization-admin", "Organization-admin")];

    /// <summary>The vendor's own people, for whom nobody makes a link to set a password: the reserved ones and all custom roles.</summary>
    public static bool IsTeam(string role) => role is not ("user" or "organization-admin" or "reseller-admin");

    public static async Task<IReadOnlyList<(string Value, string Text)>> All(ApiClient api, PortalSession session)
    {
        var own = session.May("role:read") ? await api.All(Contract.ListRoles(new() { ["sort"] = "+name" })) : [];
        return [.. Reserved.Select(role => (role, Words.Plain(role))), .. own.Select(role => (role.Name, role.Name))];
    }
}

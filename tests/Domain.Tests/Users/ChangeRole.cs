namespace EventSourcedOrgs.Domain.Tests.Users;

public class ChangeRole : Spec<User, UserEvent>
{
    private static readonly Role Clerk = new("license-clerk");

    [Fact]
    public void A_user_becomes_organization_admin_of_their_organization() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.ChangeRole(Role.OrganizationAdmin))
            .Then(new UserRoleChanged(Ada, Role.OrganizationAdmin));

    [Fact]
    public void An_organization_admin_becomes_user_again() =>
        Given(Came(Ada, of: Acme, Role.OrganizationAdmin))
            .When(ada => ada.ChangeRole(Role.User))
            .Then(new UserRoleChanged(Ada, Role.User));

    [Theory, InlineData("admin"), InlineData("reseller-admin"), InlineData("license-clerk"), InlineData("auditor"), InlineData("operator")]
    public void Who_belongs_to_no_organization_may_join_the_vendors_team(string role) =>
        Given(Came(Ada, of: null))
            .When(ada => ada.ChangeRole(new(role)))
            .Then(new UserRoleChanged(Ada, new(role)));

    [Fact]
    public void The_same_role_is_no_change() =>
        Given(Came(Ada, of: null, Clerk))
            .When(ada => ada.ChangeRole(new("license-clerk")))
            .ThenNothing();

    [Fact]
    public void Without_an_organization_nobody_becomes_its_admin() =>
        Given(Came(Ada, of: null))
            .When(ada => ada.ChangeRole(Role.OrganizationAdmin))
            .ThenRefused(Refusal.RoleNeedsOrganization);

    [Theory, InlineData("admin"), InlineData("auditor"), InlineData("operator"), InlineData("license-clerk")]
    public void Within_an_organization_nobody_joins_the_vendors_team(string role) =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.ChangeRole(new(role)))
            .ThenRefused(Refusal.TeamMemberHasNoOrganization);

    [Fact]
    public void Nobody_becomes_a_second_super_admin() =>
        Given(Came(Ada, of: null, Role.Admin))
            .When(ada => ada.ChangeRole(Role.SuperAdmin))
            .ThenRefused(Refusal.SuperAdminIsUnique);

    [Fact]
    public void The_super_admin_stays_super_admin() =>
        Given(Came(Ada, of: null, Role.SuperAdmin))
            .When(ada => ada.ChangeRole(Role.Admin))
            .ThenRefused(Refusal.SuperAdminIsUnique);

    [Fact]
    public void The_super_admin_is_super_admin_already() =>
        Given(Came(Ada, of: null, Role.SuperAdmin))
            .When(ada => ada.ChangeRole(Role.SuperAdmin))
            .ThenNothing();

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.ChangeRole(Role.OrganizationAdmin))
            .ThenRefused(Refusal.UserNotFound);

    [Fact]
    public void Seven_roles_are_reserved() =>
        Role.Reserved.Select(role => role.Name).ShouldBe(["super-admin", "admin", "organization-admin", "reseller-admin", "user", "auditor", "operator"]);
}

using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Tests.Identity;

public class ScopesOfRoles
{
    private static readonly Scopes Scopes = new(PermissionTable.Permissions);

    [Fact]
    public void The_team_has_every_scope_that_is_known()
    {
        Scopes.Of(Role.SuperAdmin).ShouldBe(Scopes.Known);
        Scopes.Of(Role.Admin).ShouldBe(Scopes.Known);
        Scopes.Known.ShouldContain("user:write");
        Scopes.Known.ShouldContain("webhook:write");
        Scopes.Known.ShouldAllBe(scope => System.Text.RegularExpressions.Regex.IsMatch(scope, "^[a-zA-Z]+(:[a-zA-Z]+){1,2}$"));
    }

    [Fact]
    public void An_organization_admin_has_those_of_the_organization_and_none_of_the_vendor() =>
        Scopes.Of(Role.OrganizationAdmin).Where(scope => !scope.StartsWith("organization:", StringComparison.Ordinal)).Order()
            .ShouldBe(["license:read", "personalAccessToken:write"]);

    [Fact]
    public void An_organization_admin_cannot_write_the_organization() =>
        Scopes.Of(Role.OrganizationAdmin).ShouldNotContain("organization:write");

    [Fact]
    public void A_user_has_what_every_user_has()
    {
        Scopes.Of(Role.User).Order().ShouldBe(["license:read", "personalAccessToken:write"]);
        Scopes.Of(Role.ResellerAdmin).ShouldBe(Scopes.Of(Role.User));
        Scopes.Of(new Role("emperor")).ShouldBeEmpty();
    }

    [Fact]
    public void An_auditor_reads_everything_and_writes_nothing_but_the_own_tokens()
    {
        Scopes.Of(Role.Auditor).Where(scope => !scope.EndsWith(":read", StringComparison.Ordinal)).ShouldBe(["personalAccessToken:write"]);
        Scopes.Known.Where(scope => scope.EndsWith(":read", StringComparison.Ordinal)).Except(Scopes.Of(Role.Auditor)).ShouldBeEmpty();
    }

    [Fact]
    public void An_operator_reads_of_no_customer() => Scopes.Of(Role.Operator).Order().ShouldBe(["import:read", "operations:read", "operations:write", "personalAccessToken:write"]);

    [Fact]
    public void Claims_of_a_role_and_scopes_of_a_token_limit_both()
    {
        var clerk = new Role("clerk");
        Scopes.Limits(clerk, ["license:read", "user:read"], null)!.Order().ShouldBe(["license:read", "user:read"]);
        Scopes.Limits(clerk, ["license:read", "user:read"], ["user:read", "user:write"]).ShouldBe(["user:read"]);
        Scopes.Limits(clerk, [], null).ShouldBe([]);
        Scopes.Limits(Role.Auditor, [], ["user:read", "user:write"]).ShouldBe(["user:read"]);
        Scopes.Limits(Role.Admin, [], null).ShouldBeNull();
        Scopes.Limits(Role.OrganizationAdmin, [], null).ShouldBeNull();
    }

    [Fact]
    public void Nobody_has_a_scope_that_the_team_lacks() =>
        Role.Reserved.SelectMany(Scopes.Of).Except(Scopes.Known).ShouldBeEmpty();

    [Fact]
    public void A_token_gives_only_what_it_has()
    {
        var token = new Caller(new(Guid.NewGuid()), Role.Admin, null, Scopes.Granted(["user:read", "licenseTemplate:read"]), new(Guid.NewGuid()));

        Scopes.MayGive(token, ["user:read"]).ShouldBeNull();
        Scopes.MayGive(token, ["licensePolicy:read"]).ShouldBeNull();
        Scopes.MayGive(token, []).ShouldBeNull();
        Scopes.MayGive(token, ["user:read", "user:write"])?.Code.ShouldBe("SCOPE_NOT_ALLOWED");
    }
}

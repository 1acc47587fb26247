using System.Text;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using MediatR;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>Who may ask for what: a line for every request there is, and none for what is no request.</summary>
public class PermissionTests
{
    private static readonly IReadOnlyDictionary<Type, Permission> Table = PermissionTable.Permissions.Table;

    private static readonly Scopes Scopes = new(PermissionTable.Permissions);

    private static readonly Type[] Requests =
    [
        .. Repository.Types.Where(type => type is { IsAbstract: false, IsInterface: false }
            && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>))),
    ];

    [Fact]
    public void Every_request_has_a_permission() => Requests.Except(Table.Keys).Select(type => type.Name).ShouldBeEmpty();

    [Fact]
    public void Every_permission_has_a_request() => Table.Keys.Except(Requests).Select(type => type.Name).ShouldBeEmpty();

    [Fact]
    public void What_organizations_may_do_stays_within_one() =>
        Table.Where(entry => entry.Value.Audience == Audience.Organization && !entry.Key.IsAssignableTo(typeof(IWithinOrganization))).Select(entry => entry.Key.Name).ShouldBeEmpty();

    [Fact]
    public void What_the_team_and_organizations_do_needs_a_scope() =>
        Table.Where(entry => entry.Value is { Audience: Audience.Vendor or Audience.Organization, Scope: null }).Select(entry => entry.Key.Name).ShouldBeEmpty();

    [Fact]
    public void The_table_is_as_approved()
    {
        var text = new StringBuilder("""
            # Permissions

            Who may send which request, and the scope that a personal access token needs for it. A request that is not in this table is refused. Generated from the
            code; a test compares the two.

            Audiences: **Anyone**; **SignedIn**, for what is one's own; **Carrier**, whoever a license is open to, its organization-admins, and of the
            vendor's team those with the scope, which nobody else needs; **Organization**, the organization-admins of that organization and the vendor's team;
            **Vendor**, the vendor's team; **System**, the installation itself.

            **yes** is for everything, **own** for what is of oneself, **org** within the own organization. A custom role may send what its claims name by their
            scope, of every organization, and what needs no scope for itself; a token is held to its scopes besides. What somebody may do to whom is decided
            further on: nobody gives a role, a claim or a scope that can do more than they can, a member of the team answers to the super-admin only.


            """).Append($"| area | request | audience | scope | {string.Join(" | ", Role.Reserved)} |\n|---|---|---|---|{string.Concat(Role.Reserved.Select(_ => "---|"))}\n");
        foreach (var (request, permission) in Table.OrderBy(entry => AreaOf(entry.Key), StringComparer.Ordinal).ThenBy(entry => entry.Key.Name, StringComparer.Ordinal))
            text.Append($"| {AreaOf(request)} | {request.Name} | {permission.Audience} | {(permission.Scope is { } scope ? $"`{scope}`" : "")} | {string.Join(" | ", Role.Reserved.Select(role => Reach(role, permission)))} |\n");

        text.ToString().ShouldBeApprovedAs("docs/permissions.md");
    }

    /// <summary>How far a role goes, as the table itself decides it.</summary>
    private static string Reach(Role role, Permission permission)
    {
        var organization = new OrganizationId(Guid.NewGuid());
        var caller = new Caller(new(Guid.NewGuid()), role, role.IsTeam ? null : organization, Scopes.Limits(role, [], null), null);
        return Permissions.Check(caller, permission, organization) is not null ? ""
            : permission.Audience == Audience.Carrier && !role.IsTeam ? role == Role.OrganizationAdmin ? "org" : "own"
            : permission.Audience == Audience.SignedIn && !(role.IsTeam && permission.Scope == "license:read") ? "own"
            : permission.Audience == Audience.Organization && !role.IsTeam ? "org"
            : "yes";
    }

    private static string AreaOf(Type request) => request.Namespace!.Split('.')[^1] switch
    {
        "Projections" or "Api" => "Lists",
        var area => area,
    };
}

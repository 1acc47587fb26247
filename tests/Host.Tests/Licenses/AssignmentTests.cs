using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Licenses;

public class AssignmentTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, key str, revoked bool, suspended bool, perpetual bool, type str, validity int?, subscriptionInterval str?,
        totalActivations int, totalDeactivations int, allowedActivations int, allowedDeactivations int, allowedFloatingClients int, leaseDuration int,
        expiresAt dt?, effectiveDate dt?, notes str?, metadata list, meterAttributes list, product obj, productVersion obj?, entitlementSet obj?, userGroups list
        """;

    private static IEnumerable<string> Names(JsonNode list) => list.AsArray().Select(item => item!.Text("name"));

    /// <summary>An organization with a licence, and the address of that licence there.</summary>
    private static async Task<(Acme Acme, Designer Designer, string License, string Path)> AcmeWithALicense(params (string, object?)[] members)
    {
        var acme = await Acme.With(seats: -1);
        var designer = await Designer.For(acme.Vendor);
        var license = await designer.License([("organizationId", acme.Id), .. members]);
        return (acme, designer, license.Id(), $"{acme.Path}/licenses/{license.Id()}");
    }

    [Fact]
    public async Task An_organization_sees_its_licence_in_the_shape_of_the_contract()
    {
        var (acme, _, _, path) = await AcmeWithALicense(
            ("metadata", new object[] { new { key = "ours", value = "1", viewPermissions = new[] { "organization", "user" } }, new { key = "secret", value = "2", viewPermissions = new[] { "user" } } }),
            ("meterAttributes", new object[] { new { name = "pages", allowedUses = 5, viewPermissions = new[] { "organization" } }, new { name = "hidden", allowedUses = 5 } }));
        foreach (var caller in new[] { acme.Vendor, await acme.Admin() })
        {
            var license = await caller.Get(path).Expect(200);
            license.ShouldHaveShape(Shape);
            license["product"]!.ShouldHaveShape("displayName str");
            license["metadata"]!.AsArray().ShouldHaveSingleItem()!.ShouldHaveShape("id id, createdAt dt, updatedAt dt, key str, value str?");
            license["metadata"]![0]!.Text("key").ShouldBe("ours");
            license["meterAttributes"]!.AsArray().ShouldHaveSingleItem()!
                .ShouldHaveShape("id id, createdAt dt, updatedAt dt, name str, allowedUses int, totalUses int, grossUses int, floating bool");
        }
    }

    [Fact]
    public async Task The_groups_are_replaced_one_event_for_each_that_changes()
    {
        var (acme, _, license, path) = await AcmeWithALicense();
        var (engineers, sales, support) = (await acme.Group("Engineers"), await acme.Group("Sales"), await acme.Group("Support"));
        var admin = await acme.Admin();
        var changed = await admin.Patch(path, new { userGroupIds = new[] { sales, engineers } }).Expect(200);
        changed.ShouldHaveShape(Shape);
        Names(changed["userGroups"]!).ShouldBe(["Engineers", "Sales"]);
        await admin.Patch(path, new { userGroupIds = new[] { engineers, sales, sales } }).Expect(200);
        Names((await admin.Patch(path, new { userGroupIds = new[] { support, sales } }).Expect(200))["userGroups"]!).ShouldBe(["Sales", "Support"]);
        Names((await admin.Patch(path, new { userGroupIds = Array.Empty<string>() }).Expect(200))["userGroups"]!).ShouldBeEmpty();
        (await acme.Host.EventsOf(license)).Skip(1).ShouldBe(
        [
            "license_group_assigned_v1", "license_group_assigned_v1", "license_group_unassigned_v1", "license_group_assigned_v1",
            "license_group_unassigned_v1", "license_group_unassigned_v1",
        ]);
    }

    [Theory]
    [InlineData("{}", "VALIDATION_FAILED")]
    [InlineData("""{"userGroupIds":null}""", "VALIDATION_FAILED")]
    [InlineData("""{"userGroupIds":["engineers"]}""", "VALIDATION_FAILED")]
    [InlineData("""{"userGroupIds":["6a3cf7d2-1111-4222-8333-444455556666"]}""", "REFERENCE_NOT_FOUND")]
    [InlineData("""{"userGroupIds":["{foreign}"]}""", "REFERENCE_NOT_FOUND")]
    [InlineData("""{"userGroupIds":[],"notes":"n"}""", "UNKNOWN_FIELD")]
    public async Task What_is_wrong_is_refused(string body, string code)
    {
        var (acme, _, _, path) = await AcmeWithALicense();
        var foreign = await (await Acme.With(seats: -1)).Group();
        await acme.Vendor.Patch(path, body.Replace("{foreign}", foreign)).ExpectProblem(400, code);
    }

    [Fact]
    public async Task Groups_are_assigned_and_unassigned_one_by_one_and_twice_is_once()
    {
        var (acme, _, license, path) = await AcmeWithALicense();
        var (engineers, sales) = (await acme.Group("Engineers"), await acme.Group("Sales"));
        foreach (var group in new[] { engineers, engineers, sales })
            await acme.Vendor.Put($"{path}/user-groups/{group}").Expect(204);
        var listed = await acme.Vendor.Get($"{path}/user-groups").Expect(200);
        Names(listed).ShouldBe(["Engineers", "Sales"]);
        listed[0]!.ShouldHaveShape("id id, createdAt dt, updatedAt dt, name str, description str, from dt?, until dt?");

        foreach (var _ in Enumerable.Range(0, 2))
            await acme.Vendor.Delete($"{path}/user-groups/{engineers}").Expect(204);
        Names(await acme.Vendor.Get($"{path}/user-groups").Expect(200)).ShouldBe(["Sales"]);
        (await acme.Host.EventsOf(license)).Skip(1).ShouldBe(["license_group_assigned_v1", "license_group_assigned_v1", "license_group_unassigned_v1"]);
    }

    [Fact]
    public async Task A_deleted_group_is_assigned_no_more()
    {
        var (acme, _, _, path) = await AcmeWithALicense();
        var engineers = await acme.Group();
        await acme.Vendor.Put($"{path}/user-groups/{engineers}").Expect(204);
        await acme.Vendor.Delete($"{acme.Path}/user-groups/{engineers}").Expect(204);
        (await acme.Vendor.Get($"{path}/user-groups").Expect(200)).AsArray().ShouldBeEmpty();
        (await acme.Vendor.Get(path).Expect(200))["userGroups"]!.AsArray().ShouldBeEmpty();
        await acme.Vendor.Put($"{path}/user-groups/{engineers}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Users_are_assigned_directly_and_listed_with_the_licences_own_user()
    {
        var (acme, designer, license, path) = await AcmeWithALicense();
        var (own, other) = (await acme.User(), await acme.User());
        await designer.Change(license, new { userId = own });
        foreach (var _ in Enumerable.Range(0, 2))
            await acme.Vendor.Put($"{path}/users/{other}").Expect(204);

        var listed = (await acme.Vendor.Get($"{path}/users").Expect(200)).AsArray();
        listed.Select(item => (item!.Text("kind"), item!["user"]!.Id())).ShouldBe([("primary-user", own), ("additional-user", other)]);
        (await designer.Read(license))["additionalUserIds"]!.AsArray().Select(id => id!.GetValue<string>()).ShouldBe([other]);

        await acme.Vendor.Delete($"{path}/users/{other}").Expect(204);
        (await acme.Vendor.Get($"{path}/users").Expect(200)).AsArray().ShouldHaveSingleItem()!["user"]!.Id().ShouldBe(own);
    }

    [Fact]
    public async Task Foreign_users_groups_and_licences_do_not_exist_here()
    {
        var (acme, _, license, path) = await AcmeWithALicense();
        var (globex, _, _, globexPath) = await AcmeWithALicense();
        await acme.Vendor.Put($"{path}/users/{await globex.User()}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Put($"{path}/user-groups/{await globex.Group()}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Put($"{globex.Path}/licenses/{license}/user-groups/{await globex.Group("Two")}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"{globex.Path}/licenses/{license}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"{globex.Path}/licenses/{license}/users").ExpectProblem(404, "NOT_FOUND");

        var admin = await acme.Admin();
        await admin.Get(globexPath).ExpectProblem(404, "NOT_FOUND");
        await admin.Patch(globexPath, new { userGroupIds = Array.Empty<string>() }).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_user_manages_no_assignments()
    {
        var (acme, _, _, path) = await AcmeWithALicense();
        var user = await acme.SignedIn("user");
        await user.Get(path).ExpectProblem(403, "FORBIDDEN");
        await user.Put($"{path}/user-groups/{await acme.Group()}").ExpectProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task A_revoked_licence_takes_no_assignment_but_loses_them()
    {
        var (acme, designer, license, path) = await AcmeWithALicense();
        var (engineers, sales) = (await acme.Group("Engineers"), await acme.Group("Sales"));
        await acme.Vendor.Put($"{path}/user-groups/{engineers}").Expect(204);
        await designer.Change(license, new { revoked = true });
        await acme.Vendor.Put($"{path}/user-groups/{sales}").ExpectProblem(400, "LICENSE_REVOKED");
        await acme.Vendor.Patch(path, new { userGroupIds = new[] { engineers, sales } }).ExpectProblem(400, "LICENSE_REVOKED");
        await acme.Vendor.Put($"{path}/users/{await acme.User()}").ExpectProblem(400, "LICENSE_REVOKED");
        await acme.Vendor.Patch(path, new { userGroupIds = Array.Empty<string>() }).Expect(200);
    }

    [Fact]
    public async Task Changes_made_at_once_are_all_kept()
    {
        var (acme, _, _, path) = await AcmeWithALicense();
        var groups = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => acme.Group($"Group {i:00}")));
        await Task.WhenAll(groups.Select(group => acme.Vendor.Put($"{path}/user-groups/{group}").Expect(204)));
        (await acme.Vendor.Get($"{path}/user-groups").Expect(200)).AsArray().Count.ShouldBe(12);
    }
}

using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Licenses;

public class LicenseHolderTests
{
    [Fact]
    public async Task A_transfer_ends_the_assignments_of_the_former_organization()
    {
        var (acme, globex) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var designer = await Designer.For(acme.Vendor);
        var license = await designer.License(("organizationId", acme.Id), ("userId", await acme.User()), ("additionalUserIds", new[] { await acme.User() }));
        await acme.Vendor.Put($"{acme.Path}/licenses/{license.Id()}/user-groups/{await acme.Group()}").Expect(204);

        var moved = await designer.Change(license.Id(), new { organizationId = globex.Id });
        moved["userId"].ShouldBeNull();
        moved["additionalUserIds"]!.AsArray().ShouldBeEmpty();
        (await globex.Read($"/licenses/{license.Id()}"))["userGroups"]!.AsArray().ShouldBeEmpty();
        await acme.Vendor.Get($"{acme.Path}/licenses/{license.Id()}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Users_of_another_organization_cannot_be_named()
    {
        var (acme, globex) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var (designer, foreign) = (await Designer.For(acme.Vendor), await globex.User());
        await acme.Vendor.Post("/v3/licenses", designer.Body(("organizationId", acme.Id), ("userId", foreign))).ExpectProblem(400, "USER_OF_ANOTHER_ORGANIZATION");
        var license = await designer.License(("organizationId", acme.Id));
        await acme.Vendor.Patch($"/v3/licenses/{license.Id()}", new { additionalUserIds = new[] { foreign } }).ExpectProblem(400, "USER_OF_ANOTHER_ORGANIZATION");
    }

    [Fact]
    public async Task A_user_who_is_gone_is_named_no_more()
    {
        var acme = await Acme.With(seats: -1);
        var (primary, additional, designer) = (await acme.User(), await acme.User(), await Designer.For(acme.Vendor));
        var license = await designer.License(("organizationId", acme.Id), ("userId", primary), ("additionalUserIds", new[] { additional }));
        foreach (var user in new[] { primary, additional })
            await acme.Vendor.Delete($"/v3/users/{user}").Expect(204);

        var read = await designer.Read(license.Id());
        read["userId"].ShouldBeNull();
        read["user"].ShouldBeNull();
        read["additionalUserIds"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_revoked_licence_takes_no_user_and_comes_back_with_the_lifting()
    {
        var acme = await Acme.With(seats: -1);
        var (user, designer) = (await acme.User(), await Designer.For(acme.Vendor));
        var license = await designer.License(("revoked", true), ("userId", user));
        license["revoked"]!.GetValue<bool>().ShouldBeTrue();
        license.Text("userId").ShouldBe(user);
        await acme.Vendor.Patch($"/v3/licenses/{license.Id()}", new { additionalUserIds = new[] { await acme.User() } }).ExpectProblem(400, "LICENSE_REVOKED");
        (await designer.Change(license.Id(), new { revoked = false, additionalUserIds = new[] { user } }))["revoked"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task A_change_may_name_the_version_it_knows()
    {
        var designer = await Designer.Sold();
        var license = await designer.License();
        await designer.Vendor.Patch($"/v3/licenses/{license.Id()}", new { notes = "n" }, ("If-Match", "\"7\"")).ExpectProblem(412, "VERSION_MISMATCH");
        await designer.Vendor.Patch($"/v3/licenses/{license.Id()}", new { notes = "n" }, ("If-Match", "\"1\"")).Expect(200);
    }

    [Fact]
    public async Task A_deleted_licence_is_gone()
    {
        var designer = await Designer.Sold();
        var license = await designer.License();
        await designer.Vendor.Delete($"/v3/licenses/{license.Id()}").Expect(204);
        await designer.Vendor.Get($"/v3/licenses/{license.Id()}").ExpectProblem(404, "NOT_FOUND");
        await designer.Vendor.Delete($"/v3/licenses/{license.Id()}").ExpectProblem(404, "NOT_FOUND");
        await designer.Vendor.Patch($"/v3/licenses/{license.Id()}", new { notes = "n" }).ExpectProblem(404, "NOT_FOUND");
        await designer.Vendor.Post($"/v3/licenses/{license.Id()}/renew").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Only_the_vendor_makes_licences()
    {
        var acme = await Acme.With(seats: -1);
        var (admin, designer) = (await acme.Admin(), await Designer.For(acme.Vendor));
        var license = await designer.License(("organizationId", acme.Id));
        await admin.Post("/v3/licenses", designer.Body(("organizationId", acme.Id))).ExpectProblem(403, "FORBIDDEN");
        await admin.Patch($"/v3/licenses/{license.Id()}", new { allowedActivations = 1000 }).ExpectProblem(403, "FORBIDDEN");
        await admin.Post($"/v3/licenses/{license.Id()}/renew").ExpectProblem(403, "FORBIDDEN");
    }
}

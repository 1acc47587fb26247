using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Licenses;

public class MyLicenseTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, key str, revoked bool, suspended bool, perpetual bool, type str, validity int?, subscriptionInterval str?,
        totalActivations int, totalDeactivations int, allowedActivations int, allowedDeactivations int, allowedFloatingClients int, leaseDuration int,
        expiresAt dt?, effectiveDate dt?, notes str?, metadata list, meterAttributes list, product obj, productVersion obj?, entitlementSet obj?
        """;

    private static async Task<(HttpClient Client, string Id)> Member(Acme acme, string role = "user", params string[] groups)
    {
        var email = Acme.NewEmail();
        var made = await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email, role, groups)).Expect(201);
        return (await acme.Host.SignIn(email, Acme.Password), made.Id());
    }

    private static async Task<IReadOnlyList<string>> Mine(HttpClient client, string query = "") =>
        [.. (await client.Get($"/v3/me/licenses?minPosition={await (await TestHost.Shared).Position()}{query}").Expect(200)).AsArray().Select(license => license!.Id())];

    [Fact]
    public async Task Own_licences_are_those_that_a_path_leads_to()
    {
        var acme = await Acme.With(seats: -1);
        var (designer, engineers, gone) = (await Designer.For(acme.Vendor), await acme.Group("Engineers"), await acme.Group("Gone"));
        var (ada, id) = await Member(acme, "user", engineers, gone);
        var primary = (await designer.License(("userId", id))).Id();
        var additional = (await designer.License(("organizationId", acme.Id), ("additionalUserIds", new[] { id }), ("suspended", true))).Id();
        var (through, lost, other) = (
            (await designer.License(("organizationId", acme.Id))).Id(), (await designer.License(("organizationId", acme.Id))).Id(),
            (await designer.License(("organizationId", acme.Id))).Id());
        await acme.Vendor.Put($"{acme.Path}/licenses/{through}/user-groups/{engineers}").Expect(204);
        await acme.Vendor.Put($"{acme.Path}/licenses/{lost}/user-groups/{gone}").Expect(204);
        await acme.Vendor.Delete($"{acme.Path}/user-groups/{gone}").Expect(204);

        (await Mine(ada)).ShouldBe([primary, additional, through]);
        (await Mine(ada, "&suspended=true")).ShouldBe([additional]);
        foreach (var license in new[] { primary, additional, through })
            (await ada.Get($"/v3/me/licenses/{license}").Expect(200)).ShouldHaveShape(Shape);
        foreach (var license in new[] { lost, other, Guid.NewGuid().ToString() })
            await ada.Get($"/v3/me/licenses/{license}").ExpectProblem(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"from":"2999-01-01T00:00:00Z"}""", "ASSIGNMENT_NOT_YET_STARTED")]
    [InlineData("""{"until":"2026-01-01T00:00:00Z"}""", "ASSIGNMENT_ENDED")]
    public async Task Outside_the_window_of_its_assignment_a_licence_is_seen_and_closed(string window, string code)
    {
        var acme = await Acme.With(seats: -1);
        var license = (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id();
        var (ada, id) = await Member(acme);
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/users/{id}", window).Expect(204);

        (await Mine(ada)).ShouldBe([license]);
        await ada.Get($"/v3/me/licenses/{license}").Expect(200);
        (await ada.Post("/v3/access/check", new { userId = id, licenseId = license }).Expect(200)).Text("code").ShouldBe(code);
    }

    [Fact]
    public async Task An_organization_admin_sees_all_of_the_organization()
    {
        var (acme, globex) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var designer = await Designer.For(acme.Vendor);
        var (ours, theirs) = ((await designer.License(("organizationId", acme.Id))).Id(), (await designer.License(("organizationId", globex.Id))).Id());
        var (admin, id) = await Member(acme, "organization-admin");
        var own = (await designer.License(("userId", id))).Id();

        (await Mine(admin)).ShouldBe([ours, own], ignoreOrder: true);
        await admin.Get($"/v3/me/licenses/{ours}").Expect(200);
        await admin.Get($"/v3/me/licenses/{theirs}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task The_past_gives_no_key_back_and_nothing_of_a_former_organization()
    {
        var (acme, globex) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var (designer, (ada, id)) = (await Designer.For(acme.Vendor), await Member(acme));
        var (kept, taken) = (await designer.License(("userId", id)), await designer.License(("organizationId", acme.Id)));
        await acme.Vendor.Put($"{acme.Path}/licenses/{taken.Id()}/users/{id}").Expect(204);
        var then = await acme.Host.Position();
        await acme.Settled();
        async Task<IEnumerable<string>> Keys() => (await ada.Get($"/v3/me/licenses?asOf={then}").Expect(200)).AsArray().Select(license => license!.Text("key"));

        (await Keys()).ShouldBe([kept.Text("key"), taken.Text("key")]);
        await acme.Vendor.Delete($"{acme.Path}/licenses/{taken.Id()}/users/{id}").Expect(204);
        (await Keys()).ShouldBe([kept.Text("key"), ""]);
        (await ada.Get($"/v3/me/licenses/{taken.Id()}?asOf={then}").Expect(200)).Text("key").ShouldBeEmpty();
        (await ada.Get($"/v3/me/licenses/{kept.Id()}?asOf={then}").Expect(200)).Text("key").ShouldBe(kept.Text("key"));
        await ada.Get($"/v3/me/licenses?asOf={then}&key[sw]={taken.Text("key")[..1]}").ExpectProblem(400, "UNKNOWN_FILTER");

        await acme.Vendor.Patch($"/v3/users/{id}", new { organizationId = globex.Id }).Expect(200);
        (await Keys()).ShouldBe([kept.Text("key")]);
        await ada.Get($"/v3/me/licenses/{taken.Id()}?asOf={then}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Of_a_past_moment_the_role_of_now_counts()
    {
        var acme = await Acme.With(seats: -1);
        var license = (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id();
        var (admin, id) = await Member(acme, "organization-admin");
        var then = await acme.Host.Position();
        await acme.Settled();
        await admin.Get($"/v3/me/licenses/{license}?asOf={then}").Expect(200);

        await acme.Vendor.Patch($"/v3/users/{id}", new { role = "user" }).Expect(200);
        await admin.Get($"/v3/me/licenses/{license}?asOf={then}").ExpectProblem(404, "NOT_FOUND");
        (await admin.Get($"/v3/me/licenses?asOf={then}").Expect(200)).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_user_sees_the_metadata_that_is_for_users()
    {
        var acme = await Acme.With(seats: -1);
        var (designer, (ada, id)) = (await Designer.For(acme.Vendor), await Member(acme));
        var license = await designer.License(("userId", id), ("metadata", new object[]
        {
            new { key = "hint", value = "1", viewPermissions = new[] { "user" } }, new { key = "note", value = "2", viewPermissions = new[] { "organization" } },
            new { key = "cost", value = "3" },
        }));
        JsonNode[] seen = [await ada.Get($"/v3/me/licenses/{license.Id()}").Expect(200), .. (await ada.Get($"/v3/me/licenses?minPosition={await acme.Host.Position()}").Expect(200)).AsArray()!];
        seen.Length.ShouldBe(2);
        foreach (var one in seen)
            one["metadata"]!.AsArray().ShouldHaveSingleItem()!.Text("key").ShouldBe("hint");
    }

    [Fact]
    public async Task A_filter_tells_nothing_of_metadata_that_is_not_shown()
    {
        var acme = await Acme.With(seats: -1);
        var (designer, (ada, id), admin) = (await Designer.For(acme.Vendor), await Member(acme), await acme.Admin());
        var license = (await designer.License(("organizationId", acme.Id), ("additionalUserIds", new[] { id }), ("metadata", new object[]
        {
            new { key = "hint", value = "1", viewPermissions = new[] { "user" } }, new { key = "note", value = "2", viewPermissions = new[] { "organization" } },
            new { key = "cost", value = "34" },
        }))).Id();

        (await Mine(ada, "&metadata.key=hint&metadata.value[sw]=1")).ShouldBe([license]);
        (await Mine(ada, "&metadata.value[in]=1,34")).ShouldBe([license]);
        foreach (var hidden in new[] { "metadata.key=cost", "metadata.key=note", "metadata.value[sw]=3", "metadata.value[cn]=4", "metadata.value[in]=2,34" })
            (await Mine(ada, $"&{hidden}")).ShouldBeEmpty(hidden);
        (await Mine(ada, "&metadata.value[ne]=34")).ShouldBe([license]);

        async Task<int> OfOrganization(string filter) => (await admin.Get($"{acme.Path}/licenses?{filter}&minPosition={await acme.Host.Position()}").Expect(200)).AsArray().Count;
        (await OfOrganization("metadata.value[sw]=2")).ShouldBe(1);
        (await OfOrganization("metadata.value[sw]=3")).ShouldBe(0);
        (await OfOrganization("metadata.key=hint")).ShouldBe(0);
    }

    [Fact]
    public async Task The_vendor_has_only_what_is_assigned_and_nobody_has_anything()
    {
        var designer = await Designer.Sold();
        var license = await designer.License();
        await designer.Vendor.Get($"/v3/me/licenses/{license.Id()}").ExpectProblem(404, "NOT_FOUND");
        await (await TestHost.Shared).Anonymous.Get("/v3/me/licenses").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }
}

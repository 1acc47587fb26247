namespace EventSourcedOrgs.Host.Tests.Api;

/// <summary>What importers of tables send, who know the fields by their older names and have every cell as text.</summary>
public class ImporterTests
{
    [Fact]
    public async Task Rows_of_organizations_users_and_licences_are_taken_as_they_are()
    {
        var designer = await Designer.Sold();
        var organization = await designer.Vendor.Post("/v3/organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = "05" }).Expect(201);
        organization["allowedUsers"]!.GetValue<int>().ShouldBe(5);

        var user = await designer.Vendor.Post("/v3/users", Row()).Expect(201);
        user.Text("role").ShouldBe("user");

        var license = await designer.Vendor.Post("/v3/licenses", new
        {
            key = $"{Guid.NewGuid()}", allowedActivations = "5", expiresAt = "", createdAt = "2015-05-01T11:16:16", subscriptionInterval = "P1Y", productId = designer.Id,
            metadata = new[] { new { key = "order_id", value = "12345", visible = true } }, userId = user.Id(),
        }).Expect(201);
        license["allowedActivations"]!.GetValue<int>().ShouldBe(5);
        (license.Text("createdAt"), license.Text("expiresAt")).ShouldBe(("2015-05-01T11:16:16Z", "2016-05-01T11:16:16Z"));
        license["metadata"]![0]!["viewPermissions"]!.ToJsonString().ShouldBe("""["activation"]""");
    }

    [Fact]
    public async Task A_role_may_be_a_list_of_one_or_both_that_say_the_same()
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.Vendor.Post("/v3/users", Row(role: "user", organization: acme.Id)).Expect(201);

        (await acme.Vendor.Patch($"/v3/users/{user.Id()}", new { roles = new[] { "organization-admin" } }).Expect(200)).Text("role").ShouldBe("organization-admin");
        (await acme.Vendor.Patch($"/v3/users/{user.Id()}", new { role = "user", roles = new[] { "user" } }).Expect(200)).Text("role").ShouldBe("user");
        (await acme.Vendor.Patch($"/v3/users/{user.Id()}", new { role = "organization-admin", roles = (string[]?)null }).Expect(200)).Text("role").ShouldBe("organization-admin");
    }

    [Theory]
    [InlineData("""{"roles":[]}""")]
    [InlineData("""{"roles":["user","organization-admin"]}""")]
    [InlineData("""{"roles":["organization-admin"],"role":"user"}""")]
    public async Task Any_other_list_of_roles_is_refused(string roles)
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.User();

        var problem = await acme.Vendor.Patch($"/v3/users/{user}", roles).ExpectProblem(400, "VALIDATION_FAILED");
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/roles"]);
        var body = $$"""{"firstName":"Ada","email":"{{Acme.NewEmail()}}","password":"{{Acme.Password}}",{{roles[1..]}}""";
        (await acme.Vendor.Post("/v3/users", body).ExpectProblem(400, "VALIDATION_FAILED"))["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/roles"]);
        (await acme.Host.EventsOf(user)).ShouldBe(["user_created_v1"]);
    }

    [Theory, InlineData("five"), InlineData(""), InlineData("5.5"), InlineData("5 seats"), InlineData("99999999999")]
    public async Task A_text_that_is_no_number_names_its_field(string text)
    {
        var acme = await Acme.With(seats: 3);

        var problem = await acme.Vendor.Patch(acme.Path, new { allowedUsers = text }).ExpectProblem(400, "VALIDATION_FAILED");
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/allowedUsers"]);
        (await acme.Read())["allowedUsers"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_licence_has_no_end_where_the_end_is_empty()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(("expiresAt", "2030-01-01T00:00:00Z"));

        (await designer.Vendor.Patch($"/v3/licenses/{license.Id()}/expires-at", new { expiresAt = "" }).Expect(200))["expiresAt"].ShouldBeNull();
        await designer.Vendor.Patch($"/v3/licenses/{license.Id()}/expires-at", new { expiresAt = "never" }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task What_is_visible_is_seen_by_applications_and_a_meter_by_its_users_too()
    {
        var designer = await Designer.Sold();
        var license = await designer.License(
            ("metadata", new object[]
            {
                new { key = "shown", value = "1", visible = true }, new { key = "hidden", value = "2", visible = false },
                new { key = "named", value = "3", visible = true, viewPermissions = new[] { "user" } }, new { key = "nobody", value = "4", visible = true, viewPermissions = Array.Empty<string>() },
            }),
            ("meterAttributes", new object[] { new { name = "pages", allowedUses = "10", visible = true }, new { name = "seats", allowedUses = -1 } }));

        license["metadata"]!.AsArray().Select(entry => entry!["viewPermissions"]!.ToJsonString()).ShouldBe(["""["activation"]""", "[]", """["user"]""", "[]"]);
        license["meterAttributes"]!.AsArray().Select(meter => meter!["viewPermissions"]!.ToJsonString()).ShouldBe(["""["activation","user"]""", "[]"]);
        var user = await designer.Vendor.Post("/v3/users", new
        {
            firstName = "Ada", email = Acme.NewEmail(), password = Acme.Password, metadata = new[] { new { key = "badge", value = "7", visible = true } },
        }).Expect(201);
        user["metadata"]![0]!["viewPermissions"]!.ToJsonString().ShouldBe("""["activation"]""");
    }

    [Fact]
    public async Task One_range_of_addresses_is_a_list_of_it()
    {
        var designer = await Designer.Sold();
        var made = new Dictionary<string, object>
        {
            ["/v3/licenses"] = new { productId = designer.Id, allowedIpRange = "10.0.0.0/8" },
            ["/v3/license-templates"] = new { name = "Ranged", allowedIpRange = "10.0.0.0/8", allowedIpRanges = new[] { "10.0.0.0/8" } },
            ["/v3/trial-policies"] = new { name = "Ranged", trialLength = "86400", allowedIpRange = "10.0.0.0/8" },
        };
        foreach (var (path, body) in made)
        {
            var id = (await designer.Vendor.Post(path, body).Expect(201)).Id();
            var kept = await designer.Vendor.Patch($"{path}/{id}", new { allowedIpRange = (string?)null }).Expect(200);
            kept["allowedIpRanges"]!.ToJsonString().ShouldBe("""["10.0.0.0/8"]""", path);
            (await designer.Vendor.Patch($"{path}/{id}", new { allowedIpRange = "192.168.0.0/16" }).Expect(200)).Text("allowedIpRange").ShouldBe("192.168.0.0/16");

            var problem = await designer.Vendor.Patch($"{path}/{id}", new { allowedIpRange = "10.0.0.0/8", allowedIpRanges = new[] { "172.16.0.0/12" } }).ExpectProblem(400, "VALIDATION_FAILED");
            problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/allowedIpRange"], path);
            (await designer.Vendor.Get($"{path}/{id}").Expect(200))["allowedIpRanges"]!.ToJsonString().ShouldBe("""["192.168.0.0/16"]""", path);
        }
    }

    private static object Row(string? role = null, string? organization = null) => new
    {
        email = Acme.NewEmail(), firstName = "John", lastName = "Doe", password = $"{Guid.NewGuid()}", roles = new[] { "user" }, role, organizationId = organization,
    };
}

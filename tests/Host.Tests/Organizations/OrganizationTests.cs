namespace EventSourcedOrgs.Host.Tests.Organizations;

public class OrganizationTests
{
    [Fact]
    public async Task What_was_created_is_read_back_the_same_with_its_version()
    {
        var host = await TestHost.Shared;
        var vendor = await host.Vendor();
        var response = await vendor.Post("/v3/organizations", new
        {
            name = "Acme", email = "it@acme.example", allowedUsers = 3, description = "Rockets",
            address = new { city = "Bern", country = "CH" }, metadata = new[] { new { key = "crm", value = "42" } },
        });
        var created = await Task.FromResult(response).Expect(201);
        response.Headers.Location!.ToString().ShouldBe($"/v3/organizations/{created.Id()}");

        var read = await vendor.Get($"/v3/organizations/{created.Id()}");
        read.Headers.ETag!.Tag.ShouldBe(response.Headers.ETag!.Tag);
        (await Task.FromResult(read).Expect(200)).ToJsonString().ShouldBe(created.ToJsonString());
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_nothing_else()
    {
        var acme = await Acme.With(seats: 3);
        await acme.Vendor.Patch(acme.Path, new { description = "Rockets", address = new { city = "Bern" } }).Expect(200);
        var changed = await acme.Vendor.Patch(acme.Path, new { allowedUsers = 5, name = (string?)null }).Expect(200);

        changed.Text("name").ShouldBe("Acme");
        changed.Text("description").ShouldBe("Rockets");
        changed["address"]!.Text("city").ShouldBe("Bern");
        changed["allowedUsers"]!.GetValue<int>().ShouldBe(5);
    }

    [Fact]
    public async Task An_address_without_any_part_clears_it_and_null_leaves_it()
    {
        var acme = await Acme.With(seats: 3);
        await acme.Vendor.Patch(acme.Path, new { description = "Rockets", address = new { city = "Bern" } }).Expect(200);

        var kept = await acme.Vendor.Patch(acme.Path, """{"description":null,"address":null,"resellerId":null}""").Expect(200);
        kept.Text("description").ShouldBe("Rockets");
        kept["address"]!.Text("city").ShouldBe("Bern");

        foreach (var none in new[] { "{}", """{"city":"","country":null}""" })
        {
            await acme.Vendor.Patch(acme.Path, new { address = new { city = "Bern" } }).Expect(200);
            (await acme.Vendor.Patch(acme.Path, $"{{\"address\":{none}}}").Expect(200))["address"]!.AsObject().ShouldAllBe(part => part.Value == null);
        }
    }

    [Fact]
    public async Task An_organization_sees_the_metadata_that_is_marked_for_it()
    {
        var acme = await Acme.With(seats: 3);
        using var admin = await acme.Admin();
        await acme.Vendor.Patch(acme.Path, new
        {
            metadata = new object[]
            {
                new { key = "credit", value = "on watch" }, new { key = "desk", value = "Graz", viewPermissions = new[] { "organization" } },
                new { key = "motto", value = "per aspera", viewPermissions = new[] { "user" } },
            },
        }).Expect(200);

        (await admin.Get(acme.Path).Expect(200))["metadata"]!.AsArray().ShouldHaveSingleItem()!.Text("key").ShouldBe("desk");
        (await acme.Read())["metadata"]!.AsArray().Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_appends_nothing()
    {
        var acme = await Acme.With(seats: 3);
        await acme.Vendor.Patch(acme.Path, new { name = "Acme", allowedUsers = 3 }).Expect(200);

        (await acme.Host.EventsOf(acme.Id)).ShouldBe(["organization_created_v1"]);
    }

    [Fact]
    public async Task Of_two_patches_on_one_version_the_second_is_stale()
    {
        var acme = await Acme.With(seats: 3);
        await acme.Vendor.Patch(acme.Path, new { name = "Acme AG" }, ("If-Match", "\"1\"")).Expect(200);

        await acme.Vendor.Patch(acme.Path, new { name = "Acme Inc" }, ("If-Match", "\"1\"")).ExpectProblem(412, "VERSION_MISMATCH");
        (await acme.Read()).Text("name").ShouldBe("Acme AG");
    }

    [Fact]
    public async Task Suspending_and_reinstating_twice_is_no_error_and_two_events()
    {
        var acme = await Acme.With(seats: 3);
        foreach (var verb in (string[])["suspend", "suspend", "reinstate", "reinstate"])
            await acme.Vendor.Post($"{acme.Path}/{verb}").Expect(200);

        (await acme.Host.EventsOf(acme.Id)).ShouldBe(["organization_created_v1", "organization_suspended_v1", "organization_reinstated_v1"]);
    }

    [Fact]
    public async Task An_organization_with_users_is_deleted_with_cascade_only()
    {
        var acme = await Acme.With(seats: 3);
        var user = await acme.User();

        await acme.Vendor.Delete(acme.Path).ExpectProblem(409, "ORGANIZATION_HAS_USERS");
        await acme.Vendor.Delete($"{acme.Path}?cascade=true").Expect(204);

        await acme.Vendor.Get(acme.Path).ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"/v3/users/{user}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Delete(acme.Path).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_deletion_with_cascade_looks_at_its_version_before_anybody_goes()
    {
        var acme = await Acme.With(seats: -1);
        for (var n = 0; n < 3; n++)
            await acme.User();
        using var read = await acme.Vendor.GetAsync(acme.Path);
        var version = read.Headers.ETag!.ToString();

        await acme.Vendor.Delete($"{acme.Path}?cascade=true", ("If-Match", "\"1\"")).ExpectProblem(412, "VERSION_MISMATCH");
        (await acme.Vendor.Get(acme.Path).Expect(200))["usersCount"]!.GetValue<int>().ShouldBe(3);

        await acme.Vendor.Delete($"{acme.Path}?cascade=true", ("If-Match", version)).Expect(204);
        await acme.Vendor.Get(acme.Path).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_deletion_with_cascade_is_answered_under_its_key_as_before_and_removes_nobody_under_a_used_one()
    {
        var (acme, other) = (await Acme.With(seats: 3), await Acme.With(seats: 3));
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        await acme.User();
        await other.User();

        await acme.Vendor.Delete($"{acme.Path}?cascade=true", key).Expect(204);
        await acme.Vendor.Delete($"{acme.Path}?cascade=true", key).Expect(204);
        await acme.Vendor.Delete($"{other.Path}?cascade=true", key).ExpectProblem(422, "IDEMPOTENCY_KEY_REUSED");
        (await acme.Vendor.Get(other.Path).Expect(200))["usersCount"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_left_at_the_address_of_a_deleted_organization()
    {
        var acme = await Acme.With(seats: 3);
        var group = await acme.Group();
        await acme.Vendor.Delete(acme.Path).Expect(204);

        await acme.Vendor.Get($"{acme.Path}/users").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"{acme.Path}/user-groups/{group}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person()).ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Post("/v3/users", new { firstName = "Ada", email = Acme.NewEmail(), password = Acme.Password, organizationId = acme.Id })
            .ExpectProblem(400, "REFERENCE_NOT_FOUND");
    }
}


namespace EventSourcedOrgs.Host.Tests.Users;

public class UserTests
{
    [Fact]
    public async Task Two_creations_at_once_with_one_email_are_exactly_one()
    {
        var acme = await Acme.With(seats: -1);
        for (var round = 0; round < 5; round++)
        {
            var email = Acme.NewEmail();
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => acme.Vendor.Post($"{acme.Path}/users", Acme.Person(i % 2 == 0 ? email : email.ToUpperInvariant()))));
            answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([201, 409, 409, 409]);
        }

        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(5);
    }

    [Fact]
    public async Task A_freed_email_can_be_taken_again()
    {
        var acme = await Acme.With(seats: -1);
        var email = Acme.NewEmail();
        var first = await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email)).Expect(201);
        await acme.Vendor.Patch($"{acme.Path}/users/{first.Id()}", new { email = Acme.NewEmail() }).Expect(200);
        var second = await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email)).Expect(201);
        await acme.Vendor.Delete($"/v3/users/{second.Id()}").Expect(204);

        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email)).Expect(201);
    }

    [Fact]
    public async Task Two_admins_who_set_groups_at_once_lose_nothing_silently()
    {
        var acme = await Acme.With(seats: -1);
        var groups = new[] { await acme.Group("One"), await acme.Group("Two") };
        var user = await acme.User();

        await Task.WhenAll(groups.Select(group => acme.Vendor.Patch($"{acme.Path}/users/{user}", new { userGroupIds = new[] { group } }).Expect(200)));

        // Both are in the history: the later one replaced the earlier one's list, and says so.
        (await acme.Host.EventsOf(user)).ShouldBe(
            ["user_created_v1", "user_added_to_group_v1", "user_removed_from_group_v1", "user_added_to_group_v1"]);
    }

    [Fact]
    public async Task If_match_makes_the_second_of_two_admins_stale()
    {
        var acme = await Acme.With(seats: -1);
        var groups = new[] { await acme.Group("One"), await acme.Group("Two") };
        var user = await acme.User();

        var answers = await Task.WhenAll(groups.Select(group => acme.Vendor.Patch($"{acme.Path}/users/{user}", new { userGroupIds = new[] { group } }, ("If-Match", "\"1\""))));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([200, 412]);
        (await acme.Host.EventsOf(user)).ShouldBe(["user_created_v1", "user_added_to_group_v1"]);
    }

    [Fact]
    public async Task Personal_data_is_nowhere_in_clear_in_the_events_or_states()
    {
        var acme = await Acme.With(seats: -1);
        var email = Acme.NewEmail();
        var user = await acme.Vendor.Post("/v3/users", new
        {
            firstName = "Grace-unmistakable", lastName = "Hopper-unmistakable", email, company = "Navy-unmistakable", password = Acme.Password,
            organizationId = acme.Id, metadata = new[] { new { key = "badge", value = "unmistakable" } },
        }).Expect(201);

        foreach (var table in (string[])["mt_events", "mt_doc_user", "mt_doc_claim", "mt_doc_credentials", "mt_doc_personkey"])
        {
            (await acme.Host.Scalar<long>($"select count(*) from events.{table} t where t::text ilike '%unmistakable%' or t::text ilike '%' || $1 || '%'", email))
                .ShouldBe(0, table);
        }

        (await acme.Vendor.Get($"/v3/users/{user.Id()}").Expect(200)).Text("firstName").ShouldBe("Grace-unmistakable");
    }

    [Fact]
    public async Task Groups_of_another_organization_are_refused()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var foreign = await other.Group();

        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(groups: foreign)).ExpectProblem(400, "REFERENCE_NOT_FOUND");
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"firstName":"Ada","email":"not an address","role":"user","password":"long enough","allowCustomerPortalAccess":true}""", "/email")]
    [InlineData("""{"firstName":"","email":"a@b.example","role":"user","password":"long enough","allowCustomerPortalAccess":true}""", "/firstName")]
    [InlineData("""{"firstName":"Ada","email":"a@b.example","role":"user","password":"short","allowCustomerPortalAccess":true}""", "/password")]
    [InlineData("""{"firstName":"Ada","email":"a@b.example","role":"user","password":"long enough","allowCustomerPortalAccess":"yes"}""", "/allowCustomerPortalAccess")]
    [InlineData("""{"email":"a@b.example","role":"user","password":"long enough","allowCustomerPortalAccess":true}""", "/firstName")]
    [InlineData("""{"firstName":"A\u0000","email":"a@b.example","role":"user","password":"long enough","allowCustomerPortalAccess":true}""", "/firstName")]
    [InlineData("""{"firstName":"Ada","email":"a@b.example","role":"user","password":"long enough","allowCustomerPortalAccess":true,"userGroupIds":["x"]}""", "/userGroupIds")]
    public async Task Bad_input_names_the_field_and_changes_nothing(string body, string pointer)
    {
        var acme = await Acme.With(seats: -1);
        var problem = await acme.Vendor.Post($"{acme.Path}/users", body).ExpectProblem(400, "VALIDATION_FAILED");

        problem["errors"]!.AsObject().Select(error => error.Key).ShouldContain(pointer);
        (await acme.Host.EventsOf(acme.Id)).ShouldBe(["organization_created_v1"]);
    }

    [Fact]
    public async Task An_entry_of_the_metadata_is_taken_out_by_its_id_however_old_it_is()
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.Vendor.Post("/v3/users", new
        {
            firstName = "Ada", email = Acme.NewEmail(), password = Acme.Password, organizationId = acme.Id, metadata = new[] { new { key = "badge", value = "7" }, new { key = "room", value = "12" } },
        }).Expect(201);
        foreach (var other in new[] { "1", "2" })
            await acme.Vendor.Post("/v3/users", new { firstName = "Bob", email = Acme.NewEmail(), password = Acme.Password, metadata = new[] { new { key = "badge", value = other } } }).Expect(201);
        await acme.Vendor.Patch($"/v3/users/{user.Id()}", new { metadata = new[] { new { key = "badge", value = "8" }, new { key = "room", value = "12" } } }).Expect(200);

        var badge = user["metadata"]![0]!.Id();
        await (await acme.Admin()).Delete($"/v3/users/metadata/{badge}").ExpectProblem(403, "FORBIDDEN");
        await acme.Vendor.Delete($"/v3/users/metadata/{badge}").Expect(204);
        (await acme.Vendor.Get($"/v3/users/{user.Id()}").Expect(200))["metadata"]!.AsArray().ShouldHaveSingleItem()!.Text("key").ShouldBe("room");
        await acme.Vendor.Delete($"/v3/users/metadata/{badge}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Delete($"/v3/users/metadata/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Delete($"/v3/users/{user.Id()}").Expect(204);
        await acme.Vendor.Delete($"/v3/users/metadata/{user["metadata"]![1]!.Id()}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_role_that_is_none_is_refused()
    {
        var acme = await Acme.With(seats: -1);
        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(role: "emperor")).ExpectProblem(400, "UNKNOWN_ROLE");
        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(role: "super-admin")).ExpectProblem(400, "SUPER_ADMIN_IS_UNIQUE");
    }
}

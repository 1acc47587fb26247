namespace EventSourcedOrgs.Host.Tests.UserGroups;

public class UserGroupTests
{
    [Fact]
    public async Task Adding_a_user_twice_is_one_event()
    {
        var acme = await Acme.With(seats: -1);
        var (group, user) = (await acme.Group(), await acme.User());
        foreach (var _ in Enumerable.Range(0, 2))
            await acme.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { user } }).Expect(204);

        (await acme.Host.EventsOf(user)).ShouldBe(["user_created_v1", "user_added_to_group_v1"]);
    }

    [Fact]
    public async Task Adding_many_is_all_or_none()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var (group, user, foreign) = (await acme.Group(), await acme.User(), await other.User());

        await acme.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { user, foreign } }).ExpectProblem(400, "REFERENCE_NOT_FOUND");
        (await acme.Host.EventsOf(user)).ShouldBe(["user_created_v1"]);
    }

    [Fact]
    public async Task Names_are_unique_in_the_organization_ignoring_case_and_free_again_after_deletion()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var engineers = await acme.Group("Engineers");
        await acme.Vendor.Post($"{acme.Path}/user-groups", new { name = " engineers" }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await other.Group("Engineers");
        var writers = await acme.Group("Writers");
        await acme.Vendor.Patch($"{acme.Path}/user-groups/{writers}", new { name = "ENGINEERS" }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");

        await acme.Vendor.Delete($"{acme.Path}/user-groups/{engineers}").Expect(204);
        await acme.Vendor.Patch($"{acme.Path}/user-groups/{writers}", new { name = "ENGINEERS" }).Expect(200);
    }

    [Fact]
    public async Task A_deleted_group_is_gone_from_its_users()
    {
        var acme = await Acme.With(seats: -1);
        var (engineers, writers) = (await acme.Group("Engineers"), await acme.Group("Writers"));
        var user = await acme.User(engineers, writers);

        await acme.Vendor.Delete($"{acme.Path}/user-groups/{engineers}").Expect(204);

        (await acme.Read($"/users/{user}"))["userGroups"]!.AsArray().Select(group => group!.Text("name")).ShouldBe(["Writers"]);
        await acme.Vendor.Get($"{acme.Path}/user-groups/{engineers}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_group_of_another_organization_does_not_exist_here()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var foreign = await other.Group();
        await acme.Vendor.Get($"{acme.Path}/user-groups/{foreign}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Patch($"{acme.Path}/user-groups/{foreign}", new { name = "Mine" }).ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Delete($"{acme.Path}/user-groups/{foreign}").ExpectProblem(404, "NOT_FOUND");
    }
}

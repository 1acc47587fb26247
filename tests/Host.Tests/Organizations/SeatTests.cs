namespace EventSourcedOrgs.Host.Tests.Organizations;

public class SeatTests
{
    [Fact]
    public async Task A_thousand_creations_at_once_into_ten_free_seats_are_exactly_ten()
    {
        var acme = await Acme.With(seats: 11);
        using var admin = await acme.Admin();

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            using var response = await admin.Post($"{acme.Path}/users", Acme.Person());
            return ((int)response.StatusCode, Code: (int)response.StatusCode == 201 ? "" : System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!.Text("code"));
        }));

        answers.Count(answer => answer is (201, _)).ShouldBe(10);
        answers.Count(answer => answer is (400, "ALLOWED_USERS_LIMIT_REACHED")).ShouldBe(990);
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(11);
        (await acme.Host.Scalar<long>("select count(*) from events.mt_doc_user where data ->> 'organization' = $1", acme.Id)).ShouldBe(11);
    }

    [Fact]
    public async Task The_vendor_goes_past_the_seats_and_is_told()
    {
        var acme = await Acme.With(seats: 0);
        var user = await acme.Vendor.Post($"{acme.Path}/users", Acme.Person()).Expect(201);

        user["seatsExceeded"]!.GetValue<bool>().ShouldBeTrue();
        (await acme.Read())["seatsExceeded"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_removed_user_frees_the_seat()
    {
        var acme = await Acme.With(seats: 2);
        using var admin = await acme.Admin();
        var user = await admin.Post($"{acme.Path}/users", Acme.Person()).Expect(201);
        await admin.Post($"{acme.Path}/users", Acme.Person()).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");

        await admin.Delete($"{acme.Path}/users/{user.Id()}").Expect(204);
        await admin.Post($"{acme.Path}/users", Acme.Person()).Expect(201);
    }

    [Fact]
    public async Task Lowering_the_limit_below_the_number_in_use_removes_nobody_and_blocks_the_next()
    {
        var acme = await Acme.With(seats: 5);
        using var admin = await acme.Admin();
        await acme.User();
        await acme.Vendor.Patch(acme.Path, new { allowedUsers = 1 }).Expect(200);

        await admin.Post($"{acme.Path}/users", Acme.Person()).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task A_user_who_moves_takes_a_seat_there_and_frees_one_here()
    {
        var (acme, other) = (await Acme.With(seats: 5), await Acme.With(seats: 5));
        var group = await acme.Group();
        var user = await acme.User(group);

        var moved = await acme.Vendor.Patch($"/v3/users/{user}", new { organizationId = other.Id }).Expect(200);

        moved["userGroups"]!.AsArray().ShouldBeEmpty();
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(0);
        (await other.Read())["usersCount"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Opposite_moves_at_once_never_wait_for_each_other()
    {
        var (one, two) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var users = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : two).User()));

        await Task.WhenAll(users.Select((user, i) => one.Vendor.Patch($"/v3/users/{user}", new { organizationId = (i % 2 == 0 ? two : one).Id }).Expect(200)));

        (await one.Read())["usersCount"]!.GetValue<int>().ShouldBe(5);
        (await two.Read())["usersCount"]!.GetValue<int>().ShouldBe(5);
    }
}

using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Tests.Writing;

/// <summary>What several ask for at the same moment happens once, with everything that goes with it.</summary>
public class DecidedOnceTests
{
    private const string SeatsUsed = "select (data ->> 'seatsUsed')::int from events.mt_doc_organization where id = $1";

    [Fact]
    public async Task A_user_who_is_removed_by_many_at_once_gives_one_seat_back()
    {
        var acme = await Acme.With(seats: -1);
        var (staying, leaving) = (await acme.User(), await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => acme.User())));
        foreach (var user in leaving)
            (await AtOnce(12, _ => acme.Vendor.Delete($"{acme.Path}/users/{user}"))).Order().ShouldBe([204, .. Enumerable.Repeat(404, 11)]);

        (await acme.Host.Scalar<int>(SeatsUsed, Guid.Parse(acme.Id))).ShouldBe(1);
        (await acme.Host.Scalar<long>("select count(*) from events.mt_events where stream_id = $1 and type = 'organization_user_left_v1'", Guid.Parse(acme.Id))).ShouldBe(leaving.Length);
        await acme.Vendor.Delete($"{acme.Path}/users/{staying}").Expect(204);
        (await acme.Host.Scalar<int>(SeatsUsed, Guid.Parse(acme.Id))).ShouldBe(0);
    }

    [Fact]
    public async Task A_user_who_is_moved_by_many_at_once_takes_one_seat_there_and_gives_one_back_here()
    {
        var (acme, other) = (await Acme.With(seats: -1), await Acme.With(seats: -1));
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => acme.User()));
        foreach (var user in users)
            (await AtOnce(8, _ => acme.Vendor.Patch($"/v3/users/{user}", new { organizationId = other.Id }))).ShouldAllBe(status => status == 200);

        (await acme.Host.Scalar<int>(SeatsUsed, Guid.Parse(acme.Id))).ShouldBe(0);
        (await acme.Host.Scalar<int>(SeatsUsed, Guid.Parse(other.Id))).ShouldBe(users.Length);
    }

    [Fact]
    public async Task A_name_that_was_given_up_at_the_same_moment_is_free()
    {
        var acme = await Acme.With(seats: 1);
        for (var round = 0; round < 12; round++)
        {
            var group = await acme.Group($"Before {round}");
            string[] names = [.. Enumerable.Range(0, 6).Select(n => $"After {round}-{n}")];
            (await AtOnce(names.Length, n => acme.Vendor.Patch($"{acme.Path}/user-groups/{group}", new { name = names[n] }))).ShouldAllBe(status => status == 200);

            var kept = await acme.Host.Scalar<string>("select data ->> 'name' from events.mt_doc_usergroup where id = $1", Guid.Parse(group));
            names.ShouldContain(kept);
            foreach (var name in names.Append($"Before {round}"))
                await acme.Vendor.Post($"{acme.Path}/user-groups", new { name }).Expect(name == kept ? 409 : 201);
        }
    }

    private static Task<int[]> AtOnce(int count, Func<int, Task<HttpResponseMessage>> ask) => Task.WhenAll(Enumerable.Range(0, count).Select(async n =>
    {
        using var response = await ask(n);
        return (int)response.StatusCode;
    }));
}

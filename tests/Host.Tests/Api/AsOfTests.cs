using System.Globalization;

namespace EventSourcedOrgs.Host.Tests.Api;

/// <summary>Every question can be asked of a past moment, and is answered as it was.</summary>
public class AsOfTests
{
    [Fact]
    public async Task A_resource_is_as_it_was_at_a_position_and_at_a_time()
    {
        var acme = await Acme.With(seats: 3);
        var before = await Now(acme);
        await acme.Vendor.Patch(acme.Path, new { name = "Acme AG", allowedUsers = 9 }).Expect(200);

        foreach (var moment in (string[])[$"{before.Position}", before.Time])
        {
            var then = await acme.Read($"?asOf={moment}");
            then.Text("name").ShouldBe("Acme");
            then["allowedUsers"]!.GetValue<int>().ShouldBe(3);
        }

        (await acme.Read()).Text("name").ShouldBe("Acme AG");
    }

    [Fact]
    public async Task A_list_is_as_it_was_with_the_groups_of_then()
    {
        var acme = await Acme.With(seats: -1);
        var (group, gone) = (await acme.Group(), await acme.User());
        var stays = await acme.User(group);
        var before = await Now(acme);
        await acme.Vendor.Delete($"/v3/users/{gone}").Expect(204);
        await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}").Expect(204);
        await acme.Settled();

        var then = (await acme.Read($"/users?asOf={before.Position}")).AsArray();
        then.Select(user => user!.Id()).ShouldBe([gone, stays]);
        then[1]!["userGroups"]!.AsArray().Count.ShouldBe(1);
        (await acme.Read("/users")).AsArray().Select(user => user!.Id()).ShouldBe([stays]);
        (await acme.Read($"/users/{gone}?asOf={before.Position}")).Id().ShouldBe(gone);
        await acme.Vendor.Get($"{acme.Path}/users/{gone}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task An_access_check_is_answered_as_of_a_past_moment()
    {
        var acme = await Acme.With(seats: -1);
        var group = await acme.Group();
        var user = await acme.User(group);
        var license = (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id();
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{group}").Expect(204);
        var allowed = await Now(acme);
        await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}/users/{user}").Expect(204);

        var pair = new { userId = user, licenseId = license };
        (await acme.Vendor.Post($"/v3/access/check?asOf={allowed.Position}", pair).Expect(200))["allowed"]!.GetValue<bool>().ShouldBeTrue();
        (await acme.Vendor.Post("/v3/access/check", pair).Expect(200))["allowed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Before_it_existed_there_was_nothing_and_the_future_is_not_told()
    {
        var first = await Acme.With(seats: 3);
        var before = await Now(first);
        var acme = await Acme.With(seats: 3);

        await acme.Vendor.Get($"{acme.Path}?asOf={before.Position}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"{acme.Path}?asOf=1999-01-01").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"{acme.Path}?asOf=2999-01-01").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await acme.Vendor.Get($"{acme.Path}?asOf=99999999999").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await acme.Vendor.Get($"{acme.Path}?asOf=yesterday").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await acme.Vendor.Patch($"{acme.Path}?asOf={before.Position}", new { name = "Other" }).ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    private static async Task<(long Position, string Time)> Now(Acme acme)
    {
        var position = await acme.Host.Scalar<long>("select max(seq_id) from events.mt_events");
        await Task.Delay(20);
        return (position, Uri.EscapeDataString(DateTimeOffset.UtcNow.AddMilliseconds(-10).ToString("O", CultureInfo.InvariantCulture)));
    }
}

using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Users;

/// <summary>A page that was read before is not made anew where nothing changed; it must never be seen.</summary>
public class ListedUsersTests
{
    [Fact]
    public async Task A_page_shows_everybody_as_they_are_read_alone_whatever_changed_since_it_was_read_before()
    {
        var acme = await Acme.With(seats: 3);
        var (engineers, writers) = (await acme.Group("Engineers"), await acme.Group("Writers"));
        var (ada, grace, leaver) = (await acme.User(engineers, writers), await acme.User(engineers), await acme.User());

        (string What, Func<Task> Do)[] changes =
        [
            ("nothing", () => Task.CompletedTask),
            ("a name", () => acme.Vendor.Patch($"{acme.Path}/users/{ada}", new { firstName = "Augusta" }).Expect(200)),
            ("the name of a group", () => acme.Vendor.Patch($"{acme.Path}/user-groups/{engineers}", new { name = "Analysts" }).Expect(200)),
            ("a member", () => acme.Vendor.Post($"{acme.Path}/user-groups/{writers}/users", new { userIds = new[] { grace } }).Expect(204)),
            ("a group that goes", () => acme.Vendor.Delete($"{acme.Path}/user-groups/{writers}").Expect(204)),
            ("fewer seats", () => acme.Vendor.Patch(acme.Path, new { allowedUsers = 2 }).Expect(200)),
            ("enough seats", () => acme.Vendor.Patch(acme.Path, new { allowedUsers = 10 }).Expect(200)),
            ("the name of the organization", () => acme.Vendor.Patch(acme.Path, new { name = "Acme Analytics" }).Expect(200)),
            ("a suspension", () => acme.Vendor.Post($"{acme.Path}/users/{grace}/suspend").Expect(200)),
            ("somebody new", () => acme.User(engineers)),
            ("somebody who goes", () => acme.Vendor.Delete($"{acme.Path}/users/{leaver}").Expect(204)),
            ("a person who is erased", () => acme.Vendor.Post($"/v3/users/{ada}/erase").Expect(204)),
        ];
        foreach (var (what, change) in changes)
        {
            await change();
            await acme.Settled();
            foreach (var time in new[] { "the first time", "the second time" })
            {
                await SameAsAlone($"{acme.Path}/users", $"{acme.Path}/users", $"{what}, {time}");
                await SameAsAlone($"/v3/users?organizationId={acme.Id}", "/v3/users", $"{what}, {time}");
            }
        }

        async Task SameAsAlone(string list, string one, string when)
        {
            var rows = (await acme.Vendor.Get(list).Expect(200)).AsArray();
            rows.Count.ShouldBeGreaterThan(1);
            foreach (var row in rows)
                row!.ToJsonString().ShouldBe((await acme.Vendor.Get($"{one}/{row.Id()}").Expect(200)).ToJsonString(), when);
        }
    }

    [Fact]
    public async Task A_page_that_was_read_before_leads_to_the_next_as_it_did()
    {
        var acme = await Acme.With(seats: -1);
        var people = Enumerable.Range(0, 23).Select(n => new { firstName = $"Person {n}", email = Acme.NewEmail() });
        await acme.Vendor.Post($"{acme.Path}/users/bulk", new { users = people }).Expect(201);
        await acme.Settled();

        foreach (var _ in Enumerable.Range(0, 3))
        {
            using var first = await acme.Vendor.Get($"{acme.Path}/users");
            var next = first.Headers.GetValues("Link").Single().Split('<', '>')[1];
            var rows = JsonNode.Parse(await first.Content.ReadAsStringAsync())!.AsArray().Concat((await acme.Vendor.Get(next).Expect(200)).AsArray());
            rows.Select(row => row!.Id()).Distinct().Count().ShouldBe(23);
        }
    }
}

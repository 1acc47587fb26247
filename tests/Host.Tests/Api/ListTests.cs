using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Api;

/// <summary>Lists end to end: what is written is found, page by page, by every convention.</summary>
public class ListTests
{
    [Fact]
    public async Task A_list_that_waits_for_the_position_of_a_command_shows_it()
    {
        var acme = await Acme.With(seats: -1);
        for (var round = 0; round < 20; round++)
        {
            using var created = await acme.Vendor.Post($"{acme.Path}/user-groups", new { name = $"Group {round}" });
            var position = created.Headers.GetValues("X-Position").Single();
            using var list = await acme.Vendor.Get($"{acme.Path}/user-groups?minPosition={position}&limit=100");
            JsonNode.Parse(await list.Content.ReadAsStringAsync())!.AsArray().Count.ShouldBe(round + 1);
            long.Parse(list.Headers.GetValues("X-Position").Single()).ShouldBeGreaterThanOrEqualTo(long.Parse(position));
        }
    }

    [Fact]
    public async Task A_client_that_writes_and_then_lists_finds_what_it_wrote()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        await acme.Settled();
        for (var round = 1; round <= 20; round++)
        {
            await acme.Group($"Group {round}");
            (await acme.Read("/user-groups?limit=100")).AsArray().Count.ShouldBe(round);
        }
    }

    [Fact]
    public async Task A_position_that_is_not_reached_in_time_is_told_with_the_lag()
    {
        var host = await TestHost.Shared;
        using var vendor = host.Impatient(await host.Vendor());
        await vendor.Get("/v3/users?minPosition=99999999999").ExpectProblem(503, "READ_MODEL_BEHIND");
        await vendor.Get("/v3/users?minPosition=soon").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Theory]
    [InlineData("limit=3&sort=name", "Ann,Bob,Cid")]
    [InlineData("limit=2&page=2&sort=name", "Cid,Dee")]
    [InlineData("limit=2&page=2", "Cid,Bob")]
    [InlineData("limit=2&page=3", "Ann")]
    [InlineData("limit=2&page=4", "")]
    [InlineData("sort=-name&limit=2", "Eve,Dee")]
    [InlineData("sort=%2Brole|-name&limit=2", "Bob,Eve")]
    [InlineData("firstName=Cid", "Cid")]
    [InlineData("firstName[eq]=Cid", "Cid")]
    [InlineData("firstName[ne]=Cid&sort=name", "Ann,Bob,Dee,Eve")]
    [InlineData("firstName[sw]=c", "Cid")]
    [InlineData("firstName[ew]=E&sort=name", "Dee,Eve")]
    [InlineData("firstName[cn]=i", "Cid")]
    [InlineData("firstName[nc]=e&sort=name", "Ann,Bob,Cid")]
    [InlineData("firstName[in]=Ann,Eve&sort=name", "Ann,Eve")]
    [InlineData("firstName[nin]=Ann,Eve&sort=name", "Bob,Cid,Dee")]
    [InlineData("search=ID", "Cid")]
    [InlineData("role=organization-admin", "Bob")]
    [InlineData("lastLoginAt[gt]=2001-01-01", "")]
    [InlineData("createdAt[gte]=2001-01-01&sort=createdAt", "Eve,Dee,Cid,Bob,Ann")]
    [InlineData("createdAt[lt]=2001-01-01T00:00:00Z", "")]
    [InlineData("", "Eve,Dee,Cid,Bob,Ann")]
    public async Task Pages_sorts_and_filters(string query, string expected)
    {
        var acme = await People.Value;
        (await acme.Read($"/users?{query}")).AsArray().Select(user => user!.Text("firstName")).ShouldBe(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("id|lastLoginAt")]
    [InlineData("-id|lastLoginAt")]
    [InlineData("lastLoginAt|-name")]
    public async Task A_sort_by_what_some_have_not_shows_all(string sort)
    {
        var acme = await Acme.With(seats: -1);
        await acme.Admin();
        for (var n = 0; n < 4; n++)
            await acme.User();

        var all = (await acme.Read($"/users?sort={sort}")).AsArray();

        all.Count.ShouldBe(5);
        all.Count(user => user!["lastLoginAt"] is null).ShouldBe(4);
    }

    [Fact]
    public async Task A_first_page_that_is_empty_tells_the_position_at_which_it_is()
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.User();
        await acme.Read("/users");
        using var removed = await acme.Vendor.Delete($"{acme.Path}/users/{user}");

        using var list = await acme.Vendor.Get($"{acme.Path}/users?minPosition={removed.Headers.GetValues("X-Position").Single()}");
        (await Ids(list)).ShouldBeEmpty();
        (await acme.Read($"/users?asOf={list.Headers.GetValues("X-Position").Single()}")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_walk_by_links_meets_everybody_once_while_others_come()
    {
        var acme = await Acme.With(seats: -1);
        var first = new List<string>();
        for (var i = 0; i < 7; i++)
            first.Add(await acme.User());
        await acme.Settled();

        var met = new List<string>();
        for (var page = $"{acme.Path}/users?limit=2&sort=-createdAt"; page is not null;)
        {
            using var response = await acme.Vendor.Get(page);
            met.AddRange(await Ids(response));
            page = Next(response);
            await acme.User();
        }

        met.ShouldBe(first.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task A_page_by_number_shows_what_was_written_and_goes_on_at_the_position_that_it_tells()
    {
        var acme = await Acme.With(seats: -1);
        var all = new List<string>();
        for (var round = 0; round < 9; round++)
        {
            all.Add(await acme.User());
            if (round % 3 == 2)
            {
                await acme.Vendor.Delete($"/v3/users/{all[round / 3]}").Expect(204);
                all.RemoveAt(round / 3);
            }

            await acme.Settled();
            using var page = await acme.Vendor.Get($"{acme.Path}/users?limit=2&page=2&count=true");
            (await Ids(page)).ShouldBe(all.Skip(2).Take(2));
            page.Headers.GetValues("X-Total-Count").ShouldBe([$"{all.Count}"]);
            using var then = await acme.Vendor.Get($"{acme.Path}/users?limit=2&page=2&asOf={page.Headers.GetValues("X-Position").Single()}");
            (await Ids(then)).ShouldBe(all.Skip(2).Take(2));
            if (Next(page) is not { } following)
                continue;

            var rest = all.Skip(4).Take(2).ToList();
            all.Add(await acme.User());
            using var next = await acme.Vendor.Get(following);
            (await Ids(next)).ShouldBe(rest);
        }
    }

    [Fact]
    public async Task The_number_of_all_is_told_on_request()
    {
        var acme = await People.Value;
        using var response = await acme.Vendor.Get($"{acme.Path}/users?limit=2&count=true");
        response.Headers.GetValues("X-Total-Count").ShouldBe(["5"]);
    }

    [Theory]
    [InlineData("page=0", "INVALID_QUERY_PARAMETER")]
    [InlineData("limit=101", "INVALID_QUERY_PARAMETER")]
    [InlineData("limit=many", "INVALID_QUERY_PARAMETER")]
    [InlineData("sort=shoeSize", "INVALID_SORT")]
    [InlineData("shoeSize=43", "UNKNOWN_FILTER")]
    [InlineData("id[eq]=none", "INVALID_QUERY_PARAMETER")]
    [InlineData("firstName[like]=x", "INVALID_QUERY_PARAMETER")]
    [InlineData("cursor=forged", "INVALID_CURSOR")]
    public async Task What_a_list_does_not_understand_it_refuses(string query, string code)
    {
        var acme = await People.Value;
        await acme.Vendor.Get($"{acme.Path}/users?{query}").ExpectProblem(400, code);
    }

    /// <summary>Five people, the last in the alphabet first; Bob is an organization-admin.</summary>
    private static readonly Lazy<Task<Acme>> People = new(async () =>
    {
        var acme = await Acme.With(seats: -1);
        foreach (var name in (string[])["Eve", "Dee", "Cid", "Bob", "Ann"])
        {
            await acme.Vendor.Post($"{acme.Path}/users", new
            {
                firstName = name, email = Acme.NewEmail(), role = name == "Bob" ? "organization-admin" : "user", password = Acme.Password,
                allowCustomerPortalAccess = true, userGroupIds = Array.Empty<string>(),
            }).Expect(201);
        }

        await acme.Settled();
        return acme;
    });

    private static async Task<IEnumerable<string>> Ids(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray().Select(resource => resource!.Id());

    private static string? Next(HttpResponseMessage response) => response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
}

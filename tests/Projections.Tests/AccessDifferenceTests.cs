using CsCheck;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What changed between two moments is what the bare events say about the one, taken from what they say about the other.</summary>
public class AccessDifferenceTests
{
    private static readonly int[] PageSizes = [1, 2, 7, 100];

    [Fact]
    public async Task It_is_what_the_bare_events_say_about_both_moments_whatever_the_page_size()
    {
        await using var store = await DomainStore.StartAsync();
        var worlds = new List<(World World, long First)>();
        await AddAsync(World.Turns);
        await World.Steps.SampleAsync(AddAsync, iter: 6, threads: 1);
        await store.CatchUpAsync();

        var seen = new List<AccessDifferenceRow>();
        foreach (var (world, first) in worlds)
        {
            var count = world.History.Count;
            foreach (var (from, to) in new[] { (1, count), (count / 4, count / 2), (count / 3, (2 * count / 3) + 1), (count / 2, count), (count - 2, count - 1), (count, count) })
                seen.AddRange(await ShouldTellTheDifference(store, new(world, first, from, to, world.History[from - 1].At, world.History[to - 1].At), false));
            foreach (var (hours, more) in new[] { (0, 24), (12, 36), (20, 60) })
            {
                var (from, to) = (world.Begins.AddHours(hours + 0.5), world.Begins.AddHours(hours + more + 0.5));
                seen.AddRange(await ShouldTellTheDifference(store, new(world, first, Until(world, from), Until(world, to), from, to), true));
            }
        }

        seen.Select(row => (row.Change, row.ByTime)).Distinct().ShouldBe(
            [(AccessTurn.Gained, false), (AccessTurn.Lost, false), (AccessTurn.Gained, true), (AccessTurn.Lost, true)], ignoreOrder: true);

        async Task AddAsync(Step[] steps)
        {
            var world = new World(worlds.Count + 1, steps);
            worlds.Add((world, await store.AppendAsync(world.History)));
        }
    }

    [Fact]
    public async Task What_dates_alone_do_is_told_apart_from_what_events_do()
    {
        await using var store = await DomainStore.StartAsync();
        var (organization, user, group) = (Id.New<OrganizationId>(), Id.New<UserId>(), Id.New<UserGroupId>());
        var (ending, beginning, cut) = (Id.New<LicenseId>(), Id.New<LicenseId>(), Id.New<LicenseId>());
        var first = await store.AppendAsync(
        [
            new(organization.Value, typeof(Organization), new OrganizationCreated(organization, "Acme", "office@acme.example", null, -1, null, null), World.Start),
            new(group.Value, typeof(UserGroup), new UserGroupCreated(group, organization, "Everybody", null), World.Start),
            new(user.Value, typeof(User), new UserCreated(user, Personal.Of(user, "Ada"), null, Personal.Of(user, "a@acme.example"), null, Role.User, organization, true), World.Start),
            .. Opened(ending, World.Start, World.Start.AddDays(1)), .. Opened(beginning, World.Start.AddDays(1), null), .. Opened(cut, World.Start, null),
            new(user.Value, typeof(User), new UserAddedToGroup(user, group), World.Start),
            new(cut.Value, typeof(License), new LicenseExpiryChanged(cut, World.Start.AddDays(1)), World.Start.AddHours(1)),
            new(ending.Value, typeof(License), new UserAssignedToLicense(ending, user), World.Start.AddHours(2)),
        ]);
        await store.CatchUpAsync();

        var rows = await Walk(store, new(organization, new(null, World.Start), null, new(World.Start.AddDays(2))), 100);
        rows.Select(row => (row.License.Id, row.Change, row.TurnedAt, string.Join(", ", row.Events.Select(e => e.Position - first)))).ShouldBe(
            [(ending, AccessTurn.Lost, World.Start.AddDays(1), "11"), (beginning, AccessTurn.Gained, World.Start.AddDays(1), ""), (cut, AccessTurn.Lost, (DateTimeOffset?)null, "10")], ignoreOrder: true);

        Happening[] Opened(LicenseId license, DateTimeOffset begin, DateTimeOffset? end) =>
        [
            new(license.Value, typeof(License), new LicenseCreated(license, Id.New<ProductId>(), null, $"KEY-{license}", organization, null, new(), new(), end, begin, null), World.Start),
            new(license.Value, typeof(License), new GroupAssignedToLicense(license, group), World.Start),
        ];
    }

    [Fact]
    public async Task A_walk_ends_at_the_moment_at_which_it_began()
    {
        await using var store = await DomainStore.StartAsync();
        var world = new World(1, [.. Enumerable.Range(0, 4).Select(n => new Step(6, n, 1, 0)), .. Enumerable.Range(0, 4).Select(n => new Step(6, n, 0, 0))]);
        await store.AppendAsync(world.History);
        await store.CatchUpAsync();
        var now = world.History[^1].At;
        var query = new ListAccessDifference(world.Organizations[0], new(1, null), null, new(now) { Limit = 1 });
        var first = (await Page(store, query)).Value!;

        await store.AppendAsync([.. new World(1, [new Step(17, 0, 0, 0)]).History.TakeLast(1).Select(e => e with { At = now.AddHours(1) })]);
        await store.CatchUpAsync();
        var second = (await Page(store, query with { Request = new(now.AddHours(2)) { Cursor = first.Next, Limit = 1 } })).Value!;

        second.Moment.ShouldBe(first.Moment);
        first.Rows.Concat(second.Rows).Select(row => (row.User.Id, row.Change)).ShouldBe([(world.Users[0], AccessTurn.Gained), (world.Users[2], AccessTurn.Gained)]);
        second.Next.ShouldBeNull();
        (await Page(store, query with { Request = new(now.AddHours(2)) })).Value!.Rows.ShouldBeEmpty();
        (await Page(store, query with { Organization = world.Organizations[1], Request = new(now) { Cursor = first.Next } })).Refusal!.Code.ShouldBe(ListError.InvalidCursor);
        (await Page(store, query with { Request = new(now) { Cursor = "abc" } })).Refusal!.Code.ShouldBe(ListError.InvalidCursor);
    }

    private static int Until(World world, DateTimeOffset time) => world.History.Count(e => e.At <= time);

    private static async Task<IReadOnlyList<AccessDifferenceRow>> ShouldTellTheDifference(DomainStore store, DifferenceOracle oracle, bool byTimes)
    {
        var all = new List<AccessDifferenceRow>();
        foreach (var organization in oracle.World.Organizations)
        {
            var query = byTimes
                ? new ListAccessDifference(organization, new(null, oracle.FromAt), new(null, oracle.ToAt), new(DateTimeOffset.MaxValue))
                : new ListAccessDifference(organization, new(oracle.First + oracle.From - 1, null), new(oracle.First + oracle.To - 1, null), new(DateTimeOffset.MaxValue));
            if (!oracle.WasThere(organization))
            {
                (await Page(store, query)).Refusal.ShouldBe(Refusal.OrganizationNotFound);
                continue;
            }

            var rows = await Walk(store, query, 1000);
            rows.ShouldAllBe(row => row.ByTime == row.TurnedAt.HasValue);
            rows.Select(Told).ShouldBe(oracle.Of(organization).Select(row => row.ToString()));
            foreach (var size in PageSizes)
                (await Walk(store, query, size)).ShouldBe(rows, $"in pages of {size}");
            foreach (var user in oracle.World.Users)
                (await Walk(store, query with { Request = query.Request with { Filter = new(User: user) } }, 100)).ShouldBe(rows.Where(row => row.User.Id == user));
            foreach (var license in oracle.World.Licenses)
                (await Walk(store, query with { Request = query.Request with { Filter = new(License: license) } }, 100)).ShouldBe(rows.Where(row => row.License.Id == license));
            foreach (var group in oracle.World.Groups)
                (await Walk(store, query with { Request = query.Request with { Filter = new(UserGroup: group) } }, 100)).ShouldBe(rows.Where(row => oracle.IsMember(row.User.Id, group)));
            rows.ShouldAllBe(row => row.Events.All(e => e.Actor == DomainStore.Actor && e.At == oracle.World.History[(int)(e.Position - oracle.First)].At));
            all.AddRange(rows);
        }

        return all;
    }

    private static string Told(AccessDifferenceRow row) => new Difference(
        row.User.Id, row.License.Id, Of(row.Before), Of(row.After), row.Events.Select(e => e.Position).ToValueList(), row.TurnedAt).ToString();

    private static Answer Of(AccessAnswer answer)
    {
        answer.Allowed.ShouldBe(answer.Code is null);
        return new(answer.Code, answer.Paths.Select(path => (new AccessPath(path.Kind, path.UserGroupId, new(path.From, path.Until)), path.Since)).ToValueList());
    }

    /// <summary>All pages of a question.</summary>
    private static async Task<IReadOnlyList<AccessDifferenceRow>> Walk(DomainStore store, ListAccessDifference query, int limit)
    {
        var rows = new List<AccessDifferenceRow>();
        for (var next = query.Request with { Limit = limit }; ;)
        {
            var page = (await Page(store, query with { Request = next })).Value!;
            rows.AddRange(page.Rows);
            if (page.Next is not { } cursor)
                return rows;

            page.Rows.Count.ShouldBe(limit);
            next = next with { Cursor = cursor };
        }
    }

    private static Task<Result<AccessDifferencePage>> Page(DomainStore store, ListAccessDifference query) =>
        new ListAccessDifference.Handler(store.AccessDifference).Handle(query, CancellationToken.None);
}

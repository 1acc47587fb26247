using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A page by its number is found by counts, and is the page that counting off finds at the position that it tells.</summary>
public class RankTests
{
    /// <summary>Reads a page of some list, as the ids of its rows.</summary>
    private delegate Task<ListPage<Guid>> Pages(ListRequest request);

    [Fact]
    public void Counts_in_memory_equal_a_recount()
    {
        var directory = new Directory(System.Text.Json.JsonSerializerOptions.Default);
        for (var seed = 0; seed < 5; seed++)
        {
            var rows = directory.Fold(World.Delivered(new Crowd(new(seed)).Next(300)));
            var users = rows.Versions(directory.Users.Rows).Where(version => version.Until is null).Select(version => version.Row.State).ToList();
            users.Count.ShouldBeGreaterThan(50);
            rows.Sums(directory.Users.Ranks!.Counts).Where(sum => sum.Value[0] != 0).Select(sum => (sum.Key, sum.Value[0])).ShouldBe(
                from user in users
                from owner in user.Organization is { } one ? [Ranking.All, one.Value] : (Guid[])[Ranking.All]
                from level in Enumerable.Range(0, Ranking.Levels)
                group user by new RankKey(owner, level, Ranking.BucketOf(user.Recorded.CreatedAt, level)) into counted
                select (counted.Key, (long)counted.Count()), ignoreOrder: true);
        }
    }

    [Theory, InlineData(1, 20), InlineData(2, 500)]
    public async Task Pages_are_those_that_counting_off_finds_after_whatever_happened(int seed, int pageSize)
    {
        await using var store = await DomainStore.StartAsync(pageSize);
        var (crowd, random) = (new Crowd(new(seed)), new Random(seed));
        for (var round = 0; round < 3; round++)
        {
            await store.AppendTogetherAsync(crowd.Next(400));
            await store.CatchUpAsync();
            foreach (var list in Lists(store, crowd))
                await ShouldBeSlicesAsync(list, await store.PositionAsync(), random);
        }

        foreach (var mostRows in (int[])[20, 100_000])
            (await store.Rebuilder(mostRows).RunAsync([store.Directory], replace: true, null, CancellationToken.None)).ShouldHaveSingleItem().First.ShouldBeEmpty();
        foreach (var list in Lists(store, crowd))
            await ShouldBeSlicesAsync(list, await store.PositionAsync(), random);

        (await Lists(store, crowd)[0](new() { Page = 2, Limit = 5 })).Rows.ShouldNotBeEmpty();
        var gone = await store.Source.ScalarAsync($"with gone as (delete from {store.Directory.Users.RankingOf().Counts} where level = 1 returning *) select count(*) from gone");
        (await Lists(store, crowd)[0](new() { Page = 2, Limit = 5 })).Rows.ShouldBeEmpty("it is found by the counts");
        (await store.Rebuilder().RunAsync([store.Directory], replace: false, null, CancellationToken.None)).ShouldHaveSingleItem().Rows.ShouldBe(gone);
    }

    [Fact]
    public async Task While_others_write_each_page_is_of_the_position_that_it_tells()
    {
        await using var store = await DomainStore.StartAsync(pageSize: 3);
        var crowd = new Crowd(new(5));
        await store.AppendTogetherAsync(crowd.Next(300));
        await store.CatchUpAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await store.AppendTogetherAsync(crowd.Next(4));
        });

        var (lists, random, told) = (Lists(store, crowd), new Random(5), new HashSet<long>());
        for (var n = 0; (n < 100 || told.Count < 20) && !writing.IsCompleted; n++)
        {
            var (list, known) = (lists[n % lists.Length], store.Progress.Of(Directory.ModelName).Position);
            var number = random.Next(1, 12);
            var request = new ListRequest
            {
                Page = number, Limit = random.Next(1, 12), Count = n % 2 == 0, Filters = number == 1 && n % 3 == 0 ? [new("createdAt", ListOperator.Gte, "2016-02-04")] : [],
            };
            var page = await list(request);
            page.Position!.Value.ShouldBeGreaterThanOrEqualTo(known);
            told.Add(page.Position.Value);
            ShouldBe(page, await list(request with { AsOf = page.Position }));
            if (page.Next is { } next)
                ShouldBe(await list(request with { Page = 1, Cursor = next }), await list(request with { Page = request.Page + 1, AsOf = page.Position }));
        }

        await stop.CancelAsync();
        await writing;
        told.Count.ShouldBeGreaterThanOrEqualTo(20);
    }

    private static async Task ShouldBeSlicesAsync(Pages list, long position, Random random)
    {
        var all = new List<Guid>();
        for (var request = new ListRequest { Limit = 100, AsOf = position }; ;)
        {
            var page = await list(request);
            all.AddRange(page.Rows);
            if (page.Next is null)
                break;
            request = request with { Cursor = page.Next };
        }

        for (var n = 0; n < 12; n++)
        {
            var limit = random.Next(1, 30);
            var number = n switch { 0 => 2, 1 => ListRequest.MaxPage, 2 => (all.Count / limit) + 1, _ => random.Next(1, (all.Count / limit) + 3) };
            var page = await list(new() { Page = number, Limit = limit, Count = n % 2 == 1 || number == 1 });
            page.Rows.ShouldBe(all.Skip((number - 1) * limit).Take(limit));
            (page.Position, page.HasNext).ShouldBe((position, all.Count > number * limit));
            page.Total.ShouldBe(n % 2 == 1 || number == 1 ? all.Count : null);
            ShouldBe(page, await list(new() { Page = number, Limit = limit, Count = n % 2 == 1 || number == 1, AsOf = position }));
            if (page.Next is { } next)
                (await list(new() { Cursor = next, Limit = 100 })).Rows.ShouldBe(all.Skip(number * limit).Take(100));
        }
    }

    private static void ShouldBe(ListPage<Guid> page, ListPage<Guid> expected)
    {
        page.Rows.ShouldBe(expected.Rows);
        (page with { Rows = expected.Rows }).ShouldBe(expected);
    }

    /// <summary>All lists that are ranked; those of an organization for one with much, one with little and one with nothing.</summary>
    private static Pages[] Lists(DomainStore store, Crowd crowd)
    {
        var (reader, directory) = (store.Reader, store.Directory);
        return
        [
            async request => Ids(await new ListUsers.Handler(reader, directory).Handle(new(request, null), default), user => user.Id.Value),
            async request => Ids(await new ListLicenses.Handler(reader, directory).Handle(new(request, null), default), license => license.Id.Value),
            async request => Ids(await new ListOrganizations.Handler(reader, directory).Handle(new(request), default), organization => organization.Id.Value),
            .. crowd.Organizations.SelectMany(id => (Pages[])
            [
                async request => Ids(await new ListOrganizationUsers.Handler(reader, directory).Handle(new(id, request, null), default), user => user.Id.Value),
                async request => Ids(await new ListOrganizationLicenses.Handler(reader, directory).Handle(new(id, request), default), license => license.Id.Value),
            ]),
        ];
    }

    private static ListPage<Guid> Ids<TState>(Result<ListPage<TState>> result, Func<TState, Guid> id)
    {
        var page = result.Value.ShouldNotBeNull(result.Refusal?.Message);
        return new([.. page.Rows.Select(id)], page.HasNext, page.Next, page.Total, page.Position);
    }
}

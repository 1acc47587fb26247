using CsCheck;

namespace EventSourcedOrgs.Projections.Tests;

public sealed class Paging(PeopleDatabase people) : IClassFixture<PeopleDatabase>
{
    static readonly int[] Sizes = [1, 2, 7, 100];

    static readonly Gen<ListRequest> Requested = Gen.Select(Requests.Sort.Array[0, 6], Gen.OneOf("2", "4"), (sort, level) =>
        new ListRequest { Sort = sort, Filters = [new("level", ListOperator.Eq, level)] });

    [Fact]
    public Task Pages_of_any_size_put_together_are_the_whole_list() => Requested.SampleAsync(
        async request =>
        {
            foreach (var size in Sizes) (await PagesAsync(request with { Limit = size })).ShouldBe(Oracle.Ids(people.All, request));
        },
        iter: 8, threads: 2);

    [Fact]
    public Task A_walk_by_cursor_with_steps_of_any_size_is_the_whole_list() => Requested.SampleAsync(
        async request =>
        {
            foreach (var size in Sizes) (await people.WalkAsync(request with { Limit = size })).ShouldBe(Oracle.Ids(people.All, request));
        },
        iter: 30, threads: 2);

    [Fact]
    public async Task A_walk_may_change_its_step_and_start_at_any_page()
    {
        var all = Oracle.Ids(people.All, new());
        var third = await people.ReadAsync(new() { Page = 3, Limit = 10 });
        var rest = await people.WalkAsync(new() { Cursor = third.Next, Limit = 45 });
        third.Rows.Concat(rest).ShouldBe(all.Skip(20));
    }

    [Fact]
    public async Task The_total_of_a_page_read_by_cursor_is_that_of_the_whole_list()
    {
        var first = await people.ReadAsync(new() { Limit = 10 });
        (await people.ReadAsync(new() { Limit = 10, Cursor = first.Next, Count = true })).Total.ShouldBe(people.All.Count);
    }

    [Fact]
    public async Task Beyond_the_last_page_there_is_nothing_and_no_next_page()
    {
        var page = await people.ReadAsync(new() { Page = ListRequest.MaxPage, Limit = ListRequest.MaxLimit });
        (page.Rows.Count, page.HasNext, page.Next).ShouldBe((0, false, null));
    }

    [Fact]
    public async Task Without_a_known_position_the_newest_rows_have_a_next_page_but_no_cursor()
    {
        var page = await people.ReadAsync(new() { Limit = 5 }, progress: null);
        page.Rows.ShouldBe(Oracle.Ids(people.All, new()).Take(5));
        (page.HasNext, page.Next, page.Position).ShouldBe((true, null, null));
    }

    [Fact]
    public async Task A_plain_table_is_walked_by_cursor_without_a_position()
    {
        var plain = new Listing("plain", ListField.Id("id", "p.id"), [ListField.Number("seats", "p.seats")]);
        var source = new ListSource("p.id", "person p", "p.account = $1", 1);
        var (rows, request) = (new List<Guid>(), new ListRequest { Sort = [new("seats")], Limit = 100 });
        do
        {
            var page = (await plain.ReadAsync(people.Database, source, request, progress: null, row => row.GetGuid(0), default)).Value!;
            rows.AddRange(page.Rows);
            request = request with { Cursor = page.Next };
        }
        while (request.Cursor is not null);

        rows.ShouldBe(Oracle.Ids(people.All, new() { Sort = [new("seats")] }));
    }

    async Task<IReadOnlyList<Guid>> PagesAsync(ListRequest request)
    {
        var rows = new List<Guid>();
        for (var hasNext = true; hasNext; request = request with { Page = request.Page + 1 })
        {
            var page = await people.ReadAsync(request);
            rows.AddRange(page.Rows);
            hasNext = page.HasNext;
        }

        return rows;
    }
}

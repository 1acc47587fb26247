using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A list walked while others write: by cursor it is the list of the moment when the walk began; by page number it is not (the control).</summary>
public sealed class Walking : IAsyncLifetime
{
    NpgsqlDataSource database = null!;
    ChangingPeople people = null!;

    public async Task InitializeAsync()
    {
        database = await PeopleDatabase.EmptyAsync();
        people = await ChangingPeople.StartAsync(database, count: 120);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("-name|level")]
    [InlineData("-seats")]
    public async Task By_cursor_nothing_is_skipped_or_repeated(string sort)
    {
        var request = new ListRequest { Limit = 7, Sort = ListSort.Parse(sort).Value ?? [] };
        var expected = Oracle.Ids(people.Now, request);

        (await WalkAsync(request, people.Position, page => request with { Cursor = page.Next }, betweenPages: () => people.ChangeAsync(9))).ShouldBe(expected);
        Oracle.Ids(people.Now, request).ShouldNotBe(expected);
    }

    [Fact]
    public async Task By_page_number_rows_are_skipped_or_repeated()
    {
        var request = new ListRequest { Limit = 7, Sort = [new("name")] };
        var (expected, number) = (Oracle.Ids(people.Now, request), 1);

        var rows = await WalkAsync(request, null, _ => request with { Page = ++number }, betweenPages: () => people.ChangeAsync(9));
        var thereAllTheTime = expected.Intersect(people.Now.Select(person => person.Id));
        (thereAllTheTime.Except(rows).Any() || rows.Distinct().Count() < rows.Count).ShouldBeTrue();
    }

    [Fact]
    public async Task By_cursor_the_filters_and_the_total_are_those_of_the_beginning()
    {
        var request = new ListRequest { Limit = 3, Filters = [new("name", ListOperator.Cn, "a")], Count = true };
        var expected = Oracle.Ids(people.Now, request);
        var totals = new HashSet<long?>();

        var rows = await WalkAsync(request, people.Position, page =>
        {
            totals.Add(page.Total);
            return request with { Cursor = page.Next };
        }, betweenPages: () => people.ChangeAsync(5));
        rows.ShouldBe(expected);
        totals.ShouldBe([expected.Count]);
    }

    [Fact]
    public async Task What_was_written_after_the_position_was_read_is_not_in_the_first_page_either()
    {
        var (position, expected) = (people.Position, Oracle.Ids(people.Now, new()));
        await people.ChangeAsync(40);

        (await WalkAsync(new() { Limit = 7 }, position, page => new() { Limit = 7, Cursor = page.Next }, betweenPages: () => Task.CompletedTask)).ShouldBe(expected);
    }

    [Fact]
    public async Task With_writers_truly_at_the_same_time_every_walk_is_one_moment()
    {
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await people.ChangeAsync(3);
        });

        for (var walk = 0; (walk < 12 || people.Position <= 150) && !writer.IsCompleted; walk++)
        {
            var (position, then) = people.Moment;
            var request = new ListRequest { Limit = 11, Sort = [new("name", SortOrder.Descending)] };
            var rows = await WalkAsync(request, position, page => request with { Cursor = page.Next }, betweenPages: () => Task.CompletedTask);
            rows.ShouldBe(Oracle.Ids(then, request));
        }

        await stop.CancelAsync();
        await writer;
        people.Position.ShouldBeGreaterThan(150);
    }

    [Fact]
    public async Task As_of_a_position_the_list_is_as_it_was()
    {
        var moments = new List<(long Position, IReadOnlyList<Person> People)>();
        for (var i = 0; i < 10; i++)
        {
            moments.Add(people.Moment);
            await people.ChangeAsync(6);
        }

        foreach (var (position, then) in moments)
        {
            var request = new ListRequest { AsOf = position, Limit = 50 };
            var rows = await WalkAsync(request, people.Position, page => request with { Cursor = page.Next }, betweenPages: () => Task.CompletedTask);
            rows.ShouldBe(Oracle.Ids(then, request));
        }
    }

    async Task<IReadOnlyList<Guid>> WalkAsync(ListRequest first, long? progress, Func<ListPage<Guid>, ListRequest> next, Func<Task> betweenPages)
    {
        var rows = new List<Guid>();
        for (var request = first; ;)
        {
            var page = (await People.Listing.ReadAsync(database, People.Source, request, progress, row => row.GetGuid(0), default)).Value!;
            rows.AddRange(page.Rows);
            request = next(page);
            if (!page.HasNext) return rows;
            if (progress is not null) progress = people.Position;
            await betweenPages();
        }
    }
}

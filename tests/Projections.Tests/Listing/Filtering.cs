using CsCheck;

namespace EventSourcedOrgs.Projections.Tests;

public sealed class Filtering(PeopleDatabase people) : IClassFixture<PeopleDatabase>
{
    public static IEnumerable<object[]> EveryOperatorOfEveryField =>
        People.Listing.FieldNames.SelectMany(name => People.Listing.Find(name)!.Operators.Select(@operator => new object[] { name, @operator }));

    [Theory, MemberData(nameof(EveryOperatorOfEveryField))]
    public Task An_operator_finds_what_a_naive_reading_finds(string field, ListOperator @operator) =>
        Requests.FilterOf(People.Listing.Find(field)!, @operator)
            .SampleAsync(filter => Agrees(new() { Filters = [filter], Limit = 100, Count = true }), iter: 12, threads: 1);

    [Fact]
    public Task Any_request_answers_what_a_naive_reading_answers() => Requests.Any.SampleAsync(Agrees, iter: 600, threads: 2);

    [Theory]
    [InlineData("name", ListOperator.Eq, "")]
    [InlineData("name", ListOperator.Ne, "")]
    [InlineData("name", ListOperator.In, ",Ada")]
    [InlineData("name", ListOperator.Cn, "%")]
    [InlineData("name", ListOperator.Sw, "A_")]
    [InlineData("name", ListOperator.Cn, @"\")]
    [InlineData("name", ListOperator.Eq, "'; drop table person; --")]
    [InlineData("email", ListOperator.In, "ADA3@EXAMPLE.ORG,bob7@example.org")]
    public async Task A_corner_agrees_and_is_not_empty(string field, ListOperator @operator, string value)
    {
        var request = new ListRequest { Filters = [new(field, @operator, value)], Limit = 100, Count = true };
        await Agrees(request);
        Oracle.Ids(people.All, request).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(ListOperator.Eq, "tier", ListOperator.Eq, "gold")]
    [InlineData(ListOperator.Eq, "tier", ListOperator.Cn, "OL")]
    [InlineData(ListOperator.Sw, "TI", ListOperator.Eq, "gold")]
    [InlineData(ListOperator.Ew, "ER", ListOperator.Sw, "Go")]
    public async Task A_key_and_a_value_must_hold_for_one_pair(ListOperator ofKey, string key, ListOperator ofValue, string value)
    {
        ListFilter[] filters = [new("metadata.value", ofValue, value), new("metadata.key", ofKey, key)];
        var request = new ListRequest { Filters = filters, Limit = 100, Count = true };
        var apart = filters.Select(filter => Oracle.Ids(people.All, new() { Filters = [filter] })).Aggregate((some, others) => [.. some.Intersect(others)]).Count;

        await Agrees(request);
        Oracle.Ids(people.All, request).Count.ShouldBeInRange(1, apart - 1);
    }

    [Theory]
    [InlineData("'; drop table person; --")]
    [InlineData("' or '1'='1")]
    [InlineData("$1")]
    [InlineData("{at:o}")]
    [InlineData("\\'; select pg_sleep(9); --")]
    public async Task What_looks_like_SQL_is_only_text(string text)
    {
        foreach (var name in People.Listing.FieldNames.Where(Requests.IsFreeText))
            foreach (var @operator in People.Listing.Find(name)!.Operators)
                await Agrees(new() { Filters = [new(name, @operator, text)], Limit = 100, Count = true });

        await Agrees(new() { Search = text, Limit = 100, Count = true });
        (await people.ReadAsync(new() { Count = true })).Total.ShouldBe(people.All.Count);
    }

    async Task Agrees(ListRequest request)
    {
        var expected = Oracle.Ids(people.All, request);
        var page = await people.ReadAsync(request);
        page.Rows.ShouldBe(expected.Skip((request.Page - 1) * request.Limit).Take(request.Limit));
        page.HasNext.ShouldBe(expected.Count > request.Page * request.Limit);
        page.Total.ShouldBe(expected.Count);
    }
}

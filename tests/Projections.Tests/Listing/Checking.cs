using CsCheck;

namespace EventSourcedOrgs.Projections.Tests;

public sealed class Checking
{
    [Fact]
    public void The_default_request_is_right() => People.Listing.Check(new()).ShouldBeEmpty();

    [Theory]
    [InlineData(0, 20, "page")]
    [InlineData(-1, 20, "page")]
    [InlineData(1_000_001, 20, "page")]
    [InlineData(1, 0, "limit")]
    [InlineData(1, 101, "limit")]
    public void Page_and_limit_have_bounds(int page, int limit, string name) =>
        People.Listing.Check(new() { Page = page, Limit = limit }).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            error => error.Name.ShouldBe(name), error => error.Code.ShouldBe(ListError.InvalidQueryParameter));

    [Theory]
    [InlineData("seats", ListOperator.Eq, "")]
    [InlineData("seats", ListOperator.Gt, "1.5")]
    [InlineData("seats", ListOperator.Eq, "9223372036854775808")]
    [InlineData("seats", ListOperator.In, "1,,2")]
    [InlineData("seats", ListOperator.Sw, "1")]
    [InlineData("createdAt", ListOperator.Gte, "yesterday")]
    [InlineData("createdAt", ListOperator.Gte, "2024-02-30")]
    [InlineData("createdAt", ListOperator.Gte, "10000-01-01")]
    [InlineData("createdAt", ListOperator.Gte, "-4714-01-01")]
    [InlineData("createdAt", ListOperator.Gte, "0001-01-01T00:00:00+14:00")]
    [InlineData("createdAt", ListOperator.Gte, "9999-12-31T23:59:59-14:00")]
    [InlineData("createdAt", ListOperator.Gte, "infinity")]
    [InlineData("createdAt", ListOperator.Cn, "2024")]
    [InlineData("id", ListOperator.Eq, "1")]
    [InlineData("id", ListOperator.Eq, "{11111111-1111-1111-1111-111111111111}")]
    [InlineData("id", ListOperator.Sw, "1")]
    [InlineData("groupIds", ListOperator.Cn, "engineers")]
    [InlineData("active", ListOperator.Eq, "yes")]
    [InlineData("active", ListOperator.In, "true")]
    [InlineData("role", ListOperator.Eq, "king")]
    [InlineData("role", ListOperator.In, "user,king")]
    [InlineData("tags", ListOperator.Sw, "r")]
    [InlineData("name", ListOperator.Gt, "a")]
    [InlineData("name", ListOperator.Eq, "a\0b")]
    [InlineData("tags", ListOperator.Eq, "\0")]
    public void A_filter_that_cannot_be_understood_is_an_error(string field, ListOperator @operator, string value)
    {
        var error = People.Listing.Check(new() { Filters = [new(field, @operator, value)] }).ShouldHaveSingleItem();
        error.Code.ShouldBe(ListError.InvalidQueryParameter);
        error.Name.ShouldStartWith(field);
    }

    [Theory]
    [InlineData(ListOperator.Eq, "Admin")]
    [InlineData(ListOperator.Ne, "ADMIN")]
    [InlineData(ListOperator.In, "User,aUDITOR")]
    public void An_enumeration_is_named_in_whatever_case(ListOperator @operator, string value)
    {
        var statement = People.Listing.Compile(People.Source, new() { Filters = [new("role", @operator, value)] }).Value!;
        statement.CountParameters.SequenceEqual(
            People.Listing.Compile(People.Source, new() { Filters = [new("role", @operator, value.ToLowerInvariant())] }).Value!.CountParameters, Same).ShouldBeTrue();
    }

    static readonly IEqualityComparer<object> Same =
        EqualityComparer<object>.Create((a, b) => a is string[] these && b is string[] those ? these.SequenceEqual(those) : Equals(a, b), _ => 0);

    [Fact]
    public void Half_a_surrogate_pair_is_no_text() => People.Listing.Check(new() { Search = "\ud83d", Filters = [new("name", ListOperator.Cn, "a\ude00")] })
        .Select(error => error.Name).ShouldBe(["search", "name[cn]"]);

    [Theory]
    [InlineData("2024-01-01", "2024-01-01T00:00:00Z")]
    [InlineData("2024-01-01T10:30", "2024-01-01T10:30:00Z")]
    [InlineData("2024-01-01T10:30:15", "2024-01-01T10:30:15Z")]
    [InlineData("2024-01-01T10:30:15.5Z", "2024-01-01T10:30:15.5Z")]
    [InlineData("2024-01-01T10:30:15+02:00", "2024-01-01T08:30:15Z")]
    [InlineData("2024-01-01T10:30:15 02:00", "2024-01-01T08:30:15Z")]
    [InlineData("2024-01-01T10:30:15-02:00", "2024-01-01T12:30:15Z")]
    public void A_time_is_read_as_UTC_unless_it_says_otherwise(string text, string same)
    {
        Parsed(text).ShouldBe(Parsed(same));
        Parsed(text).Kind.ShouldBe(DateTimeKind.Utc);

        static DateTime Parsed(string text) =>
            (DateTime)People.Listing.Compile(People.Source, new() { Filters = [new("createdAt", ListOperator.Eq, text)] }).Value!.CountParameters[^1];
    }

    [Fact]
    public void An_unknown_filter_is_named_with_those_that_exist()
    {
        var error = People.Listing.Check(new() { Filters = [new("colour", ListOperator.Eq, "red")] }).ShouldHaveSingleItem();
        error.Code.ShouldBe(ListError.UnknownFilter);
        error.Message.ShouldContain("'colour'");
        error.Message.ShouldContain("metadata.key");
    }

    [Fact]
    public void A_sort_key_must_be_a_sortable_field() => People.Listing.Check(new() { Sort = [new("tags"), new("nothing"), new("name")] })
        .Select(error => error.Code).ShouldBe([ListError.InvalidSort, ListError.InvalidSort]);

    [Theory]
    [InlineData("createdAt", "createdAt")]
    [InlineData("-createdAt", "-createdAt")]
    [InlineData("+createdAt", "createdAt")]
    [InlineData(" createdAt| name|-organization.name", "createdAt,name,-organization.name")]
    [InlineData("a|b|c|d|e|f", "a,b,c,d,e,f")]
    public void A_sort_is_up_to_six_keys_with_signs(string text, string keys) => string.Join(',', ListSort.Parse(text).Value!).ShouldBe(keys);

    [Theory]
    [InlineData("a|b|c|d|e|f|g")]
    [InlineData("a||b")]
    [InlineData("-")]
    [InlineData("|")]
    public void Any_other_sort_is_an_error(string text) => ListSort.Parse(text).Errors.ShouldHaveSingleItem().Code.ShouldBe(ListError.InvalidSort);

    [Fact]
    public void Lengths_and_numbers_are_bounded()
    {
        Check("name", ListOperator.Eq, new('a', 1024)).ShouldBeEmpty();
        Check("name", ListOperator.Eq, new('a', 1025)).ShouldNotBeEmpty();
        Check("name", ListOperator.In, string.Join(',', Enumerable.Repeat("a", 100))).ShouldBeEmpty();
        Check("name", ListOperator.In, string.Join(',', Enumerable.Repeat("a", 101))).ShouldNotBeEmpty();
        People.Listing.Check(new() { Search = new('a', 256) }).ShouldBeEmpty();
        People.Listing.Check(new() { Search = new('a', 257) }).ShouldNotBeEmpty();
        People.Listing.Check(new() { Search = "a\0" }).ShouldNotBeEmpty();
        People.Listing.Check(new() { Filters = [.. Enumerable.Repeat(new ListFilter("name", ListOperator.Eq, "a"), 30)] }).ShouldBeEmpty();
        People.Listing.Check(new() { Filters = [.. Enumerable.Repeat(new ListFilter("name", ListOperator.Eq, "a"), 31)] }).ShouldNotBeEmpty();

        static IReadOnlyList<ListError> Check(string field, ListOperator @operator, string value) =>
            People.Listing.Check(new() { Filters = [new(field, @operator, value)] });
    }

    [Fact]
    public void A_plain_list_has_no_past_and_a_list_without_searched_fields_no_search()
    {
        var plain = new Listing("plain", ListField.Id("id", "p.id"), []);
        plain.Check(new() { AsOf = 1 }).ShouldHaveSingleItem().Name.ShouldBe("asOf");
        plain.Check(new() { Search = "a" }).ShouldHaveSingleItem().Name.ShouldBe("search");
    }

    [Fact]
    public void Nothing_that_is_sent_throws() => Gen.Select(
            Gen.OneOf([.. People.Listing.FieldNames, "", "x"]), Gen.Enum<ListOperator>(), Gen.String, Gen.String, Gen.Int, Gen.Int,
            (field, @operator, value, sort, page, limit) => new ListRequest
            {
                Filters = [new(field, @operator, value)],
                Sort = ListSort.Parse(sort).Value ?? [],
                Search = value,
                Page = page,
                Limit = limit,
                Cursor = sort,
                AsOf = page,
            })
        .Sample(request => { People.Listing.Compile(People.Source, request, 1); }, iter: 3000, threads: 1);
}

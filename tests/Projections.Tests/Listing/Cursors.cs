using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace EventSourcedOrgs.Projections.Tests;

public sealed class Cursors(PeopleDatabase people) : IClassFixture<PeopleDatabase>
{
    static readonly ListRequest Request =
        new() { Limit = 5, Sort = [new("name")], Search = "a", Filters = [new("level", ListOperator.Lt, "5"), new("email", ListOperator.Cn, "@")] };

    [Fact]
    public async Task A_cursor_belongs_to_its_sort_its_search_and_its_filters()
    {
        var cursor = (await people.ReadAsync(Request)).Next;
        var own = Request with { Cursor = cursor };
        CodesOf(own).ShouldBeEmpty();
        CodesOf(own with { Limit = 99, Count = true, Filters = [.. own.Filters.Reverse()] }).ShouldBeEmpty();

        CodesOf(own with { Sort = [new("name", SortOrder.Descending)] }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(own with { Sort = [] }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(own with { Search = "b" }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(own with { Filters = [] }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(own with { Filters = [new("level", ListOperator.Lt, "4"), own.Filters[1]] }).ShouldBe([ListError.InvalidCursor]);
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_list_and_to_its_owner()
    {
        var cursor = (await people.ReadAsync(new())).Next;
        CodesOf(new() { Cursor = cursor }, People.Source with { Parameters = [2] }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(new() { Cursor = cursor }, People.Source with { Where = "p.account >= $1" }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(new() { Cursor = cursor }, People.Source with { Select = "p.id, p.name" }).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_moment()
    {
        var cursor = (await people.ReadAsync(new() { AsOf = 1 }, progress: 4)).Next;
        CodesOf(new() { Cursor = cursor, AsOf = 1 }).ShouldBeEmpty();
        CodesOf(new() { Cursor = cursor }).ShouldBeEmpty();
        CodesOf(new() { Cursor = cursor, AsOf = 2 }).ShouldBe([ListError.InvalidCursor]);
    }

    [Fact]
    public async Task A_cursor_and_a_page_number_exclude_each_other() =>
        CodesOf(new() { Cursor = (await people.ReadAsync(new())).Next, Page = 2 }).ShouldBe([ListError.InvalidQueryParameter]);

    [Fact]
    public async Task A_cursor_with_any_character_changed_cut_or_added_is_refused()
    {
        var cursor = (await people.ReadAsync(Request)).Next!;
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+ ";
        Gen.Select(Gen.Int[0, cursor.Length - 1], Gen.OneOf(alphabet.ToCharArray())).Where((at, c) => cursor[at] != c)
            .Sample((at, c) => CodesOf(Request with { Cursor = $"{cursor[..at]}{c}{cursor[(at + 1)..]}" }) is [ListError.InvalidCursor], iter: 500, threads: 1);
        for (var length = 0; length < cursor.Length; length++) CodesOf(Request with { Cursor = cursor[..length] }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(Request with { Cursor = $"{cursor}A" }).ShouldBe([ListError.InvalidCursor]);
        CodesOf(Request with { Cursor = $" {cursor}" }).ShouldBe([ListError.InvalidCursor]);
    }

    [Fact]
    public void Anything_that_is_no_cursor_is_refused() =>
        Gen.String.Sample(text => CodesOf(new() { Cursor = text }) is [ListError.InvalidCursor], iter: 2000, threads: 1);

    /// <summary>The checksum is no secret, so a body may be forged; it must then be well formed, and can only point into the same list.</summary>
    [Theory]
    [InlineData("", false)]
    [InlineData("1", false)]
    [InlineData("x\0=2024-01-01\0=11111111-1111-1111-1111-111111111111", false)]
    [InlineData("\0=2024-01-01\0=11111111-1111-1111-1111-111111111111", false)]
    [InlineData("1\0=yesterday\0=11111111-1111-1111-1111-111111111111", false)]
    [InlineData("1\0=2024-01-01\0=1", false)]
    [InlineData("1\0=2024-01-01\0=11111111-1111-1111-1111-111111111111\0=more", false)]
    [InlineData("1\0=2024-01-01\0=11111111-1111-1111-1111-111111111111", true)]
    [InlineData("1\0\0", true)]
    public async Task A_forged_cursor_is_refused_or_harmless(string body, bool wellFormed)
    {
        var request = new ListRequest { Limit = 100, Count = true };
        var scope = People.Listing.Compile(People.Source, request, 1).Value!.Scope;
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        var forged = request with { Cursor = Base64Url.EncodeToString([.. SHA256.HashData([.. scope.Span, .. bytes])[..16], .. bytes]) };

        CodesOf(forged).ShouldBe(wellFormed ? [] : [ListError.InvalidCursor]);
        if (wellFormed) (await people.ReadAsync(forged)).Total.ShouldBe(people.All.Count);
    }

    static IReadOnlyList<string> CodesOf(ListRequest request, ListSource? source = null) =>
        [.. People.Listing.Compile(source ?? People.Source, request, PeopleDatabase.Position).Errors.Select(error => error.Code)];
}
